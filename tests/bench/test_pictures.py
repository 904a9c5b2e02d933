"""Subjects of the pictures, and their screens."""

import re
from datetime import UTC, datetime

import pytest

from alerts.channel import Notification
from bench.pictures import Subject, html_with_images

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def email():
    return Notification(
        kind="digest",
        recipient="lead@demo.example",
        sender="Harken <harken@demo.example>",
        subject="Velorra",
        message_id="<digest.1@demo.example>",
        references=(),
        date=datetime(2026, 11, 20, tzinfo=UTC),
        text="Velorra",
        html='<html><head></head><body><img src="cid:chart@demo" alt="12"></body></html>',
        images={"chart@demo": PNG},
        key="1",
    )


def test_html_of_an_email_contains_its_images(email):
    html = html_with_images(email)
    assert "cid:" not in html
    assert re.findall(r'src="([^"]{22})', html) == ["data:image/png;base64,"]


@pytest.mark.parametrize("subject", [Subject(path="/"), Subject(html="<p>A letter</p>")])
def test_subjects_are_shown_light_dark_and_on_a_phone(subject):
    screens = {screen.name: screen for screen in subject.screens}
    assert set(screens) == {"light", "dark", "phone"}
    assert screens["dark"].scheme == "dark"
    assert screens["phone"].width == 390
    assert all(screen.scale <= 2 for screen in subject.screens)


def test_only_emails_skip_rules_of_pages():
    assert Subject(path="/").skip_rules == ()
    assert "region" in Subject(html="<p>A letter</p>").skip_rules
