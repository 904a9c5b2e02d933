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
_COLUMNS: Final = ("n", "accuracy", "macro_f1", "macro_recall")  # of the printed figures
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
    all_rows = [row for row in rows if row[0].head is head]
    pairs = [(label, mention) for label, mention, is_trained in all_rows if not is_trained]
    is_topic = head is LabelHead.TOPIC
    figures = _topic_figures(pairs) if is_topic else _class_figures(head, pairs)
    return {
        "state": "measured" if pairs else UNMEASURED,
        "trained_on": len(all_rows) - len(pairs),
        **figures,
    }


def _topic_figures(pairs: Sequence[tuple[Label, Mention]]) -> dict[str, Any]:
    from nlp.learning.class_figures import topic_figures

    topics = [
        (label.classes, mention.verdict.topics if mention.verdict else ())
        for label, mention in pairs
    ]
    return topic_figures(topics) | {"confusion": {}, "per_language": {}}


def _class_figures(head: LabelHead, pairs: Sequence[tuple[Label, Mention]]) -> dict[str, Any]:
    """Return the figures of a head with one class a text."""
    from nlp.learning.class_figures import figures_by_language, index_predictions

    classes = _CLASSES[head]
    class_pairs = [(label.classes[0], _prediction(label, mention)) for label, mention in pairs]
    predictions = index_predictions(classes, class_pairs)
    languages = [mention.language for _, mention in pairs]
    return {
        **predictions.figures(),
        "confusion": predictions.confusion(),
        "per_language": figures_by_language(classes, class_pairs, languages),
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
    yield Table(
        columns=("head", *_COLUMNS),
        rows=[(head, *_cells(figures).values()) for head, figures in figures_by_head.items()],
    )
    for head, figures in figures_by_head.items():
        for language, language_figures in figures["per_language"].items():
            values = ", ".join(map(" ".join, _cells(language_figures).items()))
            yield f"{head}, {language}: {values}"
        if figures["confusion"]:
            yield ""
            yield _confusion_table(head, figures["confusion"])


def _confusion_table(head: str, confusion: Mapping[str, Mapping[str, int]]) -> Table:
    classes = list(dict.fromkeys(name for row in confusion.values() for name in row))
    return Table(
        columns=(f"{head}: label", *(f"scored {name}" for name in classes)),
        rows=[(label, *(row.get(name, 0) for name in classes)) for label, row in confusion.items()],
    )


def _cells(figures: Mapping[str, object]) -> dict[str, str]:
    return {name: _cell(figures[name]) for name in _COLUMNS}


def _cell(figure: object) -> str:
    if figure is None:
        return UNMEASURED
    return f"{figure:.3f}" if isinstance(figure, float) else str(figure)
