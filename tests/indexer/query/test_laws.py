"""Laws of the query language: what a person may write, and what any text may be taken for."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.index_tokens import index_tokens, index_words, term_positions
from indexer.query import And, Everything, Field, Not, Or, Phrase, Query, parse
from indexer.query.fields import FIELDS
from indexer.query.matcher import matches
from indexer.query.nodes import all_of, any_of, none_of, quote
from indexer.query.parser import first_field
from tests.indexer.factories import invented_posts, queries

TEXTS = invented_posts(60)
MARKS = ['"{}"', "“{}”", "„{}“", "«{}»", "»{}«"]
NOISE = st.text(alphabet='aB1é電😀()"“”„«»\\:-*./ \nORANDT', max_size=30) | st.text(max_size=30)
PIECES = ["acme", "OR", "AND", "NOT", "-", "(", ")", '"', "„", "»", "topic:", "sentiment:", "sad",
          "sentimnt:x", "re:", "-(", "\\", "*", "a b", "source:blog"]  # fmt: skip
half = settings(max_examples=50)


class Writer:
    """Writes a query as one of the people who mean it might: every choice is drawn."""

    def __init__(self, draw) -> None:
        self._draw = draw

    def write(self, query: Query) -> str:
        """A text that means *query*; in brackets, so that it can stand anywhere."""
        match query:
            case Phrase(words):
                said = self._word(words)
            case Field(name, value):
                said = f"{self._one_of(name, name.upper(), name.title())}:{quote(value)}"
            case And(parts):
                said = self._one_of(" ", " AND ", "\n").join(map(self.write, parts))
            case Or(parts):
                said = " OR ".join(map(self.write, parts))
            case Not(part):
                said = f"{self._one_of('-', 'NOT ')}{self.write(part)}"
            case _:
                return ""
        return f"({self._space()}{said}{self._space()})"

    def _word(self, words: tuple[str, ...]) -> str:
        cases = [self._one_of(word, _capital(word)) for word in words]
        if len(words) == 1 and self._draw(st.booleans()):
            return cases[0]
        return self._one_of(*MARKS).format(self._one_of(" ", ", ", "-", "… ").join(cases))

    def _one_of(self, *choices: str) -> str:
        return self._draw(st.sampled_from(choices))

    def _space(self) -> str:
        return self._draw(st.sampled_from(["", " ", "\t"]))


def _capital(word: str) -> str:
    """With a capital letter, where it has one that folds back to the same word."""
    return word.title() if index_words(word.title()) == [word] else word


@half
@given(st.data(), queries(TEXTS, leaves=6))
def test_however_it_is_written_a_query_means_the_same(data, query):
    """Brackets too many, AND said or not, NOT or -, any quotation marks, capitals, blanks."""
    assert parse(Writer(data.draw).write(query)) == query


def judged(text: str) -> QueryError | None:
    """What is wrong with *text*; None: nothing."""
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


@given(NOISE | st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join))
def test_every_hint_is_a_query(text):
    """Whoever follows it meets no second mistake."""
    if (mistake := judged(text)) and mistake.hint:
        assert judged(mistake.hint) is None, mistake.hint
        assert parse(mistake.hint) != Everything()


@given(st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join))
def test_a_mistake_has_a_sentence_and_stands_in_the_text(text):
    if mistake := judged(text):
        assert 0 <= mistake.column <= len(text)
        assert str(mistake).endswith(".")


@half
@given(queries(TEXTS, leaves=4), st.sampled_from(['"', "„", "»", "«", "“"]))
def test_the_caret_stands_under_a_mark_that_is_never_closed(query, wrong):
    mistake = judged(f"{query} {wrong}")
    assert mistake is not None
    assert mistake.column == len(str(query)) + 1


@half
@given(queries(TEXTS, leaves=4), st.sampled_from([")", "OR", "AND"]), st.booleans())
def test_the_caret_stands_under_what_joins_or_closes_nothing(query, wrong, first):
    """At the end of the text where that is what comes too early."""
    text = f"{wrong} {query}" if first else f"{query} {wrong}"
    mistake = judged(text)
    assert mistake is not None
    assert mistake.column == (0 if first else len(text) - (wrong == ")"))


@given(st.data())
def test_a_value_that_nearly_exists_is_suggested(data):
    """One letter too many, in the value or in the name of the field."""
    name = data.draw(st.sampled_from([name for name, values in FIELDS.items() if values]))
    value = data.draw(st.sampled_from([*FIELDS[name]]))
    letter = data.draw(st.sampled_from("xyz"))
    for wrong in (f"{name}:{value}{letter}", f"{name}{letter}:{value}"):
        mistake = judged(wrong)
        assert mistake is not None
        assert mistake.hint == f"{name}:{value}"


@given(st.text(min_size=1))
def test_any_text_can_be_quoted(text):
    """What stands between the marks is read as it is."""
    assert parse(f"source:{quote(text)}") == Field("source", text)


@half
@given(st.sampled_from([*FIELDS]), st.text("/:a\\-ORN ", min_size=1))
def test_a_field_is_read_as_it_is_written_whatever_it_looks_like(name, value):
    """Like a URL, an operator, another field or a negation."""
    assume(FIELDS[name] is None and name != "place")  # which takes countries alone
    field = Field(name, value if name in ("source", "watch", "topic") else value.lower())
    assert parse(str(field)) == field
    assert parse(f"-{field} a") == And((Not(field), Phrase(("a",))))


# ---- words


@given(st.text())
def test_the_words_of_a_text_are_their_own_words(text):
    """So that a query of words that stand in the index finds them again."""
    found = index_words(text)
    assert index_words(" ".join(found)) == found
    assert [word for word, _, _ in index_tokens(text)] == found
    for word in found[:20]:
        assert parse(word) == Phrase((word,))


@half
@given(st.sampled_from(TEXTS), st.data())
def test_any_piece_of_a_text_finds_the_text(text, data):
    """A run of its words, quoted: the phrase of what somebody copied."""
    words = index_words(text)
    assume(words)
    start, end = sorted(data.draw(st.integers(0, len(words))) for _ in range(2))
    assume(start < end)
    assert matches(parse(f'"{" ".join(words[start:end])}"'), term_positions(words), {})


# ---- logic


def holds(query: Query, text: str) -> bool:
    return matches(
        query, term_positions(index_words(text)), {"source": ("blog",), "language": ("de",)}
    )


@half
@given(queries(TEXTS, leaves=5), queries(TEXTS, leaves=5), st.sampled_from(TEXTS))
def test_brackets_can_be_solved(one, other, text):
    """De Morgan: not both is one not or the other not."""
    neither = all_of([none_of(one), none_of(other)])
    assert holds(none_of(any_of([one, other])), text) == holds(neither, text)
    assert holds(none_of(all_of([one, other])), text) == holds(
        any_of([none_of(one), none_of(other)]), text
    )


@half
@given(queries(TEXTS, leaves=5), st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_without_not_a_longer_text_matches_as_well(query, text, more):
    """The parts may be said anywhere: only NOT can lose a match."""
    assume("-" not in re.sub(r'"[^"]*"', "", str(query)))
    if holds(query, text):
        assert holds(query, f"{text} {more}")


@half
@given(queries(TEXTS, leaves=6))
def test_the_tree_is_as_flat_as_it_can_be(query):
    """No And in an And, no Or in an Or, no Not of a Not: equal meanings are equal more often."""

    def flat(node: Query) -> bool:
        match node:
            case And(parts):
                kinds = (And, Everything)
            case Or(parts):
                kinds = (Or,)
            case Not(part):
                return not isinstance(part, Not) and flat(part)
            case _:
                return True
        return len(parts) > 1 and all(not isinstance(p, kinds) and flat(p) for p in parts)

    assert flat(parse(str(query)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("acme", None),
        ("", None),
        ('"topic:x"', None),
        ("acme topic:x source:y", ("topic:x", 5)),
        ("acme -(b OR Topic:x)", ("Topic:x", 12)),
        ('İİ "a b" source:"c d"', ('source:"c d"', 9)),
        ("https://x.io topic:x", ("topic:x", 13)),
    ],
)
def test_the_first_field_is_found_where_it_stands(text, found):
    assert first_field(text) == found
