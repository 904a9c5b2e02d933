"""The page "Why this score": a question to a worker, then the words of the answer."""

import pytest
from lxml.html import fromstring
from sqlalchemy import update

from core.analysis import Explanation, WordEffect
from core.identity import text_sha256
from store import tables
from store.analysis import explanations
from store.analysis.explanations import ANSWER_TIME, MAX_OPEN, ExplanationRequest
from tests.console import sample_installation
from tests.console.sample_installation import NOW
from tests.store.factories import key

TEXT = "The acme brake is loud, number 0"
PATH = f"/m/{key('day0')}/why"


def answer(record, *words, polarity=-0.6, rule=None, watch=None):
    request = ExplanationRequest(mention=key("day0"), watch=watch)
    effects = [
        WordEffect(start=TEXT.index(w), end=TEXT.index(w) + len(w), change=c) for w, c in words
    ]
    explanation = Explanation(
        watch=watch,
        model="lexicon",
        text_sha256=text_sha256(TEXT),
        polarity=polarity,
        words=tuple(effects),
        joint_change=sum(e.change for e in effects),
        rule=rule,
    )
    with record.write() as tx:
        explanations.answer(tx, request, explanation, now=NOW)


def page(client, path=PATH):
    response = client.get(path)
    assert response.status_code == 200
    return response, fromstring(response.text)


def test_mention_links_to_the_explanation_of_its_newest_score(client):
    links = fromstring(client.get(f"/m/{key('day0')}").text).cssselect("main a")
    assert PATH in [link.get("href") for link in links]


def test_unscored_mention_has_no_link_and_no_question(client, filled_record):
    path = f"/m/{key(sample_installation.UNSCORED)}"
    assert f"{path}/why" not in client.get(path).text
    _, html = page(client, f"{path}/why")
    assert "no score" in html.text_content()
    with filled_record.read() as tx:
        assert not explanations.is_any_open(tx, now=NOW)


def test_page_asks_a_worker_and_reloads_without_javascript(client, filled_record):
    response, html = page(client)
    assert response.headers["refresh"] == "2"
    assert "reloads by itself" in html.text_content()
    with filled_record.read() as tx:
        assert explanations.is_any_open(tx, now=NOW)


def test_words_of_the_answer_are_marked_in_the_text(client, filled_record):
    page(client)
    answer(filled_record, ("loud", -0.5), ("brake", -0.1))
    response, html = page(client)
    assert "refresh" not in response.headers
    assert [mark.text for mark in html.cssselect(".text mark")] == ["brake", "loud"]
    assert html.cssselect(".text")[0].text_content() == TEXT
    rows = [row.text_content().split("\n") for row in html.cssselect("tbody tr")]
    assert ["".join(cells) for cells in rows] == [
        "loud−50 (more negative)",
        "brake−10 (more negative)",
    ]
    assert "Without the marked words it would be ±0" in html.text_content()


def test_word_that_counts_only_with_others_says_so(client, filled_record):
    page(client)
    answer(filled_record, ("loud", -0.5), ("brake", 0.004))
    (_, row) = page(client)[1].cssselect("tbody tr")
    assert row.text_content() == "brakeOnly together with the other words"


def test_rule_is_named(client, filled_record):
    page(client)
    answer(filled_record, rule="rating")
    assert "A rule decided it, not the model: rating." in page(client)[1].text_content()


def test_json_has_the_words_and_their_positions(client, filled_record):
    assert client.get(f"{PATH}.json").json()["state"] == "waiting"
    answer(filled_record, ("loud", -0.5))
    row = client.get(f"/mentions/{key('day0')}/why.json").json()
    assert row["explanation"]["why"] == [
        {"start": 18, "end": 22, "text": "loud", "change": -0.5},
    ]


def test_sentiment_towards_a_watch_is_a_question_of_its_own(client, filled_record):
    page(client, f"{PATH}?watch=acme")
    answer(filled_record, ("loud", -0.5), watch="acme")
    assert client.get(f"{PATH}.json?watch=acme").json()["explanation"]["watch"] == "acme"
    assert client.get(f"{PATH}.json").json()["state"] == "waiting"
    assert client.get(f"{PATH}?watch=rival").status_code == 404


def test_question_without_an_answer_fails_and_can_be_asked_again(client, filled_record):
    page(client)
    table = tables.explanations
    with filled_record.write() as tx:
        tx.execute(update(table).values(requested_at=NOW - ANSWER_TIME, started_at=NOW))
    response, html = page(client)
    assert "refresh" not in response.headers
    (link,) = [a for a in html.cssselect("main a") if a.text == "Try again"]
    assert page(client, link.get("href"))[0].headers["refresh"] == "2"


def test_too_many_questions_are_refused(client, filled_record):
    with filled_record.write() as tx:
        for number in range(MAX_OPEN):
            request = ExplanationRequest(mention=key("day1"), watch=str(number))
            explanations.add(tx, request, "0" * 64, now=NOW)
    response, html = page(client)
    assert "refresh" not in response.headers
    assert "Too many questions" in html.text_content()


@pytest.mark.parametrize("end", ["", ".json"])
def test_deleted_mention_has_no_explanation(client, end):
    assert client.get(f"/m/{key(sample_installation.DELETED)}/why{end}").status_code == 410
