"""A corpus in a folder: ours and a stranger's."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from harken.demo.lines import Corpus, Line, Onset, Wanted, read, write

KEYS = {"site", "kind", "author", "text", "language", "parent", "offset_s"}
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


@given(st.lists(lines, max_size=8))
def test_what_is_written_is_read_again(tmp_path_factory, found):
    corpus = Corpus(
        lines=tuple(found),
        watches=(Wanted(slug="w", kind="brand", query='a OR "b c"'),),
        incidents=(Onset(watch="w", onset_s=-60),),
        notes={"stories": []},
    )
    folder = tmp_path_factory.mktemp("corpus")
    write(corpus, folder / "new")
    assert read(folder / "new") == corpus


def test_our_own_corpus_comes_back_whole(make, tmp_path):
    write(make(), tmp_path)
    assert read(tmp_path) == make()


def test_the_lines_have_the_keys_of_the_format(make, tmp_path):
    write(make(), tmp_path)
    rows = (tmp_path / "mentions.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(row).keys() == KEYS for row in rows)


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
def test_a_parent_is_a_number_or_an_id_or_forgotten(tmp_path, ids, parent, number):
    named = [{"id": name} if name is not None else {} for name in ids]
    corpus = read(folder_of(tmp_path, named[0], {**named[1], "parent": parent}))
    assert corpus.lines[1].parent == number


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path):
    folder = folder_of(tmp_path)
    row = json.dumps({**POST, "text": "a\u2028b\u0085c"}, ensure_ascii=False)
    (folder / "mentions.jsonl").write_text(row + "\n", "utf-8")
    assert read(folder).lines[0].text == "a\u2028b\u0085c"


def test_fractions_of_a_second_are_cut_down(tmp_path):
    assert read(folder_of(tmp_path, {"offset_s": -1.5})).lines[0].offset_s == -2


@pytest.mark.parametrize(
    ("post", "words"),
    [({"kind": "gopher"}, "kind 'gopher', known: rss, atom"), ({"kind": None}, "kind None")],
)
def test_an_unknown_kind_is_named(tmp_path, post, words):
    with pytest.raises(ConfigError, match=words):
        read(folder_of(tmp_path, {}, post))


def test_a_missing_key_is_named(tmp_path):
    folder = folder_of(tmp_path)
    (folder / "mentions.jsonl").write_text('{"kind": "rss", "site": "s"}')
    with pytest.raises(ConfigError, match="post 0 lacks offset_s, text"):
        read(folder)


def test_a_line_that_is_not_json_is_named_by_its_number(tmp_path):
    folder = folder_of(tmp_path, {})
    with (folder / "mentions.jsonl").open("a") as file:
        file.write("\n\n{oops")
    with pytest.raises(ConfigError, match=r"mentions\.jsonl:3: not JSON"):
        read(folder)


def test_an_empty_folder_is_no_corpus(tmp_path):
    with pytest.raises(ConfigError, match=r"mentions\.jsonl: cannot be read"):
        read(tmp_path)


def test_a_truth_without_an_onset_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="lacks onset_s"):
        read(folder_of(tmp_path, truth={"incidents": [{"watch": "w"}]}))
