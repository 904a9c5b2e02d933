"""Every line has one place, one address and one global name."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from demo.corpus_model import Corpus, Line
from demo.ground_truth import expected_lines, published_lines
from demo.sanitize import legal, sendable, visible_text
from demo.timeline import Timeline, board_slugs, comments_of

BASE = "http://127.0.0.1:1"
STARTED = datetime(2026, 11, 22, tzinfo=UTC)


def line(**fields):
    usual = {"site": "s", "kind": "forum", "author": "a", "text": "t", "language": None}
    return Line(**{**usual, "parent": None, "offset_s": 0, **fields})


def corpus_of(*found):
    return Corpus(lines=found, watches=(), incidents=())


def test_no_two_lines_share_an_address_or_a_name(replay):
    assert len({entry.uri for entry in replay.entries}) == len(replay.entries)
    assert len({entry.url for entry in replay.entries}) == len(replay.entries)


def test_published_is_the_start_plus_the_offset(replay, make, started):
    for entry, found in zip(replay.entries, make(live=True).lines, strict=True):
        assert entry.published == started + timedelta(seconds=found.offset_s)


def test_mastodon_ids_sort_by_time(replay):
    entries = replay.boards["velosocial"].entries
    ids = [int(entry.status) for entry in entries]
    assert ids == sorted(ids)
    assert max(ids) < 2**63


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12))
def test_any_site_name_gets_an_address_of_its_own(names):
    slugs = board_slugs([line(site=name) for name in names])
    assert len(set(slugs.values())) == len(set(names))
    assert all(slug.replace("-", "a").isalnum() and slug.isascii() for slug in slugs.values())


def test_one_name_of_two_kinds_is_two_sites():
    slugs = board_slugs([line(), line(kind="rss"), line()])
    assert list(slugs.values()) == ["s", "s-2"]


@given(st.data(), st.integers(1, 12))
def test_any_parents_make_threads_that_end(data, count):
    """Cycles, answers to oneself and to other sites: each line still has one first."""
    above = st.none() | st.integers(0, count - 1)
    found = [line(site=data.draw(st.sampled_from("ab")), parent=data.draw(above))
             for _ in range(count)]  # fmt: skip
    for entry in Timeline(corpus_of(*found), STARTED, BASE).entries:
        first = entry.root
        assert found[first].site == found[entry.number].site
        assert (entry.parent is None) == (first == entry.number)


def test_an_answer_to_another_site_stands_alone(started):
    replay = Timeline(corpus_of(line(), line(site="t", parent=0)), started, BASE)
    assert replay.entries[1].parent is None


def test_a_deep_thread_has_one_root(started):
    chain = [line(), *(line(parent=n) for n in range(3000))]
    assert {entry.root for entry in Timeline(corpus_of(*chain), started, BASE).entries} == {0}


def test_the_truth_counts_what_an_honest_crawl_can_read(make, started, base):
    corpus = make(live=True)
    held = expected_lines(corpus, started, base, started)
    public = published_lines(corpus, started, started)
    hidden = [found for found in public if found.site in ("private", "broken")]
    assert hidden
    assert len(held) == len(public) - len(hidden)
    assert not {found.site for found in held.values()} & {"private", "broken"}


def test_the_truth_grows_with_the_clock(make, started, base):
    corpus = make(live=True)
    sizes = [len(expected_lines(corpus, started, base, started + timedelta(seconds=s)))
             for s in (0, 60, 300)]  # fmt: skip
    assert sizes == sorted(set(sizes))


@given(st.text())
def test_visible_text_is_legal_and_stays_as_it_is(text):
    seen = visible_text(text)
    assert visible_text(seen) == seen == legal(seen)
    assert "  " not in seen


@given(st.text(st.characters(categories=["Cs", "Cc", "Lu"])))
def test_what_is_sendable_has_bytes_and_looks_the_same(text):
    assert "\x00" not in sendable(text).encode().decode()
    assert visible_text(sendable(text)) == visible_text(text)


def test_nameless_posts_are_of_as_many_people():
    """A hundred voices without a name are no single voice called guest."""
    replay = Timeline(
        corpus_of(line(author=None), line(author=""), line(author=" ")), STARTED, BASE
    )
    assert len({entry.author for entry in replay.entries}) == 3


def test_the_comments_of_a_blog_share_their_name_with_no_site():
    slugs = board_slugs([line(site="s-comments"), line(site="s"), line(site="s", kind="rss")])
    taken = [name for slug in slugs.values() for name in (slug, comments_of(slug))]
    assert len(set(taken)) == len(taken)


def test_a_long_name_is_cut_in_the_address():
    (slug,) = board_slugs([line(site="x" * 200)]).values()
    assert len(comments_of(slug)) < 63
