"""Emails as MIME: reproducible, readable by other programs, and parsed back."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.brief import compose_brief
from alerts.messages.digest import compose_digest
from alerts.messages.mime import from_mime, html_for_browser, to_mime
from core.incident import IncidentState
from tests.alerts import example_emails as letters

LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=90
)
TEXT = st.lists(LINE, min_size=1).map("\n".join).map(lambda text: f"{text}\n")
BODY = TEXT.filter(lambda text: "\r" not in text)


def brief(revision: int = 3):
    """Return a brief late in its thread."""
    incident = letters.crisis(revision=revision, state=IncidentState.OPEN)
    facts = letters.brief_facts(incident=incident)
    return compose_brief(facts, letters.ENVELOPE, letters.NOW)


def digest():
    """Return a digest."""
    return compose_digest(letters.day(), letters.ENVELOPE, letters.NOW)


def test_equal_emails_have_equal_bytes():
    assert to_mime(brief()) == to_mime(brief())


@pytest.mark.parametrize("make", [brief, digest])
def test_email_round_trips(make):
    letter = make()
    assert from_mime(to_mime(letter)) == letter
    assert to_mime(from_mime(to_mime(letter))) == to_mime(letter)


@given(BODY, BODY)
def test_any_text_round_trips(text, html):
    """Dots at the start of a line, boundaries, long lines, all scripts."""
    letter = letters.email(text=text, html=html)
    assert from_mime(to_mime(letter)) == letter
    assert to_mime(letter).isascii()


@pytest.mark.parametrize("text", [".\n", "..\n.\nQUIT\n", "--=_x\n", "From me\n", " \n\n \n"])
def test_special_lines_of_mail_round_trip(text):
    assert from_mime(to_mime(letters.email(text=text))).text == text


def test_boundary_does_not_occur_in_the_content():
    eml = to_mime(letters.email())
    boundary = message_from_bytes(eml, policy=SMTP).get_boundary()
    assert eml.count(boundary.encode()) == 4  # the header, two parts, the end


def test_parts_are_text_and_html_with_its_image():
    mail = message_from_bytes(to_mime(brief()), policy=SMTP)
    assert mail.get_content_type() == "multipart/alternative"
    text, html_part = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert html_part.get_content_type() == "multipart/related"
    html, picture = html_part.iter_parts()
    assert html.get_content_type() == "text/html"
    assert picture["Content-ID"] == "<chart@inc-7.r3>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content().startswith(b"\x89PNG")


def test_brief_has_thread_headers_and_digest_a_list_id():
    mail = message_from_bytes(to_mime(brief()), policy=SMTP)
    root = "<inc-7.r1@listening.example>"
    assert (mail["In-Reply-To"], mail["References"]) == (root, root)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-ID"] is None
    assert message_from_bytes(to_mime(digest()), policy=SMTP)["List-ID"] == (
        "<digest.listening.example>"
    )


def test_date_is_that_of_the_email():
    mail = message_from_bytes(to_mime(brief()), policy=SMTP)
    assert mail["Date"].datetime == datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


def test_long_ids_are_not_encoded_in_references():
    """Folded as text they would become encoded words, which no client threads."""
    long = f"<inc-{'7' * 120}.r1@{'sub.' * 20}listening.example>"
    eml = to_mime(letters.email(references=(long,)))
    assert long.encode() in eml
    assert from_mime(eml).references == (long,)


@pytest.mark.parametrize("field", ["subject", "recipient", "sender"])
def test_line_break_in_a_header_is_rejected(field):
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        to_mime(letters.email(**{field: "a@b.example\r\nBcc: c@d.example"}))


def test_subject_in_any_script_round_trips():
    letter = letters.email(subject="Вело, 字, é 😀 " + "ü" * 200)
    assert from_mime(to_mime(letter)).subject == letter.subject


def test_html_for_a_browser_has_the_given_image_urls():
    html = html_for_browser(brief(), lambda cid: f"/inbox/1/{cid}?a&b")
    assert 'src="/inbox/1/chart@inc-7.r3?a&amp;b"' in html
    assert "cid:" not in html
