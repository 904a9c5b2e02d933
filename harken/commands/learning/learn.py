"""``harken learn``: heads fitted on the labels of the team."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.commands.options import STEP, Invocation, shared_options
from harken.commands.progress import progress_bar
from harken.commands.tables import Output, Table

if TYPE_CHECKING:
    from harken.pipeline.learning.learn import LearnResult
    from nlp.learning.learn import HeadOutcome


@shared_options(STEP)
def learn(
    invocation: Invocation,
    undo: Annotated[
        bool, typer.Option("--undo", help="Restore the heads from before the last learning.")
    ] = False,
) -> None:
    """Fit the model's heads on the labels of the team, and keep those that are better.

    A third of the labelled texts is held out and never trained on. A head is kept if its gain in
    macro-F1 on these exceeds the standard error of the gain (paired bootstrap). With fewer than 50
    held-out labels nothing is judged and nothing changes. New mentions are scored with the heads
    that are kept; `harken analyse --again` re-scores the others.

    Example: harken learn --undo
    """
    from harken import wiring
    from harken.pipeline.learning.learn import learn as learn_heads

    settings, database = invocation.open()
    now = invocation.clock.now()
    with progress_bar(invocation, "Learning"):
        model = wiring.open_model(settings)
        if undo:
            _undo(invocation, model)
            return
        result = learn_heads(database, model, now=now)
    rows = [_head_row(outcome) for outcome in result.outcomes]
    keys = {
        "model": model.name,
        "learned": result.version and result.version[:8],
        "undone": None,
        "other_model": result.other_model,
        "heads": rows,
    }
    invocation.print_result("learn", keys, list(_lines(rows, result)))


def _undo(invocation: Invocation, model: Any) -> None:
    from nlp.learning.learned_model import trained_name
    from store.labels import learned

    _, database = invocation.open()
    key = trained_name(model.name), model.encoder_sha256
    with database.write() as tx:
        withdrawn_sha256 = learned.undo(tx, *key, now=invocation.clock.now())
        sha256 = learned.sha256_in_force(tx, *key)
    name = "the packaged heads" if sha256 is None else f"version {sha256[:8]}"
    line = (
        f"learn: version {withdrawn_sha256[:8]} withdrawn; {name} in force"
        if withdrawn_sha256
        else "learn: no learned heads to withdraw"
    )
    keys = {
        "model": model.name,
        "learned": sha256 and sha256[:8],
        "undone": withdrawn_sha256 and withdrawn_sha256[:8],
        "other_model": 0,
        "heads": [],
    }
    invocation.print_result("learn", keys, [line], ok=withdrawn_sha256 is not None)


def _head_row(outcome: "HeadOutcome") -> dict[str, Any]:
    """Return the ``learned head`` of docs/json.md."""
    gain = outcome.gain
    return {
        "head": outcome.head,
        "labels": len(outcome.texts),
        "before": outcome.before,
        "after": outcome.after,
        "gain": gain and gain.value,
        "standard_error": gain and gain.standard_error,
        "kept": outcome.is_kept,
        "reason": outcome.reason,
        "train_ids": [outcome.texts[i].mention for i in outcome.split.train],
        "held_out_ids": [outcome.texts[i].mention for i in outcome.split.held_out],
    }


def _lines(rows: list[dict[str, Any]], result: "LearnResult") -> Iterator[Output]:
    cells = [
        (
            *(row["head"], row["labels"], len(row["held_out_ids"])),
            *(_figure(row["before"]), _figure(row["after"])),
            *("yes" if row["kept"] else "no", row["reason"]),
        )
        for row in rows
    ]
    columns = ("head", "labels", "held out", "macro-F1 before", "after", "kept", "reason")
    yield Table(columns=columns, rows=cells)
    if result.other_model:
        yield (
            f"left out: {result.other_model} labels on mentions that the current model has not "
            "scored; `harken analyse --again` scores them"
        )
    if result.version:
        yield f"learn: version {result.version[:8]} is in force for new mentions"


def _figure(figures: dict[str, Any] | None) -> str:
    return "unmeasured" if figures is None else f"{figures['macro_f1']:.3f}"
