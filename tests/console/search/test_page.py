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


def card_ids(html):
    """Return the ids of the mentions on the page, in order."""
    return re.findall(r'class="when" href="/m(?:entions)?/([0-9a-f]{32})"', html)


def relation_links(html, relation):
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


def test_json_pages_have_every_mention_once(engine_client):
    """Deleted mentions are on no page."""
    live_ids = {key(name) for name, *_ in sample_installation.mention_rows()} - {
        key(sample_installation.DELETED)
    }
    ids_of_all_pages, path = [], ALL
    while path:
        page = engine_client.get(path).json()
        assert page["total"] == len(live_ids)
        ids_of_all_pages += ids(page)
        path = page["next"]
    assert sorted(ids_of_all_pages) == sorted(live_ids)


def test_pages_have_every_family_once_by_its_newest_mention(engine_client):
    ids_of_all_pages, path = [], "/?range=all"
    while path:
        html = engine_client.get(path).text
        assert len(card_ids(html)) <= CARDS_PER_PAGE
        ids_of_all_pages += card_ids(html)
        path = next(iter(relation_links(html, "next")), None)
    families = {
        text: key(name)
        for name, text, *_ in sample_installation.mention_rows()
        if name != sample_installation.DELETED
    }
    newest_ids = {
        key("copy0") if i == key(f"copy{sample_installation.COPIES - 1}") else i
        for i in families.values()
    }
    assert sorted(ids_of_all_pages) == sorted(newest_ids)


def test_newer_link_leads_back(engine_client):
    first = engine_client.get("/?range=all").text
    second = engine_client.get(relation_links(first, "next")[0]).text
    third = engine_client.get(relation_links(second, "next")[0]).text
    assert card_ids(engine_client.get(relation_links(third, "prev")[0]).text) == card_ids(second)
    assert card_ids(engine_client.get(relation_links(second, "prev")[0]).text) == card_ids(first)


def test_family_links_to_all_its_mentions(engine_client):
    html = engine_client.get("/?q=free&range=28d").text
    assert card_ids(html) == [key("copy0")]
    assert f"+{sample_installation.COPIES - 1} similar posts" in html
    members = fromstring(html).cssselect("a.alike")[0].get("href")
    twin = members.replace("/?", "/search.json?", 1)
    assert len(ids(engine_client.get(twin).json())) == sample_installation.COPIES


def test_pages_by_relevance(engine_client):
    first = engine_client.get("/?q=acme&range=all&sort=relevance").text
    second = engine_client.get(relation_links(first, "next")[0]).text
    assert card_ids(second)
    assert not set(card_ids(first)) & set(card_ids(second))


def test_facet_link_sets_and_removes_a_filter(engine_client):
    all_results = engine_client.get("/?range=28d").text
    href, is_selected, count = facet(all_results, "positive")
    assert not is_selected
    positive_results = engine_client.get(href).text
    assert f"<h2>{count} mentions</h2>" in positive_results
    removal_link, is_selected, count_after = facet(positive_results, "positive")
    assert is_selected
    assert count_after == count
    assert removal_link == "/?range=28d"


def test_facets_count_with_all_other_filters(engine_client):
    """A second value of a field adds results, so its count ignores the first value."""
    all_results = engine_client.get("/search.json?range=all").json()["facets"]
    path = "/search.json?range=all&sentiment=positive"
    positive_results = engine_client.get(path).json()["facets"]
    assert {c["value"]: c["count"] for c in positive_results["sentiment"]} == {
        c["value"]: c["count"] for c in all_results["sentiment"]
    }
    assert sum(c["count"] for c in positive_results["source"]) < sum(
        c["count"] for c in all_results["source"]
    )
    both = engine_client.get(f"{path}&sentiment=negative").json()
    assert both["total"] == sum(
        c["count"] for c in all_results["sentiment"] if c["value"] in ("positive", "negative")
    )


def test_selected_value_without_results_can_be_removed(client):
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


def test_highlights_are_the_words_of_the_query(engine_client):
    hits = engine_client.get("/search.json?q=BRAKE&range=all").json()["mentions"]
    assert hits
    for mention in hits:
        for start, end in mention["highlights"]:
            assert mention["text"][start:end].lower() == "brake"
    assert "<mark>brake</mark>" in engine_client.get("/?q=BRAKE").text


def test_mistake_has_a_caret_and_a_hint(client):
    response = client.get("/?q=acme+sentimnt:negative&source=blog&range=24h")
    assert response.status_code == 422
    mistake = fromstring(response.text).cssselect(".mistake")[0]
    assert "Unknown field “sentimnt”" in mistake.text_content()
    query, caret = mistake.findtext("pre").splitlines()
    assert query[caret.index("^") :].startswith("sentimnt")
    hint = mistake.cssselect("a")[0].get("href")
    assert hint == "/?q=acme+sentiment%3Anegative&range=24h&source=blog"
    assert client.get(hint).status_code == 200
    assert "source <b>blog</b>" in response.text


def test_json_of_a_mistake_has_column_and_hint(client):
    response = client.get("/search.json?q=(brake")
    assert response.status_code == 422
    assert response.json()["column"] == 0
    assert response.json()["hint"] == "(brake)"


@pytest.mark.parametrize("query", ["(" * 300, "a OR " * 1000 + "a", "x" * 9999])
def test_abusive_query_is_refused(client, query):
    assert client.get("/", params={"q": query}).status_code == 422


def test_page_token_of_another_order_is_refused(client):
    assert client.get("/?q=acme&sort=relevance&after=1." + "0" * 32).status_code == 422


def test_mention_deleted_in_the_database_only_is_not_shown(client, filled_record):
    with filled_record.write() as tx:
        deletion = mentions.update().where(mentions.c.id == key("hostile0"))
        tx.execute(deletion.values(state="deleted", text=""))
    html = client.get("/?range=24h").text
    assert key("hostile1") in html
    assert key("hostile0") not in html


class UnreachableIndex(MemoryIndex):
    """An index whose engine is down."""

    def search(self, *_, **__):
        raise TransientError("The index does not answer: connection refused.")


def test_unreachable_index_is_503_for_the_search_only(context):
    client = sample_installation.make_client(replace(context, index=UnreachableIndex()))
    response = client.get("/?q=acme")
    assert response.status_code == 503
    assert "The index does not answer: connection refused." in response.text
    assert "INC-1" in response.text
    twin = client.get("/search.json")
    assert (twin.status_code, twin.json()["ok"]) == (503, False)
    for path in ("/incidents/1", "/sources", "/status", f"/m/{key('day3')}"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("problem", ["down", "range=9y"])
def test_problem_keeps_query_and_filters_in_the_form(context, problem):
    index = UnreachableIndex() if problem == "down" else context.index
    client = sample_installation.make_client(replace(context, index=index))
    window = "range=24h" if problem == "down" else problem
    response = client.get(f"/?q=acme+loud&source=blog&sort=relevance&{window}")
    assert response.status_code == (503 if problem == "down" else 422)
    html = fromstring(response.text)
    form_values = html.forms[0].form_values()
    assert ("q", "acme loud") in form_values
    assert ("source", "blog") in form_values
    assert ("sort", "relevance") in form_values
    assert "source <b>blog</b>" in response.text
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
def test_wrong_parameter_has_an_explanation(client, parameters, sentence):
    response = client.get(f"/?q=acme&{parameters}")
    assert response.status_code == 422
    assert sentence in fromstring(response.text).cssselect(".mistake")[0].text_content()
    assert not fromstring(response.text).cssselect(".mistake pre")
    twin = client.get(f"/search.json?q=acme&{parameters}")
    assert twin.status_code == 422
    assert sentence in twin.json()["error"]
    assert (twin.json()["query"], twin.json()["column"], twin.json()["hint"]) == ("acme", None, "")


def test_two_wrong_parameters_have_explanations(client):
    error = client.get("/search.json?range=9y&sort=oldest").json()["error"]
    assert "value of range" in error
    assert "value of sort" in error


def test_incident_is_a_band_in_the_chart(client):
    chart = fromstring(client.get("/?range=24h").text)
    assert chart.xpath("//*[@class='band-name']/text()") == ["INC-1"]
    assert "INC-1" not in fromstring(client.get("/?range=24h&watch=rival").text).xpath(
        "//*[@class='band-name']/text()"
    )
    assert chart.cssselect(".facts a.bad")[0].get("href") == "/incidents/1"


def test_pages_of_an_empty_installation(sqlite_record):
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


def test_form_sends_filters_and_window(client):
    window = "from=2026-02-20T00:00:00Z&to=2026-03-01T00:00:00Z"
    form = fromstring(client.get(f"/?{window}&source=blog&source=forum").text).forms[0]
    form_values = form.form_values()
    assert ("range", "chosen") in form_values
    assert ("from", "2026-02-20T00:00:00Z") in form_values
    assert [value for name, value in form_values if name == "source"] == ["blog", "forum"]
    assert client.get("/", params=form_values).status_code == 200


def test_bar_links_to_its_mentions(client):
    """The page of the link has the total of the bar, with the same filters."""
    bars = client.get("/search.json?range=7d&source=blog").json()["histogram"]
    bar_links = fromstring(client.get("/?range=7d&source=blog").text).cssselect(".plot-bars a")
    assert len(bar_links) == len(bars)
    for bar, link in list(zip(bars, bar_links, strict=True))[1:-1:9]:
        results = client.get(link.get("href").replace("/?", "/search.json?", 1)).json()
        tones = ("negative", "neutral", "positive", "unscored")
        assert results["total"] == sum(bar[tone] for tone in tones)


def test_role_is_a_filter_with_counts(engine_client):
    html = engine_client.get("/?range=all").text
    address, is_selected, count = facet(html, "Customers")
    assert (address, is_selected) == ("/?range=all&role=customer", False)
    body = engine_client.get("/search.json?range=all&role=customer").json()
    assert body["total"] == count > 0
    assert engine_client.get("/search.json?range=all&role=news").json()["total"] == 0
    assert engine_client.get("/search.json?range=all&q=role:customer").json()["total"] == count
    assert engine_client.get("/search.json?role=robot").status_code == 422
