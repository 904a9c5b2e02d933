"""The page of one mention: its whole text, its verdicts, and its deletion."""

import pytest
from lxml.html import fromstring

from tests.console import sample_installation
from tests.store.factories import key


@pytest.mark.parametrize("path", ["/mentions/{}", "/m/{}"])
def test_a_mention_is_shown_whole(client, path):
    text = sample_installation.HOSTILE[5]
    text_element = fromstring(client.get(path.format(key("hostile5"))).text).cssselect(".text")[0]
    assert text_element.text_content().split() == text.split()


def test_what_each_model_said_of_it_is_told(client):
    html = client.get(f"/m/{key('day0')}").text
    assert "lexicon" in html
    assert "70%" in html
    assert key("day0") in html


def test_a_mention_that_nobody_scored_says_so(client):
    html = client.get(f"/m/{key(sample_installation.UNSCORED)}").text
    assert "unscored" in html
    assert 'lang="ja"' in html


@pytest.mark.parametrize("end", ["", ".json"])
def test_what_its_author_took_back_is_gone(client, end):
    answer = client.get(f"/m/{key(sample_installation.DELETED)}{end}")
    assert answer.status_code == 410
    assert "take that back" not in answer.text


@pytest.mark.parametrize("ident", ["0" * 32, "x", "../etc/passwd", "%00", "é"])
def test_a_mention_that_is_none_is_not_found(client, ident):
    assert client.get(f"/mentions/{ident}").status_code == 404
    assert client.get(f"/m/{ident}.json").status_code == 404


def test_the_twin_is_the_contracts_mention(client):
    twin = client.get(f"/mentions/{key('day0')}.json").json()
    assert twin["id"] == key("day0")
    assert twin["verdicts"][0]["sentiment"] == "negative"
    assert twin["published"].endswith("Z")
