"""Laws of the query language: spellings of one query, mistakes, quoting and logic."""

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
from tests.indexer.factories import queries, random_posts

TEXTS = random_posts(60)
MARKS = ['"{}"', "“{}”", "„{}“", "«{}»", "»{}«"]
NOISE = st.text(alphabet='aB1é電😀()"“”„«»\\:-*./ \nORANDT', max_size=30) | st.text(max_size=30)
PIECES = ["acme", "OR", "AND", "NOT", "-", "(", ")", '"', "„", "»", "topic:", "sentiment:", "sad",
          "sentimnt:x", "re:", "-(", "\\", "*", "a b", "source:blog"]  # fmt: skip
half = settings(max_examples=50)


class QueryWriter:
    """A writer of one query in many spellings; every choice is drawn."""

    def __init__(self, draw) -> None:
        self._draw = draw

    def write(self, query: Query) -> str:
        """Return a text that parses to *query*, in brackets to be a part of others."""
        match query:
            case Phrase(words):
                text = self._word(words)
            case Field(name, value):
                text = f"{self._one_of(name, name.upper(), name.title())}:{quote(value)}"
            case And(parts):
                text = self._one_of(" ", " AND ", "\n").join(map(self.write, parts))
            case Or(parts):
                text = " OR ".join(map(self.write, parts))
            case Not(part):
                text = f"{self._one_of('-', 'NOT ')}{self.write(part)}"
            case _:
                return ""
        return f"({self._space()}{text}{self._space()})"

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
    """Return *word* with a capital letter if it folds back to the same word."""
    return word.title() if index_words(word.title()) == [word] else word


@half
@given(st.data(), queries(TEXTS, leaves=6))
def test_all_spellings_parse_to_the_same_query(data, query):
    """Spellings differ in brackets, AND, NOT or -, quotation marks, capitals and blanks."""
    assert parse(QueryWriter(data.draw).write(query)) == query


def mistake_of(text: str) -> QueryError | None:
    """Return the mistake in *text*, None if it is valid."""
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


@given(NOISE | st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join))
def test_every_hint_is_a_valid_query(text):
    """A corrected query has no second mistake."""
    if (mistake := mistake_of(text)) and mistake.hint:
        assert mistake_of(mistake.hint) is None, mistake.hint
        assert parse(mistake.hint) != Everything()


@given(st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join))
def test_mistake_has_a_sentence_and_a_column_in_the_text(text):
    if mistake := mistake_of(text):
        assert 0 <= mistake.column <= len(text)
        assert str(mistake).endswith(".")


@half
@given(queries(TEXTS, leaves=4), st.sampled_from(['"', "„", "»", "«", "“"]))
def test_column_of_an_unclosed_quotation_mark(query, wrong):
    mistake = mistake_of(f"{query} {wrong}")
    assert mistake is not None
    assert mistake.column == len(str(query)) + 1


@half
@given(queries(TEXTS, leaves=4), st.sampled_from([")", "OR", "AND"]), st.booleans())
def test_column_of_a_superfluous_operator_or_bracket(query, wrong, first):
    """It is at the end of the text if the text ends too early."""
    text = f"{wrong} {query}" if first else f"{query} {wrong}"
    mistake = mistake_of(text)
    assert mistake is not None
    assert mistake.column == (0 if first else len(text) - (wrong == ")"))


@given(st.data())
def test_similar_value_is_suggested(data):
    """The value or the name of the field has one additional letter."""
    name = data.draw(st.sampled_from([name for name, values in FIELDS.items() if values]))
    value = data.draw(st.sampled_from([*FIELDS[name]]))
    letter = data.draw(st.sampled_from("xyz"))
    for wrong in (f"{name}:{value}{letter}", f"{name}{letter}:{value}"):
        mistake = mistake_of(wrong)
        assert mistake is not None
        assert mistake.hint == f"{name}:{value}"


@given(st.text(min_size=1))
def test_any_text_can_be_quoted(text):
    """The text between quotation marks is parsed unchanged."""
    assert parse(f"source:{quote(text)}") == Field("source", text)


@half
@given(st.sampled_from([*FIELDS]), st.text("/:a\\-ORN ", min_size=1))
def test_any_value_of_a_field_round_trips(name, value):
    """It can look like a URL, an operator, another field or a negation."""
    assume(FIELDS[name] is None and name != "place")  # which takes countries alone
    field = Field(name, value if name in ("source", "watch", "topic") else value.lower())
    assert parse(str(field)) == field
    assert parse(f"-{field} a") == And((Not(field), Phrase(("a",))))


# ---- words


@given(st.text())
def test_words_of_a_text_are_stable(text):
    """A query of indexed words therefore matches them."""
    words = index_words(text)
    assert index_words(" ".join(words)) == words
    assert [word for word, _, _ in index_tokens(text)] == words
    for word in words[:20]:
        assert parse(word) == Phrase((word,))


@half
@given(st.sampled_from(TEXTS), st.data())
def test_any_phrase_of_a_text_matches_it(text, data):
    """The query is a phrase of consecutive words of the text."""
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
def test_de_morgan(one, other, text):
    """These are the laws of De Morgan."""
    neither = all_of([none_of(one), none_of(other)])
    assert holds(none_of(any_of([one, other])), text) == holds(neither, text)
    assert holds(none_of(all_of([one, other])), text) == holds(
        any_of([none_of(one), none_of(other)]), text
    )


@half
@given(queries(TEXTS, leaves=5), st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_query_without_not_matches_a_longer_text(query, text, more):
    """The order of parts does not matter: only NOT can prevent a match."""
    assume("-" not in re.sub(r'"[^"]*"', "", str(query)))
    if holds(query, text):
        assert holds(query, f"{text} {more}")


@half
@given(queries(TEXTS, leaves=6))
def test_tree_is_flat(query):
    """There is no And in an And, no Or in an Or and no Not of a Not."""

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
    ("text", "first"),
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
def test_first_field_has_its_position(text, first):
    assert first_field(text) == first
