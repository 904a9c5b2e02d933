"""``harken evaluate --own``: stored scores against the labels of the team."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from core.mention import Mention, Sentiment, Verdict
from harken.commands.options import Invocation
from harken.commands.tables import Output, Table
from store.labels.label import ROLE_CLASSES, Label, LabelHead

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNMEASURED: Final = "unmeasured"
_CLASSES: Final[Mapping[LabelHead, tuple[str, ...]]] = {
    LabelHead.SENTIMENT: tuple(map(str, Sentiment)),
    LabelHead.TOWARDS: tuple(map(str, Sentiment)),
    LabelHead.ROLE: ROLE_CLASSES,
}


def evaluate_own(invocation: Invocation) -> None:
    """Print the figures of the scores in force on the labelled mentions; no text is scored."""
    _, database = invocation.open()
    with database.read() as tx:
        result = own_figures(tx)
    invocation.print_result("evaluate", result, list(_output(result)))


def own_figures(tx: "Connection") -> dict[str, Any]:
    """Return the keys of ``evaluate --own`` in docs/json.md.

    Labels that a learned head was fitted on are left out of the figures of its scores.
    """
    from store.labels.labels import current_labels, labelled_mentions

    pairs = list(labelled_mentions(tx))
    verdicts = [mention.verdict for _, mention in pairs]
    models = Counter(verdict.model for verdict in verdicts if verdict)
    trained = _TrainedExamples(tx)
    rows = [(label, mention, trained.contains(label, mention)) for label, mention in pairs]
    return {
        "task": "own",
        "models": dict(models),
        "stale": sum(label.is_stale for label in current_labels(tx)),
        "heads": {str(head): _head_figures(head, rows) for head in LabelHead},
    }


class _TrainedExamples:
    """The labels that the learned heads behind the scores in force were fitted on."""

    def __init__(self, tx: "Connection") -> None:
        self._tx = tx
        self._by_version: dict[str, set[tuple[str, str]]] = {}

    def contains(self, label: Label, mention: Mention) -> bool:
        """Return True if the score of *mention* comes from a head fitted on *label*."""
        from nlp.learning.learned_model import split_name

        verdict = mention.verdict_for(label.watch or None)
        sha256 = split_name(verdict.model)[1] if verdict else None
        if sha256 is None:
            return False
        head = str(label.head)
        if label.head is LabelHead.TOWARDS and verdict and verdict.watch is None:
            head = str(LabelHead.SENTIMENT)
        return (head, mention.id) in self._examples(sha256)

    def _examples(self, sha256: str) -> set[tuple[str, str]]:
        from store.labels.learned import version_by_name

        if sha256 not in self._by_version:
            version = version_by_name(self._tx, sha256)
            self._by_version[sha256] = {
                (head, example.mention)
                for head, examples in (version.examples if version else {}).items()
                for example in examples
                if not example.is_held_out
            }
        return self._by_version[sha256]


def _head_figures(head: LabelHead, rows: Sequence[tuple[Label, Mention, bool]]) -> dict[str, Any]:
    from nlp.learning.class_figures import figures_by_language, index_predictions, topic_figures

    all_rows = [row for row in rows if row[0].head is head]
    head_rows = [(label, mention) for label, mention, is_trained in all_rows if not is_trained]
    shared = {
        "state": "measured" if head_rows else UNMEASURED,
        "trained_on": len(all_rows) - len(head_rows),
    }
    if head is LabelHead.TOPIC:
        topic_pairs = [
            (label.classes, mention.verdict.topics if mention.verdict else ())
            for label, mention in head_rows
        ]
        return shared | topic_figures(topic_pairs) | {"confusion": {}, "per_language": {}}
    classes = _CLASSES[head]
    pairs = [(label.classes[0], _prediction(label, mention)) for label, mention in head_rows]
    predictions = index_predictions(classes, pairs)
    languages = [mention.language for _, mention in head_rows]
    return {
        **shared,
        **predictions.figures(),
        "confusion": predictions.confusion(),
        "per_language": figures_by_language(classes, pairs, languages),
    }


def _prediction(label: Label, mention: Mention) -> str | None:
    """Return the class that the product shows; None without a score."""
    verdict = mention.verdict_for(label.watch or None)
    if verdict is None:
        return None
    return _role(verdict) if label.head is LabelHead.ROLE else verdict.sentiment


def _role(verdict: Verdict) -> str:
    """Return the likeliest role; a model without the head counts everyone as a customer."""
    by_class = verdict.heads.get(LabelHead.ROLE, {})
    return max(ROLE_CLASSES, key=lambda name: by_class.get(name, 0.0))


def _output(result: Mapping[str, Any]) -> Iterator[Output]:
    figures_by_head = result["heads"]
    names = ("n", "accuracy", "macro_f1", "macro_recall")
    yield Table(
        columns=("head", *names),
        rows=[
            (head, *(_cell(figures[name]) for name in names))
            for head, figures in figures_by_head.items()
        ],
    )
    for head, figures in figures_by_head.items():
        for language, language_figures in figures["per_language"].items():
            values = ", ".join(f"{n} {_cell(language_figures[n])}" for n in names)
            yield f"{head}, {language}: {values}"
        if figures["confusion"]:
            columns = list(dict.fromkeys(c for r in figures["confusion"].values() for c in r))
            yield ""
            yield Table(
                columns=(f"{head}: label", *(f"scored {c}" for c in columns)),
                rows=[
                    (label, *(row.get(c, 0) for c in columns))
                    for label, row in figures["confusion"].items()
                ],
            )


def _cell(figure: object) -> str:
    if figure is None:
        return UNMEASURED
    return f"{figure:.3f}" if isinstance(figure, float) else str(figure)
