"""``harken why``: the words that moved the sentiment of one mention."""

from typing import TYPE_CHECKING, Annotated

import typer

from harken.commands.options import INSTALLATION, Invocation, shared_options
from harken.commands.tables import Output, Table

if TYPE_CHECKING:
    from core.analysis import Explanation, WordEffect


@shared_options(INSTALLATION)
def why(
    invocation: Invocation,
    mention: Annotated[str, typer.Argument(help="Id of a mention, as in search --json.")],
    watch: Annotated[
        str | None, typer.Option("--watch", help="Explain the sentiment towards this watch.")
    ] = None,
) -> None:
    """Show the words that moved the sentiment of a mention.

    Example: harken why 0f3a5c7e9b1d2f4a6c8e0b2d4f6a8c0e --watch acme
    """
    from console.serializers import explanation_row
    from harken import wiring
    from harken.pipeline.explain import explain_mention, find_mention
    from store.analysis.explanations import ExplanationRequest

    settings, database = invocation.open()
    request = ExplanationRequest(mention=mention, watch=watch)
    find_mention(database, request)  # a wrong id is reported before the model is loaded
    row, explanation = explain_mention(database, wiring.open_model(settings), request)
    result = {
        "mention": row.id,
        "state": "ready",
        "explanation": explanation_row(explanation, row.text),
    }
    invocation.print_result("why", result, _output(explanation, row.text))


def _output(explanation: "Explanation", text: str) -> list[Output]:
    if explanation.polarity is None:
        return [f"not scored by {explanation.model}"]
    lines: list[Output] = [
        f"score: {explanation.polarity:+.2f} (-1 negative, +1 positive), by {explanation.model}"
    ]
    if explanation.rule:
        lines.append(f"decided by the rule: {explanation.rule}")
    if not explanation.words:
        return [*lines, "no word moves it"]
    rest = explanation.polarity - explanation.joint_change
    rows = [(text[w.start : w.end], _change(w)) for w in explanation.words]
    return [
        *lines,
        f"without the words below: {rest:+.2f}",
        Table(columns=("word or phrase", "change of the score"), rows=rows),
    ]


def _change(word: "WordEffect") -> str:
    return "only with the others" if word.counts_only_with_others else f"{word.change:+.2f}"
