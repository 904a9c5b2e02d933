"""The training plan of each packaged model: texts by head, repeats an epoch, validation sets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nlp.encoder.adapter import ANY_LANGUAGE, SENTIMENT, ClassificationHead
from nlp.encoder.pretrained import PretrainedEncoder
from nlp.encoder.weights_sources.e5 import E5_SMALL
from nlp.encoder.weights_sources.minilm import MINILM
from nlp.training.datasets import single_label_texts
from nlp.training.head_texts import (
    CLASSES,
    HEAD_FILES,
    MULTILINGUAL_HEADS,
    UMSAB_LANGUAGES,
    alignment_texts,
    head_portions,
    head_training_texts,
    head_validation_texts,
    kind_texts,
    sentiment_calibration_texts,
    sentiment_tweets,
    sentiment_validation_tweets,
    teacher_portions,
    untempered_head,
    with_ignored_orders,
)
from nlp.training.splits import Portion, Splits
from nlp.training.trainer import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A run that tunes more layers of the same encoder, too slow to ship: it labels texts."""

    heads: tuple[str, ...]
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """The encoder, heads, texts and recipe of one model."""

    base: PretrainedEncoder
    heads: Mapping[str, ClassificationHead]  # without temperatures
    texts: Callable[[Path], Splits]  # from the folder of the shared texts
    recipe: Recipe = field(default_factory=Recipe)
    teacher: Teacher | None = None
    # An English encoder that the vectors for topics are aligned to.
    reference_base: PretrainedEncoder | None = None


def _english_splits(folder: Path) -> Splits:
    tweets = sentiment_tweets(folder)
    training_tweets = tweets.where(calibration=False)
    return Splits(
        training=(Portion(texts=training_tweets),),
        calibration={(SENTIMENT, ANY_LANGUAGE): tweets.where(calibration=True)},
        priors={(SENTIMENT, ANY_LANGUAGE): training_tweets.priors},
        validation={SENTIMENT: sentiment_validation_tweets(folder)},
    )


def _multilingual_splits(folder: Path) -> Splits:
    tweets, validation_tweets = sentiment_tweets(folder), sentiment_validation_tweets(folder)
    foreign = single_label_texts(folder, "umsab_val", SENTIMENT, CLASSES)
    multilingual = single_label_texts(folder, "umsab_train", SENTIMENT, CLASSES)
    heads = {name: head_validation_texts(folder, name) for name in HEAD_FILES}
    training_texts = {name: head_training_texts(folder, name) for name in HEAD_FILES}
    training_tweets = tweets.where(calibration=False)
    return Splits(
        training=(
            Portion(texts=training_tweets),
            Portion(
                texts=multilingual.without({*validation_tweets.texts, *foreign.texts}), repeats=1.5
            ),
            with_ignored_orders(training_tweets),
            *head_portions(folder, training_texts),
            *teacher_portions(folder),
        ),
        calibration={
            (SENTIMENT, "en"): sentiment_calibration_texts(folder),
            **{
                (SENTIMENT, code): single_label_texts(
                    folder, "umsab_val", SENTIMENT, CLASSES, language=name
                )
                for code, name in UMSAB_LANGUAGES.items()
            },
            (SENTIMENT, ANY_LANGUAGE): foreign,
            ("role", ANY_LANGUAGE): kind_texts("role", "role").where(calibration=True),
            **{(name, ANY_LANGUAGE): texts for name, texts in heads.items()},
        },
        priors={
            (SENTIMENT, "en"): training_tweets.priors,
            **{(name, ANY_LANGUAGE): texts.priors for name, texts in training_texts.items()},
        },
        validation={SENTIMENT: validation_tweets, "languages": foreign, **heads},
        alignment_texts=alignment_texts(folder, training_tweets),
    )


PLANS: Final[Mapping[str, TrainingPlan]] = {
    "minilm": TrainingPlan(
        base=MINILM,
        heads={SENTIMENT: untempered_head(*CLASSES, languages=("en",))},
        texts=_english_splits,
        recipe=Recipe(),
    ),
    "e5": TrainingPlan(
        base=E5_SMALL,
        heads=MULTILINGUAL_HEADS,
        texts=_multilingual_splits,
        recipe=Recipe(epochs=2.0, shared=6, rank=24, rate=8e-4, dropout=0.1, until=1.0),
        reference_base=MINILM,
        teacher=Teacher(
            heads=(SENTIMENT, "emotion"),
            recipe=Recipe(seed=1, epochs=1.7, shared=3, rank=24, rate=6e-4, dropout=0.1, until=1.0),
        ),
    ),
}
