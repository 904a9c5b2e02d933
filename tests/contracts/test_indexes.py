"""Contract of every index engine for changes and queries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core import plugins
from core.errors import QueryError
from core.timestamps import UNDATED
from indexer.change import ChangeResult, Upsert
from indexer.index import MentionIndex
from indexer.query import parse
from indexer.request import Filters, HistogramRequest
from indexer.results import Sort
from tests.indexer.engine_starts import ENGINES, STARTS
from tests.indexer.factories import (
    NOON,
    SECOND,
    delete,
    histogram,
    key,
    make_document,
    search,
    upsert,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MentionIndex]:
    """Yield each engine, empty."""
    for index in STARTS[request.param](tmp_path):
        index.setup()
        yield index


def apply_all(index, *batch):
    """Apply *batch* and refresh; return the result of each change."""
    results = [outcome.result for outcome in index.apply(batch)]
    index.refresh()
    return results


def hit_ids(index, text):
    """Return the ids of the hits, newest first."""
    return [hit.id for hit in search(index, parse(text), size=100).hits]


# ---- writing


def test_every_engine_has_a_start():
    """Every engine needs a start here."""
    assert sorted(STARTS) == plugins.available("indexer.engines")


def test_empty_index_has_empty_responses(index):
    """Without mentions there are no hits and no errors."""
    query = parse("acme")
    assert search(index, query).total == index.count() == index.health().docs == 0
    assert list(index.ids(query)) == []
    window = Filters(since=NOON - DAY, until=NOON, fields={"source": ("blog",)})
    options = {"zone": BERLIN, "past_weeks": 2, "starts_at_first_mention": True}
    histogram = HistogramRequest(width=lambda _: DAY, **options)
    parts = {"facets": ("source", "tag"), "histogram": histogram, "group_by_family": True}
    response = search(index, query, window, **parts)
    assert (response.groups, response.hits) == (0, ())
    assert response.facets == {"source": [("blog", 0)], "tag": []}
    assert [bar.total for bar in response.histogram] == [0, 0]
    assert index.apply([]) == []


def test_applying_twice_changes_nothing(index):
    """A replay is stale, and every mention is indexed once."""
    batch = upsert(1, "a"), upsert(2, "b")
    assert apply_all(index, *batch) == [ChangeResult.OK, ChangeResult.OK]
    assert apply_all(index, *batch) == [ChangeResult.STALE, ChangeResult.STALE]
    index.setup()
    assert index.count() == 2


def test_newer_change_replaces_also_in_another_month(index):
    """Text and publication are those of the last change; the old text matches nothing."""
    apply_all(index, upsert(1, "a", "old words"))
    apply_all(index, upsert(2, "a", "new words", published=SECOND - 90 * 86_400))
    assert (hit_ids(index, "old"), hit_ids(index, "new"), index.count()) == ([], [key("a")], 1)


def test_two_changes_of_a_mention_in_one_batch(index):
    """The higher number applies, in any order."""
    newer = upsert(2, "a", "new", published=SECOND - 40 * 86_400)
    assert apply_all(index, upsert(1, "a", "old"), newer, upsert(1, "a", "old")) == [
        ChangeResult.OK,
        ChangeResult.OK,
        ChangeResult.STALE,
    ]
    assert (hit_ids(index, "old"), hit_ids(index, "new")) == ([], [key("a")])


@pytest.mark.parametrize("days", [0, 60])
def test_older_change_never_overwrites(index, days):
    """It is stale, also in another month, and also if the newer change was a delete."""
    older = upsert(1, "a", "old", published=SECOND - days * 86_400)
    apply_all(index, upsert(2, "a", "new"))
    assert apply_all(index, older) == [ChangeResult.STALE]
    assert hit_ids(index, "new") == [key("a")]
    assert apply_all(index, delete(3, "a"), upsert(2, "a", "new")) == [
        ChangeResult.OK,
        ChangeResult.STALE,
    ]
    assert index.count() == 0


def test_deleted_mention_can_return(index):
    """A deleted mention is in no response; a later change adds it again."""
    apply_all(index, upsert(1, "a"), upsert(2, "b"))
    assert apply_all(index, delete(3, "a")) == [ChangeResult.OK]
    assert hit_ids(index, "") == hit_ids(index, "-nothing") == [key("b")]
    assert search(index, parse(""), facets=("source",)).facets == {"source": [("blog", 1)]}
    assert apply_all(index, upsert(4, "a")) == [ChangeResult.OK]
    assert index.count() == index.health().docs == 2


def test_deletion_of_an_unknown_mention_is_ok(index):
    """The result is OK: the mention does not exist."""
    assert apply_all(index, delete(1, "a")) == [ChangeResult.OK]
    assert index.count() == 0


@pytest.mark.parametrize(
    ("invalid_change", "reason"),
    [
        (upsert(1, "x", published=10**14), "published"),
        (upsert(1, "x", "\ud800"), "surrogate"),
        (upsert(0, "x"), "number"),
        (upsert(1, "x", source=("s" * 40_000,)), "field is longer"),
    ],
)
def test_only_the_invalid_change_is_rejected(index, invalid_change, reason):
    """Other changes are applied, and the reason states the problem."""
    outcomes = index.apply([upsert(1, "a"), invalid_change, upsert(2, "b")])
    index.refresh()
    assert [outcome.result for outcome in outcomes] == [
        ChangeResult.OK,
        ChangeResult.REJECTED,
        ChangeResult.OK,
    ]
    assert reason in outcomes[1].reason
    assert index.count() == 2


def test_document_round_trips(index):
    """This holds for every field, with None and several values, in any script."""
    plain = make_document("a", "Crème — brûlée 😀\n<script>", language=None, domain=None)
    full = make_document("b", "", topic=("price", "a b"), sentiment="negative", polarity=-0.25,
                 probability=0.5, voice="0" * 32, family="f", published=-86_400)  # fmt: skip
    index.apply([Upsert(id=one.id, number=1, document=one) for one in (plain, full)])
    index.refresh()
    hits = search(index, parse("")).hits
    assert [hit.document for hit in hits] == [plain, full]
    assert hits[1].published == datetime(1969, 12, 31, tzinfo=UTC)


# ---- the language


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("brake loud", "ab"),
        ("brake OR crème", "abc"),
        ("brake -soft", "a"),
        ("NOT brake", "cd"),
        ('"loud brake"', "b"),
        ('"brake is" OR "loud brake"', "ab"),
        ("(brake OR creme) -loud", "c"),
        ("CREME", "c"),
        ("dont", ""),
        ("don't", "c"),
        ("電", "d"),
        ("電池", "d"),
        ("池電", ""),
        ("😀", "d"),
        ("source:forum", "d"),
        ('source:"a feed" brake', "b"),
        ("sentiment:negative OR analysis:unscored", "ad"),
        ("-language:en", "d"),
        ("", "abcd"),
    ],
)
def test_hits_of_a_query(index, query, names):
    """Each rule of the query language is tested on four mentions."""
    apply_all(
        index,
        upsert(1, "a", "The brake is loud", sentiment="negative"),
        upsert(2, "b", "A loud brake, soft", source=("blog", "a feed")),
        upsert(3, "c", "Crème brûlée: don't!"),
        upsert(4, "d", "電池が😀", language=None, source=("forum",), analysis="unscored"),
    )
    assert hit_ids(index, query) == sorted(map(key, names))


# ---- reading


def test_ties_are_sorted_by_id(index):
    """The order is newest first; mentions of one second are in the order of their ids."""
    apply_all(index, *(upsert(1, f"n{at}", published=SECOND - at // 10) for at in range(30)))
    ids = [key(f"n{at}") for at in range(30)]
    assert hit_ids(index, "") == list(index.ids())
    assert hit_ids(index, "") == sorted(ids[:10]) + sorted(ids[10:20]) + sorted(ids[20:])


def test_paging_returns_each_mention_once_during_writes(index):
    """A mention that exists from the first page to the last is on exactly one page."""
    apply_all(
        index, *(upsert(1, f"n{number}", published=SECOND - number // 7) for number in range(50))
    )
    ids_before, ids, after = list(index.ids()), [], None
    for step in range(100):
        page = search(index, parse(""), size=7, page_token=after)
        ids += [hit.id for hit in page.hits]
        apply_all(index, upsert(1, f"new{step}", published=SECOND + 1 + step))
        after = page.next_page_token
        if after is None:
            break
    assert ids == ids_before


def test_relevance_sorts_the_rare_word_first(index):
    """Of two words the rarer one has more weight; fields and times have none."""
    common = [upsert(1, f"n{number}", "acme phone") for number in range(20)]
    apply_all(index, *common, upsert(1, "rare", "acme recall", published=SECOND - 9 * 86_400))
    page = search(index, parse("phone OR recall source:blog"), sort=Sort.RELEVANCE, size=3)
    assert page.hits[0].id == key("rare")
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, reverse=True)
    assert search(index, parse("source:blog"), sort=Sort.RELEVANCE).hits[0].score is None


@pytest.mark.parametrize("after", ["", "x", "1.2", "99999", f"1.{'g' * 32}", f"1.{key('a')}\n"])
@pytest.mark.parametrize("sort", Sort)
def test_invalid_page_token_is_refused(index, after, sort):
    """The error is a sentence, not that of the engine."""
    with pytest.raises(QueryError, match="page link"):
        search(index, parse("acme"), sort=sort, page_token=after)


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_page_size_is_limited(index, size):
    with pytest.raises(ValueError, match="1 to 1,000"):
        search(index, parse("acme"), size=size)


def test_days_are_local_across_a_clock_change(index):
    """The 29th of March 2026 has 23 hours in Berlin."""
    first = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Berlin
    hours = [
        upsert(1, f"h{hour}", published=int(first.timestamp()) + 3600 * hour) for hour in range(48)
    ]
    apply_all(index, *hours)
    filters = Filters(since=first, until=first + 2 * DAY)
    buckets = histogram(index, parse(""), filters, step=DAY, zone=BERLIN)
    assert [(bar.start.isoformat(), bar.counts.unscored) for bar in buckets] == [
        ("2026-03-29T00:00:00+01:00", 23),
        ("2026-03-30T00:00:00+02:00", 24),
        ("2026-03-31T00:00:00+02:00", 1),
    ]


def test_role_matches_and_is_counted(index):
    apply_all(index, upsert(1, "a"), upsert(2, "b", role="news"), upsert(3, "c", role="news"))
    assert sorted(hit_ids(index, "role:news")) == sorted(map(key, "bc"))
    assert hit_ids(index, "-role:news") == hit_ids(index, "role:CUSTOMER") == [key("a")]
    counts = search(index, parse(""), facets=("role",)).facets
    assert counts["role"] == [("news", 2), ("customer", 1)]


def test_unknown_facet_is_refused(index):
    with pytest.raises(ValueError, match="colour"):
        search(index, parse(""), facets=("colour",))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("emotion:anger", "a"),
        ("intent:complaint", "ab"),
        ("intent:churn_risk -emotion:anger", "b"),
        ("offensive:yes", "a"),
        ("offensive:no", "b"),
        ("-offensive:yes -offensive:no", "c"),
    ],
)
def test_emotion_intent_and_offence_match_and_are_counted(index, query, names):
    apply_all(
        index,
        upsert(1, "a", emotion="anger", intent=("complaint",), offensive="yes"),
        upsert(2, "b", emotion="joy", intent=("complaint", "churn_risk"), offensive="no"),
        upsert(3, "c"),
    )
    assert sorted(hit_ids(index, query)) == sorted(map(key, names))
    counts = search(index, parse(""), facets=("emotion", "intent")).facets
    assert counts["intent"] == [("complaint", 2), ("churn_risk", 1)]
    assert counts["emotion"] == [("anger", 1), ("joy", 1)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("place:DE", "ab"),
        ("place:de/munich", "a"),
        ('place:"us/new york city"', "c"),
        ("tag:#AcmeFail", "ab"),
        ("tag:größe -place:de", "c"),
        ("link:Shop.example", "b"),
        ('product:"X200 Pro"', "c"),
        ("-place:de -place:us", "d"),
    ],
)
def test_entities_match_and_are_counted(index, query, names):
    """A city matches its country, too; all fields match in any case."""
    apply_all(
        index,
        upsert(1, "a", place=("de", "de/munich"), tag=("acmefail",)),
        upsert(2, "b", place=("de",), tag=("acmefail",), link=("shop.example",)),
        upsert(3, "c", place=("us", "us/new york city"), tag=("grösse",), product=("x200 pro",)),
        upsert(4, "d"),
    )
    assert hit_ids(index, query) == sorted(map(key, names))
    counts = search(index, parse(""), facets=("place", "tag")).facets
    assert counts["place"][:2] == [("de", 2), ("de/munich", 1)]
    assert counts["tag"] == [("acmefail", 2), ("grösse", 1)]


def test_undated_mention_is_last_and_in_no_range_of_time(index):
    """Search finds it; a range of time, a histogram and the start of the history do not."""
    undated = int(UNDATED.timestamp())
    apply_all(index, upsert(1, "a"), upsert(2, "b", published=undated, undated="yes"))
    assert hit_ids(index, "brake") == [key("a"), key("b")]
    assert hit_ids(index, "undated:yes") == [key("b")]
    assert hit_ids(index, "undated:no") == [key("a")]
    hits = search(index, parse("brake")).hits
    assert [hit.published for hit in hits] == [NOON, None]
    window = Filters(since=NOON - DAY, until=NOON + DAY)
    assert search(index, parse("brake"), window).total == 1
    options = {"zone": BERLIN, "past_weeks": 0, "starts_at_first_mention": True}
    histogram = HistogramRequest(width=lambda _: DAY, **options)
    everything = Filters(since=UNDATED, until=NOON + DAY)
    response = search(index, parse("brake"), everything, histogram=histogram)
    assert response.total == 2
    assert sum(bar.total for bar in response.histogram) == 1
    assert len(response.histogram) <= 3
