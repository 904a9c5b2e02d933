"""Parsing of queries, and the errors of invalid ones."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryError
from indexer.query import And, Everything, Field, Not, Or, Phrase, parse
from indexer.query.nodes import all_of, any_of, depth, positive_phrases
from indexer.query.parser import MAX_CLAUSES, MAX_LEVELS
from tests.indexer.factories import queries, random_posts

A, B, C = (Phrase((letter,)) for letter in "abc")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Everything()),
        (" \n", Everything()),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a or b", And((A, Phrase(("or",)), B))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("(a b) c", And((A, B, C))),
        ("NOT a", Not(A)),
        ("-a", Not(A)),
        ("a -b", And((A, Not(B)))),
        ("-(a b)", Not(And((A, B)))),
        ("--a", A),
        ("NOT -a", A),
        ("NOTE", Phrase(("note",))),
        ('"a b"', Phrase(("a", "b"))),
        ("“a b” «c»", And((Phrase(("a", "b")), C))),
        ("„a b“", Phrase(("a", "b"))),
        ("source:“a b”", Field("source", "a b")),
        ("a-b", Phrase(("a", "b"))),
        ("don't", Phrase(("don", "t"))),
        ("Crème", Phrase(("creme",))),
        ("電池", Phrase(("電", "池"))),
        ("https://x.io/a", Phrase(("https", "x", "io", "a"))),
        ("10:30", Phrase(("10", "30"))),
        ("source:Blog", Field("source", "Blog")),
        ("Language:DE", Field("language", "de")),
        ('source:"a b"', Field("source", "a b")),
        (r'source:"a \"b\" \\"', Field("source", 'a "b" \\')),
        ("sentiment:Negative", Field("sentiment", "negative")),
        ("-source:x", Not(Field("source", "x"))),
        ("a" * 300, Phrase(("a" * 100,))),
    ],
)
def test_parse(text, query):
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("(acme", 0, "This bracket is not closed.", "(acme)"),
        ("a (b (c) d", 2, "This bracket is not closed.", "a (b (c) d)"),
        ("a) b", 1, "This bracket was never opened.", "a b"),
        ("()", 1, "A word is missing before this bracket.", ""),
        ('a "b c', 2, "This quotation mark is not closed.", 'a "b c"'),
        ("„b c", 0, "This quotation mark is not closed.", "„b c“"),
        ("a OR", 4, "The query ends too early: a word is missing.", ""),
        ("(", 1, "The query ends too early: a word is missing.", ""),
        ("OR a", 0, "A word is missing before this OR.", ""),
        ("a AND OR b", 6, "A word is missing before this OR.", ""),
        ("a *", 2, "“*” contains no letter or digit to search for.", ""),
        ('a "..."', 2, '“"..."” contains no letter or digit to search for.', ""),
        ("a sentimnt:sad", 2, "Unknown field “sentimnt”.", "sentiment:negative"),
        ("re:invent", 0, "Unknown field “re”.", '"re:invent"'),
        ("sentiment:negativ", 0, "Unknown sentiment “negativ”", "sentiment:negative"),
        ("emotion:angr", 0, "Use anger, joy, optimism or sadness.", "emotion:anger"),
        ('intent:"churn risk"', 0, "Unknown intent “churn risk”", "intent:churn_risk"),
        ("a offensive:maybe", 2, "Use yes or no.", "offensive:yes"),
        ("state:gone", 0, "Use live, edited or deleted.", "state:live"),
        ("analysis:done", 0, "Unknown analysis “done”", "analysis:pending"),
        ("place:germany", 0, "Unknown country “germany”", "place:de"),
        ("place:uk/london", 0, "Unknown country “uk”", "place:gb/london"),
        ("place:munich", 0, "such as de or de/munich.", ""),
        ("place:eu", 0, "Unknown country “eu”", ""),
        ("place:", 0, "place: needs a value right after the colon.", "place:de"),
        ("source:", 0, "source: needs a value right after the colon.", "source:…"),
        ("a source:(b OR c)", 2, "source: needs a value right after the colon.", "source:…"),
        ("x" * 2001, 2000, "The query is longer than 2,000 characters.", ""),
    ],
)
def test_mistakes_have_message_column_and_hint(text, column, message, hint):
    with pytest.raises(QueryError) as error_info:
        parse(text)
    assert message in str(error_info.value)
    assert (error_info.value.column, error_info.value.hint) == (column, hint)


def test_words_of_phrases_count_as_clauses():
    assert depth(parse("a " * MAX_CLAUSES)) == 2
    with pytest.raises(QueryError, match="at most 100") as error_info:
        parse("a " * (MAX_CLAUSES - 1) + '"b c"')
    assert error_info.value.column == 198


def nested_query(levels: int) -> str:
    text = "a"
    for level in range(levels - 1):
        text = f"({text} OR b)" if level % 2 else f"({text} c)"
    return text


def test_levels_of_the_tree_are_limited_and_brackets_are_not():
    assert depth(parse(nested_query(MAX_LEVELS))) == MAX_LEVELS
    with pytest.raises(QueryError, match="28 levels"):
        parse(nested_query(MAX_LEVELS + 1))
    assert parse("(" * 900 + "a" + ")" * 900) == A


def is_valid_or_mistake(text: str) -> bool:
    """Return whether *text* parses within the limits or has a mistake with a column in the text."""
    try:
        return depth(parse(text)) <= MAX_LEVELS
    except QueryError as error:
        return 0 <= error.column <= len(text)


@pytest.mark.parametrize("text", ["(" * 2000, "-(" * 900, "NOT " * 499 + "a", '"' * 1999, ")" * 9])
def test_no_text_exhausts_the_stack(text):
    """The result is a query or a QueryError."""
    assert is_valid_or_mistake(text)


@given(st.text(alphabet='abé電😀()"“«\\:-*.~ \n\t', max_size=60) | st.text(max_size=40))
def test_every_text_parses_or_has_a_mistake_with_a_column(text):
    assert is_valid_or_mistake(text)


@given(queries(random_posts(50)))
def test_text_of_a_query_round_trips(query):
    """str is canonical: it parses back to the same tree."""
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(st.text(min_size=1, max_size=30))
def test_any_field_value_round_trips(value):
    field = Field("source", value)
    assert parse(str(field)) == field


def test_parser_is_thread_safe():
    texts = [f"a{n} (b{n} OR -c{n})" for n in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert list(map(str, pool.map(parse, texts))) == texts


def test_any_of_nothing_is_an_error():
    assert (all_of([]), str(all_of([]))) == (Everything(), "")
    with pytest.raises(ValueError, match="at least one"):
        any_of([])


def test_positive_phrases_are_those_without_not():
    assert [*positive_phrases(parse('a -b (c OR "d e") -(f -g) source:h'))] == [
        A,
        C,
        Phrase(("d", "e")),
    ]
