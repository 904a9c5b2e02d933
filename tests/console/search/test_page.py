"""The search page: queries, filters, paging and grouping, on two engines."""

import re
from contextlib import closing
from dataclasses import replace
from html import unescape
from itertools import pairwise

import pytest
from lxml.html import fromstring

from console.search.search import CARDS_PER_PAGE
from core.errors import TransientError
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.index import TantivyIndex
from store.tables import mentions
from tests.console import sample_installation
from tests.store.factories import key

ALL = "/search.json?range=all"


def ids(body):
    return [mention["id"] for mention in body["mentions"]]


def cards(html):
    """Return the ids of the mentions on the page, in order."""
    return re.findall(r'class="when" href="/m(?:entions)?/([0-9a-f]{32})"', html)


def links(html, relation):
    return [unescape(url) for url in fromstring(html).xpath(f"//a[@rel='{relation}']/@href")]


def facet(html, label):
    """Return (href, is_selected, count) of the line *label* of a facet."""
    for line in fromstring(html).cssselect(".facets a"):
        if line.findtext("span") == label:
            is_selected = line.get("aria-current") == "true"
            return line.get("href"), is_selected, int(line.findtext("b").replace(",", ""))
    return None


@pytest.fixture(params=["memory", "tantivy"])
def engine_client(request, filled_record, tmp_path):
    """Return a client over either engine."""
    engine = (
        MemoryIndex() if request.param == "memory" else TantivyIndex(tmp_path / "i", writer=True)
    )
    with closing(sample_installation.fill_index(filled_record, engine)) as index:
        yield sample_installation.make_client(
            sample_installation.make_context(filled_record, index)
        )


def test_the_twins_pages_hold_every_mention_once(engine_client):
    """Deleted ones are on no page."""
    living = {key(name) for name, *_ in sample_installation.mention_rows()} - {
        key(sample_installation.DELETED)
    }
    found_ids, path = [], ALL
    while path:
        page = engine_client.get(path).json()
        assert page["total"] == len(living)
        found_ids += ids(page)
        path = page["next"]
    assert sorted(found_ids) == sorted(living)


def test_the_pages_show_every_family_once_by_its_newest_member(engine_client):
    card_ids, path = [], "/?range=all"
    while path:
        html = engine_client.get(path).text
        assert len(cards(html)) <= CARDS_PER_PAGE
        card_ids += cards(html)
        path = next(iter(links(html, "next")), None)
    families = {
        text: key(name)
        for name, text, *_ in sample_installation.mention_rows()
        if name != sample_installation.DELETED
    }
    newest = {
        key("copy0") if i == key(f"copy{sample_installation.COPIES - 1}") else i
        for i in families.values()
    }
    assert sorted(card_ids) == sorted(newest)


def test_newer_leads_back(engine_client):
    first = engine_client.get("/?range=all").text
    second = engine_client.get(links(first, "next")[0]).text
    third = engine_client.get(links(second, "next")[0]).text
    assert cards(engine_client.get(links(third, "prev")[0]).text) == cards(second)
    assert cards(engine_client.get(links(second, "prev")[0]).text) == cards(first)


def test_a_family_links_to_all_its_members(engine_client):
    html = engine_client.get("/?q=free&range=28d").text
    assert cards(html) == [key("copy0")]
    assert f"+{sample_installation.COPIES - 1} similar posts" in html
    members = fromstring(html).cssselect("a.alike")[0].get("href")
    twin = members.replace("/?", "/search.json?", 1)
    assert len(ids(engine_client.get(twin).json())) == sample_installation.COPIES


def test_by_relevance_the_pages_go_on_as_well(engine_client):
    first = engine_client.get("/?q=acme&range=all&sort=relevance").text
    second = engine_client.get(links(first, "next")[0]).text
    assert cards(second)
    assert not set(cards(first)) & set(cards(second))


def test_a_filter_is_set_and_taken_away_by_its_link(engine_client):
    free = engine_client.get("/?range=28d").text
    href, is_selected, count = facet(free, "positive")
    assert not is_selected
    narrowed = engine_client.get(href).text
    assert f"<h2>{count} mentions</h2>" in narrowed
    back, is_selected, again = facet(narrowed, "positive")
    assert is_selected
    assert again == count
    assert back == "/?range=28d"


def test_facets_count_under_all_other_filters(engine_client):
    """A second value of the same field adds to the first, so its count ignores the first."""
    free = engine_client.get("/search.json?range=all").json()["facets"]
    path = "/search.json?range=all&sentiment=positive"
    narrowed = engine_client.get(path).json()["facets"]
    assert {c["value"]: c["count"] for c in narrowed["sentiment"]} == {
        c["value"]: c["count"] for c in free["sentiment"]
    }
    assert sum(c["count"] for c in narrowed["source"]) < sum(c["count"] for c in free["source"])
    both = engine_client.get(f"{path}&sentiment=negative").json()
    assert both["total"] == sum(
        c["count"] for c in free["sentiment"] if c["value"] in ("positive", "negative")
    )


def test_a_chosen_value_that_nothing_has_stays_to_be_taken_away(client):
    html = client.get("/?source=nowhere").text
    assert facet(html, "nowhere") == ("/", True, 0)
    assert "No results" in html


def test_bars_cover_the_window_and_sum_to_the_total(engine_client):
    for window in ("24h", "7d", "28d", "all"):
        body = engine_client.get(f"/search.json?range={window}").json()
        bars = body["histogram"]
        tones = ("negative", "neutral", "positive", "unscored")
        assert sum(bar[tone] for bar in bars for tone in tones) == body["total"]
        assert all(a["end"] == b["start"] for a, b in pairwise(bars))
        assert 24 <= len(bars) <= 61


def test_highlights_stand_where_the_text_says_the_words(engine_client):
    hits = engine_client.get("/search.json?q=BRAKE&range=all").json()["mentions"]
    assert hits
    for mention in hits:
        for start, end in mention["highlights"]:
            assert mention["text"][start:end].lower() == "brake"
    assert "<mark>brake</mark>" in engine_client.get("/?q=BRAKE").text


def test_a_mistake_is_shown_with_caret_and_a_way_out(client):
    answer = client.get("/?q=acme+sentimnt:negative&source=blog&range=24h")
    assert answer.status_code == 422
    mistake = fromstring(answer.text).cssselect(".mistake")[0]
    assert "Unknown field “sentimnt”" in mistake.text_content()
    query, caret = mistake.findtext("pre").splitlines()
    assert query[caret.index("^") :].startswith("sentimnt")
    hint = mistake.cssselect("a")[0].get("href")
    assert hint == "/?q=acme+sentiment%3Anegative&range=24h&source=blog"
    assert client.get(hint).status_code == 200
    assert "source <b>blog</b>" in answer.text


def test_the_twin_of_a_mistake_points_too(client):
    answer = client.get("/search.json?q=(brake")
    assert answer.status_code == 422
    assert answer.json()["column"] == 0
    assert answer.json()["hint"] == "(brake)"


@pytest.mark.parametrize("query", ["(" * 300, "a OR " * 1000 + "a", "x" * 9999])
def test_an_abusive_query_is_a_mistake_like_any_other(client, query):
    assert client.get("/", params={"q": query}).status_code == 422


def test_a_mark_of_another_order_is_no_error_of_ours(client):
    assert client.get("/?q=acme&sort=relevance&after=1." + "0" * 32).status_code == 422


def test_what_the_record_deleted_is_not_shown_although_the_index_still_has_it(
    client, filled_record
):
    with filled_record.write() as tx:
        gone = mentions.update().where(mentions.c.id == key("hostile0"))
        tx.execute(gone.values(state="deleted", text=""))
    html = client.get("/?range=24h").text
    assert key("hostile1") in html
    assert key("hostile0") not in html


class Unreachable(MemoryIndex):
    """An index whose engine is down."""

    def search(self, *_, **__):
        raise TransientError("The index does not answer: connection refused.")


def test_without_its_index_the_search_is_503_and_all_else_works(context):
    client = sample_installation.make_client(replace(context, index=Unreachable()))
    answer = client.get("/?q=acme")
    assert answer.status_code == 503
    assert "The index does not answer: connection refused." in answer.text
    assert "INC-1" in answer.text
    twin = client.get("/search.json")
    assert (twin.status_code, twin.json()["ok"]) == (503, False)
    for path in ("/incidents/1", "/sources", "/status", f"/m/{key('day3')}"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("problem", ["down", "range=9y"])
def test_a_problem_keeps_the_form_with_query_and_filters(context, problem):
    index = Unreachable() if problem == "down" else context.index
    client = sample_installation.make_client(replace(context, index=index))
    window = "range=24h" if problem == "down" else problem
    answer = client.get(f"/?q=acme+loud&source=blog&sort=relevance&{window}")
    assert answer.status_code == (503 if problem == "down" else 422)
    html = fromstring(answer.text)
    sent = html.forms[0].form_values()
    assert ("q", "acme loud") in sent
    assert ("source", "blog") in sent
    assert ("sort", "relevance") in sent
    assert "source <b>blog</b>" in answer.text
    assert html.cssselect(".mistake")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ("range=9y", "“9y” is not a value of range. Use 24h, 7d, 28d, all."),
        ("sentiment=bad", "“bad” is not a value of sentiment. Use negative, neutral, positive."),
        ("sort=oldest", "“oldest” is not a value of sort. Use newest, relevance."),
        ("from=yesterday", "“yesterday” is not a time for from. Use a time such as 2026-"),
        ("range=chosen", "A custom range needs from, to or both"),
        ("from=2026-02-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from is before to"),
        ("source=", "The filter source takes 1 to 50 values"),
        ("after=1;drop", "This page link is not valid."),
        ("sentimnt=negative", "Unknown parameter “sentimnt”."),
        ("range=" + "9" * 500, "“" + "9" * 40 + "…” is not a value of range."),
    ],
)
def test_a_wrong_parameter_is_explained_in_our_words(client, parameters, sentence):
    answer = client.get(f"/?q=acme&{parameters}")
    assert answer.status_code == 422
    assert sentence in fromstring(answer.text).cssselect(".mistake")[0].text_content()
    assert not fromstring(answer.text).cssselect(".mistake pre")
    twin = client.get(f"/search.json?q=acme&{parameters}")
    assert twin.status_code == 422
    assert sentence in twin.json()["error"]
    assert (twin.json()["query"], twin.json()["column"], twin.json()["hint"]) == ("acme", None, "")


def test_two_wrong_parameters_are_both_explained(client):
    error = client.get("/search.json?range=9y&sort=oldest").json()["error"]
    assert "value of range" in error
    assert "value of sort" in error


def test_an_incident_is_a_band_and_named_on_its_mentions(client):
    chart = fromstring(client.get("/?range=24h").text)
    assert chart.xpath("//*[@class='band-name']/text()") == ["INC-1"]
    assert "INC-1" not in fromstring(client.get("/?range=24h&watch=rival").text).xpath(
        "//*[@class='band-name']/text()"
    )
    assert chart.cssselect(".facts a.bad")[0].get("href") == "/incidents/1"


def test_an_empty_installation_has_a_page_too(sqlite_record):
    index = MemoryIndex()
    client = sample_installation.make_client(sample_installation.make_context(sqlite_record, index))
    for path in (
        "/",
        "/?range=all",
        ALL,
        "/incidents",
        "/sources",
        "/inbox",
        "/status",
        "/metrics",
    ):
        assert client.get(path).status_code == 200, path
    assert "Nothing is fetched" in client.get("/").text


def test_the_form_sends_filters_and_window_along(client):
    window = "from=2026-02-20T00:00:00Z&to=2026-03-01T00:00:00Z"
    form = fromstring(client.get(f"/?{window}&source=blog&source=forum").text).forms[0]
    sent = form.form_values()
    assert ("range", "chosen") in sent
    assert ("from", "2026-02-20T00:00:00Z") in sent
    assert [value for name, value in sent if name == "source"] == ["blog", "forum"]
    assert client.get("/", params=sent).status_code == 200


def test_a_bar_leads_to_its_own_mentions(client):
    """Its page has the total of the bar, under the same filters."""
    bars = client.get("/search.json?range=7d&source=blog").json()["histogram"]
    drawn = fromstring(client.get("/?range=7d&source=blog").text).cssselect(".plot-bars a")
    assert len(drawn) == len(bars)
    for bar, link in list(zip(bars, drawn, strict=True))[1:-1:9]:
        behind = client.get(link.get("href").replace("/?", "/search.json?", 1)).json()
        tones = ("negative", "neutral", "positive", "unscored")
        assert behind["total"] == sum(bar[tone] for tone in tones)
