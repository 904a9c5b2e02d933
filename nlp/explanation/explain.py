"""Explanation of the sentiment of one text, by the same analysis that scored it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from core.analysis import AnalysisResult, Explanation, PendingMention
from core.mention import Verdict
from nlp.explanation.leave_out import LeaveOutSearch
from nlp.explanation.passage import Span, explained_passage
from nlp.results import EMPTY, ORDERS_ONLY
from nlp.text.orders import orders

# A batch of revisions to their results: `nlp.analyse.analyse` with all but its first argument.
Analyse: TypeAlias = Callable[[Sequence[PendingMention]], Sequence[AnalysisResult]]
MAX_BATCH: Final = 16  # texts of one call


def explain(
    mention: PendingMention,
    watch: str | None,
    model: str,
    analyse: Analyse,
    terms: Mapping[str, Collection[str]],
) -> Explanation:
    """Return the words that moved the sentiment of *mention* towards *watch* (None: as a whole).

    Every text without some words passes through *analyse*, so a rule that decides instead of the
    model (a number on a scale) is explained as it works. The result is the same at each call.

    Args:
        mention: the text; its ``claimed_language`` should be the one it was scored in.
        watch: slug of one of its watches. Its names are never left out.
        model: name of the model.
        analyse: scores texts as the analyse step does.
        terms: the words by which the text names each of its watches, as in the text.

    Raises:
        PermanentError: a text cannot be processed.
        TransientError: the model is broken.
    """
    names = {slug: _occurrences(mention.text, spellings) for slug, spellings in terms.items()}
    passage = explained_passage(mention.text, terms.values())
    scorer = _VariantScorer(mention, watch, analyse)
    verdict = scorer.verdict(passage.without())
    blank = Explanation(watch=watch, model=model, text_sha256=mention.text_sha256, polarity=None)
    if verdict is None or verdict.polarity is None:
        return blank
    target_names = names if watch else {}
    search = LeaveOutSearch(
        passage,
        scorer.polarities,
        names=list(target_names.values()),
        unread=_occurrences(mention.text, orders(mention.text)),
    )
    effects, joint_change = search.effects()
    return replace(
        blank,
        polarity=round(search.polarity, 4),
        words=tuple(effects),
        joint_change=joint_change,
        rule=verdict.rule,
    )


class _VariantScorer:
    """The polarity of variants of one mention."""

    def __init__(self, mention: PendingMention, watch: str | None, analyse: Analyse) -> None:
        self._mention = mention
        self._watch = watch
        self._analyse = analyse
        self._polarity_by_text: dict[str, float | None] = {}  # a search tries some texts twice

    def verdict(self, text: str) -> Verdict | None:
        """Return the verdict on *text*, None if there is none."""
        (result,) = self._results([text])
        return self._verdict(result)

    def polarities(self, texts: Sequence[str]) -> list[float | None]:
        """Return the polarity of each of *texts*; 0 if nothing is left to read.

        It is None if the language became unclear: the missing words are no evidence then.
        """
        by_text = self._polarity_by_text
        new_texts = [text for text in dict.fromkeys(texts) if text not in by_text]
        for text, result in zip(new_texts, self._results(new_texts), strict=True):
            by_text[text] = self._polarity(result)
        return [by_text[text] for text in texts]

    def _results(self, texts: Sequence[str]) -> list[AnalysisResult]:
        variants = [replace(self._mention, text=text) for text in texts]
        return [
            result
            for start in range(0, len(variants), MAX_BATCH)
            for result in self._analyse(variants[start : start + MAX_BATCH])
        ]

    def _polarity(self, result: AnalysisResult) -> float | None:
        verdict = self._verdict(result)
        if verdict is not None and verdict.polarity is not None:
            return verdict.polarity
        return 0.0 if result.reason in (EMPTY, ORDERS_ONLY) else None

    def _verdict(self, result: AnalysisResult) -> Verdict | None:
        """Return the verdict towards the watch, else the one on the whole text."""
        by_watch = {verdict.watch: verdict for verdict in result.verdicts}
        return by_watch.get(self._watch) or by_watch.get(None)


def _occurrences(text: str, spellings: Collection[str]) -> list[Span]:
    """Return where *spellings* stand in *text*, in its order."""
    spans = set()
    for spelling in filter(None, spellings):
        start = text.find(spelling)
        while start >= 0:
            spans.add((start, start + len(spelling)))
            start = text.find(spelling, start + len(spelling))
    return sorted(spans)
