"""Foreign corpora: usable values are accepted, others are errors with their place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from demo.corpus_files import write
from demo.corpus_model import Corpus, CorpusWatch, Line, Onset
from demo.foreign_corpus import read

POST = {"site": "s", "kind": "rss", "author": "a", "text": "t", "language": "en", "offset_s": -5}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
lines = st.builds(
    Line,
    site=texts,
    kind=st.sampled_from(["rss", "atom", "forum", "mastodon"]),
    author=st.none() | texts,
    text=texts,
    language=st.none() | st.just("en"),
    parent=st.none(),
    offset_s=st.integers(-(10**7), 10**4),
)


def folder_of(tmp_path, *posts, truth=None):
    text = "\n".join(json.dumps({**POST, **post}) for post in posts)
    (tmp_path / "mentions.jsonl").write_text(text, "utf-8")
    (tmp_path / "watches.json").write_text('[{"slug": "w", "kind": "brand", "query": "q"}]')
    (tmp_path / "truth.json").write_text(json.dumps(truth or {"incidents": []}))
    return tmp_path


@given(st.lists(lines, min_size=1, max_size=8))
def test_corpus_round_trips(tmp_path_factory, corpus_lines):
    corpus = Corpus(
        lines=tuple(corpus_lines),
        watches=(CorpusWatch(slug="w", kind="brand", query='a OR "b c"'),),
        incidents=(Onset(watch="w", onset_s=-60),),
        notes={"stories": []},
    )
    folder = tmp_path_factory.mktemp("corpus")
    write(corpus, folder / "new")
    assert read(folder / "new") == corpus


@pytest.mark.parametrize(
    ("ids", "parent", "number"),
    [
        ((None, None), 0, 0),
        ((None, None), "0", 0),
        (("x", "y"), "x", 0),
        ((7, 8), 7, 0),
        (("1", "0"), "1", 0),  # an id comes before a number
        ((None, None), 9, None),
        ((None, None), -1, None),
        ((None, None), "nobody", None),
        ((None, None), None, None),
    ],
)
def test_parent_is_a_number_or_an_id_or_ignored(tmp_path, ids, parent, number):
    posts = [{"id": name} if name is not None else {} for name in ids]
    corpus = read(folder_of(tmp_path, posts[0], {**posts[1], "parent": parent}))
    assert corpus.lines[1].parent == number


def test_line_separator_in_a_text_ends_no_line(tmp_path):
    folder = folder_of(tmp_path)
    row = json.dumps({**POST, "text": "a\u2028b\u0085c"}, ensure_ascii=False)
    (folder / "mentions.jsonl").write_text(row + "\n", "utf-8")
    assert read(folder).lines[0].text == "a\u2028b\u0085c"


def test_fractions_of_a_second_are_rounded_down(tmp_path):
    assert read(folder_of(tmp_path, {"offset_s": -1.5})).lines[0].offset_s == -2


@pytest.mark.parametrize(
    ("post", "words"),
    [
        ({"kind": "gopher"}, "kind: Input should be 'rss', 'atom', 'forum' or 'mastodon'"),
        ({"kind": None}, "kind: "),
        ({"text": None}, "text: "),
        ({"offset_s": "soon"}, "offset_s: "),
        ({"offset_s": 1e300}, "offset_s: "),
        ({"parent": [0]}, "parent"),
    ],
)
def test_invalid_value_is_an_error_with_its_line(tmp_path, post, words):
    with pytest.raises(ConfigError, match=rf"mentions\.jsonl:2: {words}"):
        read(folder_of(tmp_path, {}, post))


@pytest.mark.parametrize(
    ("fields", "author", "language"),
    [
        ({"author": None, "language": None}, None, None),
        ({"author": 17, "language": "EN"}, "17", "en"),
        ({"language": "pt-BR"}, "a", "pt"),
        ({"language": "Deutsch"}, "a", None),  # no code: the language is found in the text
        ({"id": 5, "likes": {"of": ["any", "kind"]}}, "a", "en"),
    ],
)
def test_usable_values_are_accepted(tmp_path, fields, author, language):
    (line,) = read(folder_of(tmp_path, fields)).lines
    assert (line.author, line.language) == (author, language)


def test_byte_order_mark_and_crlf_are_accepted(tmp_path):
    folder = folder_of(tmp_path, {}, {"parent": 0})
    path = folder / "mentions.jsonl"
    plain = read(folder)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n\r\n  \r\n"))
    assert read(folder) == plain


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", ":1: contains no post"),
        (b"{}", ":1: site: Field required"),
        (b"\n\n[1]", ":3: should be an object"),
        (b"\n\n{oops", ":3:2: invalid JSON"),
        (b'\n{"site": "\xff"}', ":2: byte 11 is not UTF-8"),
        (b"[" * 100_000, ":1:1: invalid JSON"),
    ],
)
def test_invalid_file_is_an_error_with_the_line(tmp_path, raw, words):
    folder = folder_of(tmp_path, {})
    (folder / "mentions.jsonl").write_bytes(raw)
    with pytest.raises(ConfigError, match=rf"mentions\.jsonl{words}"):
        read(folder)


@pytest.mark.parametrize(
    ("watches", "words"),
    [
        ({}, "should be a list"),
        ([], "should be a list"),
        (["w"], "watch 0: should be an object"),
        ([{"slug": "Not A Slug", "query": "q"}], "watch 0: slug: "),
        ([{"slug": "w", "kind": "firm", "query": "q"}], "watch 0: kind: "),
        ([{"slug": "w"}], "watch 0: query: "),
        ([{"slug": "w", "query": "q"}] * 2, "watch 1: slug 'w' is used twice"),
    ],
)
def test_invalid_watch_is_an_error(tmp_path, watches, words):
    folder = folder_of(tmp_path, {})
    (folder / "watches.json").write_text(json.dumps(watches))
    with pytest.raises(ConfigError, match=rf"watches\.json.*{words}"):
        read(folder)


def test_empty_folder_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"mentions\.jsonl: cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("truth", [{"note": 1}, None])
def test_corpus_without_incidents(tmp_path, truth):
    folder = folder_of(tmp_path, {}, truth=truth)
    if truth is None:
        (folder / "truth.json").unlink()
    assert read(folder).incidents == ()


@pytest.mark.parametrize(
    ("incident", "words"),
    [({"watch": "w"}, "onset_s: "), ({"watch": "x", "onset_s": -9}, "unknown watch 'x'")],
)
def test_invalid_ground_truth_is_refused(tmp_path, incident, words):
    with pytest.raises(ConfigError, match=rf"truth\.json:1: .*{words}"):
        read(folder_of(tmp_path, {}, truth={"incidents": [incident]}))
