"""Play the labelled texts of `reality/nlp` on the default model.

`kinds.jsonl` is asked as `harken evaluate --task sentiment`, `comparison.jsonl` and
`brand_towards.jsonl` as `--task towards`, each with the language that the product finds.

The rows of `brand.jsonl` and `short_brand.jsonl` go through the analyse step, as posts that match
the watches of their brands. A row of `brand.jsonl` is right where every answer is: the sentiment;
the topics (the first of the row and none that the row does not accept); the emotion, unless it is
null; exactly the intents; and the sentiment towards each brand. A row of `short_brand.jsonl` is
right where the language is, and where the text was scored if the model supports that language.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.reality.nlp_cases import (
    BRAND,
    FILES,
    KINDS,
    SHORT_BRAND,
    TOWARDS,
    Case,
    count,
    load_cases,
)
from bench.reality.nlp_product import Product, slug
from bench.reality.product import ProductError, product_calls
from bench.reality.results import AreaReport, CaseResult
from core.mention import AnalysisState, Verdict

__all__ = ["count", "is_wrong", "play"]

KIND_SHARE: Final = 0.50
"""Share of right answers below which a kind is wrong."""
AREA_SHARE: Final = 0.70
"""Share of right answers below which the area is wrong."""

Answer = tuple[bool, str]
"""Whether the product is right, and its answer in short."""


def play(inputs: Path, work: Path) -> Iterator[CaseResult]:
    """Play every case of the folder *inputs*, file by file; *work* holds the record.

    An exception of the product is the wrong answer of its case.
    """
    cases = [case for file in FILES for case in load_cases(inputs, file)]
    if not cases:
        return
    with closing(Product(work)) as product:
        for case in cases:
            right, answer = _play_case(product, case)
            yield CaseResult(kind=case.kind, id=case.id, right=right, seen=answer)


def is_wrong(area: AreaReport) -> bool:
    """Return whether a kind or the whole area has too small a share of right answers.

    Skipped cases count on neither side.
    """
    counts = [(kind["right"], kind["right"] + kind["wrong"]) for kind in area.values()]
    right, total = (sum(column) for column in zip((0, 0), *counts, strict=True))
    weak = any(part < KIND_SHARE * whole for part, whole in counts)
    return weak or right < AREA_SHARE * total


def _play_case(product: Product, case: Case) -> Answer:
    try:
        return _PLAYS[case.file](product, case)
    except ProductError as error:
        return False, str(error)


def _play_sentiment(product: Product, case: Case) -> Answer:
    label, target = str(case.row["label"]), case.row.get("target")
    with product_calls():
        prediction = product.classify(case.text, label, target)
    sentiment = prediction["sentiment"] or "unscored"
    return sentiment == label, f"{sentiment}, language {prediction['language']}; label {label}"


def _play_language(product: Product, case: Case) -> Answer:
    label = str(case.row["label"])
    with product_calls():
        language = product.find_language(case.text, case.brands)
        mention = product.analyse(case.id, case.text, case.brands)
    is_scored = mention.analysis is AnalysisState.SCORED
    right = language == label and is_scored == (label in product.model.languages)
    return right, f"{language}, {mention.reason or mention.analysis}; label {label}"


def _play_brand(product: Product, case: Case) -> Answer:
    with product_calls():
        mention = product.analyse(case.id, case.text, case.brands)
        verdict = mention.verdict
        sentiments = [mention.sentiment_for(slug(n)) for n in range(len(case.brands))]
    if verdict is None:
        return False, mention.reason or mention.analysis
    labels: Mapping[str, str] = case.row["towards"]
    answers = _compare_heads(verdict, case) | {
        f"towards {brand}: {sentiment}": sentiment == labels[brand]
        for brand, sentiment in zip(case.brands, sentiments, strict=True)
    }
    wrong = [answer for answer, right in answers.items() if not right]
    return not wrong, f"wrong: {'; '.join(wrong)}" if wrong else "; ".join(answers)


def _compare_heads(verdict: Verdict, case: Case) -> dict[str, bool]:
    """Return what *verdict* says of the whole text, and for each answer whether it is right."""
    row = case.row
    main_topic, topics = row["topics"][0], verdict.topics
    fits = main_topic in topics and set(topics) <= set(row["topics"])
    no_emotion = row["emotion"] is None
    return {
        f"sentiment: {verdict.sentiment}": verdict.sentiment == row["sentiment"],
        f"topics: {', '.join(topics) or 'none'}": fits,
        f"emotion: {verdict.emotion}": no_emotion or verdict.emotion == row["emotion"],
        f"intents: {', '.join(verdict.intents) or 'none'}": (
            set(verdict.intents) == set(row["intents"])
        ),
    }


_PLAYS: Final[Mapping[str, Callable[[Product, Case], Answer]]] = {
    KINDS: _play_sentiment,
    **dict.fromkeys(TOWARDS, _play_sentiment),
    BRAND: _play_brand,
    SHORT_BRAND: _play_language,
}
