"""Scoring of mentions with the watches, language hints and priors of an installation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.analysis import AnalysisResult, PendingMention
from core.watch import Watch
from harken import wiring
from store import counts
from store.analysis.priors import source_priors
from store.database import Database

if TYPE_CHECKING:
    from nlp.analyse import TermMatcher
    from nlp.model import Model
    from nlp.text.language import LanguageHints
    from nlp.topic_classifier import TopicClassifier


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionScorer:
    """The only way to a score: the analyse step and explanations use it, so they agree."""

    model: "Model"
    topic_classifier: "TopicClassifier"
    watches: Mapping[str, Watch]
    match_terms: "TermMatcher"
    hints: "LanguageHints"
    priors: Mapping[str, Sequence[float]]  # by id of a mention, where there is one

    def score(self, batch: Sequence[PendingMention]) -> list[AnalysisResult]:
        """Return the result of each mention of *batch*, moved to the prior of its source or watch.

        Raises:
            TransientError: the model failed.
        """
        from nlp.analyse import analyse
        from nlp.prior_shift import with_priors

        results = analyse(
            batch,
            self.model,
            self.topic_classifier,
            hints=self.hints,
            matched_terms=self.match_terms,
            watches=self.watches,
        )
        return [
            with_priors(
                result,
                pending.watches,
                self.watches,
                self.priors.get(pending.id, ()),
                self.model,
            )
            for result, pending in zip(results, batch, strict=True)
        ]


def open_scorer(
    database: Database,
    model: "Model",
    topic_classifier: "TopicClassifier",
    ids: Collection[str],
) -> MentionScorer:
    """Return the scorer of the mentions *ids*, as watches and sources are now."""
    watches = wiring.watches(database)
    with database.read() as tx:
        priors = source_priors(tx, ids)
    return MentionScorer(
        model=model,
        topic_classifier=topic_classifier,
        watches=watches,
        match_terms=wiring.term_matcher(watches),
        hints=language_hints(database, watches),
        priors=priors,
    )


def language_hints(database: Database, watches: Mapping[str, Watch]) -> "LanguageHints":
    """Return the names of *watches* and the languages of the newest mentions, for detection."""
    from nlp.text.language import LanguageHints

    with database.read() as tx:
        language_counts = counts.recent_languages(tx)
    return LanguageHints(names=wiring.watch_names(watches), counts=language_counts)
