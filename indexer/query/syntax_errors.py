"""Messages for syntax errors: the mistake, its column, and a corrected query."""

from typing import cast

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from core.errors import QueryError


def explain(error: UnexpectedCharacters | UnexpectedToken, text: str) -> QueryError:
    """Return an error whose message states why *text* cannot be parsed."""
    if isinstance(error, UnexpectedCharacters):
        column = cast("int", error.pos_in_stream)  # declared as None, set in __init__
        # Any other character begins a word, a bracket or a blank.
        return _error("This quotation mark is not closed.", column, text + _closing(text[column]))
    if error.token.type == "$END":
        return _ends_early(error, text)
    return _misplaced(error.token, text, is_open=bool(_open_brackets(error)))


def _ends_early(error: UnexpectedToken, text: str) -> QueryError:
    brackets = _open_brackets(error)
    if brackets and "RPAR" in error.accepts:
        column = brackets[-1].start_pos or 0
        return _error("This bracket is not closed.", column, text + ")" * len(brackets))
    return _error("The query ends too early: a word is missing.", len(text), "")


def _misplaced(token: Token, text: str, *, is_open: bool) -> QueryError:
    column = token.start_pos or 0
    if token.type != "RPAR":
        return _error(f"A word is missing before this {token}.", column, "")
    if is_open:
        return _error("A word is missing before this bracket.", column, "")
    return _error("This bracket was never opened.", column, text[:column] + text[column + 1 :])


def _closing(mark: str) -> str:
    return {"«": "»", "»": "«", "„": "“", "“": "”"}.get(mark, mark)


def _open_brackets(error: UnexpectedToken) -> list[Token]:
    stack = error.interactive_parser.parser_state.value_stack
    return [value for value in stack if isinstance(value, Token) and value.type == "LPAR"]


def _error(message: str, column: int, hint: str) -> QueryError:
    return QueryError(message, column=column, hint=hint.strip())
