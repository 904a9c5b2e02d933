"""Sentiment where other shares of the classes are expected than in training.

A classifier learns the shares of the classes along with their words. If the shares of a source are
known, the probability of a class is multiplied by the ratio of both, and the rest is normalised
(Saerens, Latinne and Decaestecker 2002, doi:10.1162/089976602753284446). A text that is clear stays
as it is; one in doubt goes to the class that is expected there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.analysis import AnalysisResult
from core.mention import Sentiment, Verdict
from core.watch import Watch
from nlp.encoder.adapter import for_language
from nlp.model import Model

Shares = Sequence[float]  # of negative, neutral, positive; empty: unknown


def with_priors(
    result: AnalysisResult,
    watch_slugs: Sequence[str],
    watches: Mapping[str, Watch],
    source_prior: Shares,
    model: Model,
) -> AnalysisResult:
    """Return *result* with its verdicts moved to the prior of its source, else of their watch.

    The verdict on the whole text of a mention of one watch gets the prior of that watch. A watch
    with a prior among several gets a verdict of its own.
    """
    training = for_language(model.sentiment_shares, result.language) or ()
    priors = {
        slug: tuple(source_prior or watches[slug].prior) for slug in watch_slugs if slug in watches
    }
    whole_prior = tuple(source_prior) or (
        priors.get(watch_slugs[0], ()) if len(watch_slugs) == 1 else ()
    )
    verdicts = []
    for verdict in result.verdicts:
        prior = whole_prior if verdict.watch is None else priors.get(verdict.watch, ())
        verdicts.append(moved_verdict(verdict, prior, training))
    return replace(
        result, verdicts=(*verdicts, *_own_verdicts(result, priors, whole_prior, training))
    )


def moved_verdict(verdict: Verdict, prior: Shares, training: Shares) -> Verdict:
    """Return *verdict* with its probabilities moved from the shares *training* to *prior*.

    Without *training* they come from equal shares. A verdict without a sentiment, one that a rule
    gave, and any without *prior*, stays as it is.
    """
    if not prior or verdict.sentiment is None or verdict.rule is not None:
        return verdict
    probabilities = [verdict.probabilities[sentiment] for sentiment in Sentiment]
    moved = np.array(probabilities) * prior / (training or 1.0)
    shares: Shares = (moved / moved.sum()).tolist()
    return replace(
        verdict,
        sentiment=list(Sentiment)[int(moved.argmax())],
        probabilities=_by_name(shares),
        polarity=shares[-1] - shares[0],
        prior=_by_name(prior),
    )


def _by_name(shares: Shares) -> dict[str, float]:
    return dict(zip(map(str, Sentiment), shares, strict=True))


def _own_verdicts(
    result: AnalysisResult,
    priors: Mapping[str, Shares],
    whole_prior: Shares,
    training: Shares,
) -> list[Verdict]:
    """Return a verdict of the whole text for each watch whose prior is not that of the text."""
    targets = {verdict.watch for verdict in result.verdicts}
    whole = next((v for v in result.verdicts if v.watch is None and v.sentiment), None)
    if whole is None:
        return []
    return [
        replace(moved_verdict(whole, prior, training), watch=slug, topics=(), heads={})
        for slug, prior in priors.items()
        if prior and prior != whole_prior and slug not in targets
    ]
