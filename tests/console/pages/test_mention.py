"""The page of a mention: its whole text, its verdicts, and its deletion."""

import pytest
from lxml.html import fromstring

from tests.console import sample_installation
from tests.store.factories import key


@pytest.mark.parametrize("path", ["/mentions/{}", "/m/{}"])
def test_whole_text_is_shown(client, path):
    text = sample_installation.HOSTILE[5]
    text_element = fromstring(client.get(path.format(key("hostile5"))).text).cssselect(".text")[0]
    assert text_element.text_content().split() == text.split()


def test_verdict_is_shown_with_its_model(client):
    html = client.get(f"/m/{key('day0')}").text
    assert "lexicon" in html
    assert "70%" in html
    assert key("day0") in html


def test_unscored_mention_is_marked(client):
    html = client.get(f"/m/{key(sample_installation.UNSCORED)}").text
    assert "unscored" in html
    assert 'lang="ja"' in html


@pytest.mark.parametrize("end", ["", ".json"])
def test_deleted_mention_is_gone(client, end):
    response = client.get(f"/m/{key(sample_installation.DELETED)}{end}")
    assert response.status_code == 410
    assert "take that back" not in response.text


@pytest.mark.parametrize("ident", ["0" * 32, "x", "../etc/passwd", "%00", "é"])
def test_unknown_mention_is_not_found(client, ident):
    assert client.get(f"/mentions/{ident}").status_code == 404
    assert client.get(f"/m/{ident}.json").status_code == 404


def test_counts_of_the_source_are_shown_with_their_time(client):
    html = client.get(f"/m/{key('day0')}").text
    assert "likes 1,900, replies 0" in html
    assert "odd" not in fromstring(html).text_content()
    twin = client.get(f"/mentions/{key('day0')}.json").json()
    (engagement,) = twin["engagement"]
    assert engagement["counts"] == {"likes": 1_900, "replies": 0, "odd": 7}
    assert engagement["at"].endswith("Z")
    assert "Likes, replies and reposts" not in client.get(f"/m/{key('day1')}").text


def test_json_has_the_mention(client):
    twin = client.get(f"/mentions/{key('day0')}.json").json()
    assert twin["id"] == key("day0")
    assert twin["verdicts"][0]["sentiment"] == "negative"
    assert twin["published"].endswith("Z")


def test_author_is_shown_with_its_evidence(client):
    html = client.get(f"/m/{key('day0')}").text
    assert "Customer (assumed)" in html
    twin = client.get(f"/mentions/{key('day0')}.json").json()
    assert (twin["role"], twin["role_origin"]) == ("customer", "default")
    assert (twin["author_role"], twin["brand_of"]) == (None, [])
