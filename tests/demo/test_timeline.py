"""Entries of the timeline: sites, URLs and URIs of the lines of a corpus."""

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
    defaults = {"site": "s", "kind": "forum", "author": "a", "text": "t", "language": None}
    return Line(**{**defaults, "parent": None, "offset_s": 0, **fields})


def corpus_of(*lines):
    return Corpus(lines=lines, watches=(), incidents=())


def test_urls_and_uris_are_unique(replay):
    assert len({entry.uri for entry in replay.entries}) == len(replay.entries)
    assert len({entry.url for entry in replay.entries}) == len(replay.entries)


def test_publication_is_the_start_plus_the_offset(replay, make_corpus, start):
    for entry, line_ in zip(replay.entries, make_corpus(live=True).lines, strict=True):
        assert entry.published == start + timedelta(seconds=line_.offset_s)


def test_mastodon_ids_sort_by_time(replay):
    entries = replay.boards["velosocial"].entries
    ids = [int(entry.status) for entry in entries]
    assert ids == sorted(ids)
    assert max(ids) < 2**63


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12))
def test_any_site_name_gets_its_own_slug(names):
    slugs = board_slugs([line(site=name) for name in names])
    assert len(set(slugs.values())) == len(set(names))
    assert all(slug.replace("-", "a").isalnum() and slug.isascii() for slug in slugs.values())


def test_same_name_of_two_kinds_is_two_sites():
    slugs = board_slugs([line(), line(kind="rss"), line()])
    assert list(slugs.values()) == ["s", "s-2"]


@given(st.data(), st.integers(1, 12))
def test_any_parents_make_threads_with_a_root(data, count):
    """With cycles, and replies to oneself and to other sites, each line has one root."""
    parents = st.none() | st.integers(0, count - 1)
    lines = [line(site=data.draw(st.sampled_from("ab")), parent=data.draw(parents))
             for _ in range(count)]  # fmt: skip
    for entry in Timeline(corpus_of(*lines), STARTED, BASE).entries:
        first = entry.root
        assert lines[first].site == lines[entry.number].site
        assert (entry.parent is None) == (first == entry.number)


def test_reply_to_another_site_has_no_parent(start):
    replay = Timeline(corpus_of(line(), line(site="t", parent=0)), start, BASE)
    assert replay.entries[1].parent is None


def test_deep_thread_has_one_root(start):
    chain = [line(), *(line(parent=n) for n in range(3000))]
    assert {entry.root for entry in Timeline(corpus_of(*chain), start, BASE).entries} == {0}


def test_ground_truth_excludes_private_and_broken_sites(make_corpus, start, base):
    corpus = make_corpus(live=True)
    readable_lines = expected_lines(corpus, start, base, start)
    public = published_lines(corpus, start, start)
    hidden_lines = [row for row in public if row.site in ("private", "broken")]
    assert hidden_lines
    assert len(readable_lines) == len(public) - len(hidden_lines)
    assert not {row.site for row in readable_lines.values()} & {"private", "broken"}


def test_ground_truth_grows_with_time(make_corpus, start, base):
    corpus = make_corpus(live=True)
    sizes = [len(expected_lines(corpus, start, base, start + timedelta(seconds=s)))
             for s in (0, 60, 300)]  # fmt: skip
    assert sizes == sorted(set(sizes))


@given(st.text())
def test_visible_text_is_legal_and_idempotent(text):
    text_ = visible_text(text)
    assert visible_text(text_) == text_ == legal(text_)
    assert "  " not in text_


@given(st.text(st.characters(categories=["Cs", "Cc", "Lu"])))
def test_sendable_text_can_be_encoded_and_has_the_same_visible_text(text):
    assert "\x00" not in sendable(text).encode().decode()
    assert visible_text(sendable(text)) == visible_text(text)


def test_anonymous_posts_have_different_authors():
    """Each anonymous post has its own author."""
    replay = Timeline(
        corpus_of(line(author=None), line(author=""), line(author=" ")), STARTED, BASE
    )
    assert len({entry.author for entry in replay.entries}) == 3


def test_slug_of_comments_is_unique():
    slugs = board_slugs([line(site="s-comments"), line(site="s"), line(site="s", kind="rss")])
    slugs_in_use = [name for slug in slugs.values() for name in (slug, comments_of(slug))]
    assert len(set(slugs_in_use)) == len(slugs_in_use)


def test_long_site_name_has_a_short_slug():
    (slug,) = board_slugs([line(site="x" * 200)]).values()
    assert len(comments_of(slug)) < 63
