"""The training plan of each packaged model: texts by head, repeats an epoch, validation sets."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.mention import Emotion, Intent, Sentiment
from nlp.encoder.adapter import ANY_LANGUAGE, SENTIMENT, ClassificationHead
from nlp.encoder.pretrained import PretrainedEncoder
from nlp.encoder.weights_sources.e5 import E5_SMALL
from nlp.encoder.weights_sources.minilm import MINILM
from nlp.text.normalize import clean
from nlp.text.target_marking import mark_brand
from nlp.training import datasets
from nlp.training.datasets import (
    TEXTS_FOLDER,
    LabelledTexts,
    Pair,
    grouped_label_texts,
    labelled_texts,
    single_label_texts,
    unlabelled_texts,
)
from nlp.training.splits import Portion, Splits
from nlp.training.trainer import Recipe

CLASSES: Final = tuple(str(name) for name in Sentiment)
EMOTIONS: Final = tuple(str(name) for name in Emotion)
INTENTS: Final = tuple(str(name) for name in Intent)
LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "it", "pt")
# GoEmotions' labels (arXiv:2005.00547) that mean one of the four emotions of TweetEval.
_GO_EMOTIONS: Final = {
    "anger": "anger annoyance",
    "joy": "joy amusement excitement love",
    "optimism": "optimism",
    "sadness": "sadness grief disappointment remorse",
}
_ORDER_TEXTS: Final = 3_000  # tweets that get an instruction to the model; their label stays


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
    tweets = _tweets(folder)
    training_tweets = tweets.where(held_out=False)
    return Splits(
        training=(Portion(texts=training_tweets),),
        calibration={(SENTIMENT, ANY_LANGUAGE): tweets.where(held_out=True)},
        priors={(SENTIMENT, ANY_LANGUAGE): training_tweets.priors},
        validation={SENTIMENT: _validation_tweets(folder)},
    )


def _multilingual_splits(folder: Path) -> Splits:
    tweets, validation_tweets = _tweets(folder), _validation_tweets(folder)
    foreign = single_label_texts(folder, "umsab_val", SENTIMENT, CLASSES)
    multilingual = single_label_texts(folder, "umsab_train", SENTIMENT, CLASSES)
    heads = {name: _validation_texts(folder, name) for name in _FILES}
    training_texts = {name: _training_texts(folder, name) for name in _FILES}
    training_tweets = tweets.where(held_out=False)
    return Splits(
        training=(
            Portion(texts=training_tweets),
            Portion(
                texts=multilingual.without({*validation_tweets.texts, *foreign.texts}), repeats=1.5
            ),
            _with_ignored_orders(training_tweets),
            *_head_portions(folder, training_texts),
            *_teacher_portions(folder),
        ),
        calibration={
            (SENTIMENT, "en"): tweets.where(held_out=True),
            (SENTIMENT, ANY_LANGUAGE): foreign,
            **{(name, ANY_LANGUAGE): texts for name, texts in heads.items()},
        },
        priors={
            (SENTIMENT, "en"): training_tweets.priors,
            **{(name, ANY_LANGUAGE): texts.priors for name, texts in training_texts.items()},
        },
        validation={SENTIMENT: validation_tweets, "languages": foreign, **heads},
        alignment_texts=_alignment_texts(folder, training_tweets),
    )


def _head_portions(
    folder: Path, training_texts: Mapping[str, LabelledTexts]
) -> tuple[Portion, ...]:
    """Return the portions of sentiment about a target and of all heads but sentiment."""
    go_emotions = grouped_label_texts(folder, "goemotions_train", "emotion", _GO_EMOTIONS)
    return (
        Portion(texts=_target_texts(), repeats=3.0),
        Portion(texts=training_texts["emotion"], repeats=2.5),
        Portion(texts=go_emotions, repeats=0.3),
        Portion(texts=training_texts["offence"], repeats=0.67),
        Portion(texts=training_texts["irony"]),
        Portion(texts=_intent_texts(), repeats=2.0),
    )


def _teacher_portions(folder: Path) -> tuple[Portion, ...]:
    """Return tweets of later years, comments and customers' questions, labelled by the teacher."""
    posts = _unlabelled_texts(folder, "goemotions_train", "banking77_train", every=4)
    return (
        Portion(texts=_unlabelled_texts(folder, *_TWEET_FILES), repeats=0.7),
        Portion(texts=posts, repeats=0.8),
    )


def _tweets(folder: Path) -> LabelledTexts:
    return single_label_texts(folder, "semeval_sentiment_train", SENTIMENT, CLASSES)


def _validation_tweets(folder: Path) -> LabelledTexts:
    return single_label_texts(folder, "tweeteval_sentiment_validation", SENTIMENT, CLASSES)


_FILES: Final = {"emotion": "emotion", "offence": "offensive", "irony": "irony"}
_TWEET_FILES: Final = tuple(f"tweeteval_{name}_train" for name in _FILES.values())


def _training_texts(folder: Path, head: str) -> LabelledTexts:
    name = f"tweeteval_{_FILES[head]}_train"
    return single_label_texts(folder, name, head, _MULTILINGUAL_HEADS[head].classes)


def _validation_texts(folder: Path, head: str) -> LabelledTexts:
    return single_label_texts(
        folder, f"tweeteval_{_FILES[head]}_val", head, _MULTILINGUAL_HEADS[head].classes
    )


def _intent_texts() -> LabelledTexts:
    rows = datasets.our_rows("intent")
    pairs = ((clean(r["text"]), [INTENTS.index(label) for label in r["labels"]]) for r in rows)
    return labelled_texts("intent", INTENTS, pairs)


def _target_texts() -> LabelledTexts:
    """Return texts of several brands, one of them marked; the label is the sentiment about it."""
    rows = datasets.our_rows("towards")
    pairs = (
        (clean(mark_brand(r["text"], [r["target"]])), [CLASSES.index(r["label"])]) for r in rows
    )
    return labelled_texts(SENTIMENT, CLASSES, pairs)


def _unlabelled_texts(folder: Path, *names: str, every: int = 1) -> LabelledTexts:
    """Return one text in *every* of the files *names*; their labels are for other tasks."""
    return unlabelled_texts(folder, names, SENTIMENT, CLASSES, every)


def _alignment_texts(folder: Path, tweets: LabelledTexts) -> tuple[str, ...]:
    """Return customers' questions, and some comments and tweets; labels are ignored."""
    questions = _unlabelled_texts(folder, "banking77_train")
    comments = _unlabelled_texts(folder, "goemotions_train", every=20)
    return (*questions.texts, *comments.texts, *tweets.texts[::20])


def _with_ignored_orders(tweets: LabelledTexts) -> Portion:
    """Return some of *tweets* with an instruction to the model before or behind; labels stay."""
    rng = random.Random(7)
    orders = (TEXTS_FOLDER / "orders.txt").read_text(encoding="utf-8").splitlines()
    indices = rng.sample(range(len(tweets)), min(_ORDER_TEXTS, len(tweets)))

    def _pairs() -> Iterator[Pair]:
        for index in indices:
            order, text = rng.choice(orders), tweets.texts[index]
            text_with_order = f"{order} {text}" if rng.random() < 0.5 else f"{text} {order}"  # noqa: PLR2004
            yield text_with_order, [int(tweets.targets[index].argmax())]

    plain = tuple(tweets.texts[index] for index in indices)
    return Portion(texts=labelled_texts(SENTIMENT, CLASSES, _pairs()), teacher_texts=plain)


def _head(*classes: str, languages: tuple[str, ...], exclusive: bool = True) -> ClassificationHead:
    return ClassificationHead(
        classes=classes, languages=languages, temperatures={}, exclusive=exclusive
    )


_MULTILINGUAL_HEADS: Final = {
    SENTIMENT: _head(*CLASSES, languages=LANGUAGES),
    "emotion": _head(*EMOTIONS, languages=("en",)),
    "offence": _head("clean", "offensive", languages=("en",)),
    "irony": _head("literal", "irony", languages=("en",)),
    "intent": _head(*INTENTS, languages=LANGUAGES, exclusive=False),
}
PLANS: Final[Mapping[str, TrainingPlan]] = {
    "minilm": TrainingPlan(
        base=MINILM,
        heads={SENTIMENT: _head(*CLASSES, languages=("en",))},
        texts=_english_splits,
        recipe=Recipe(),
    ),
    "e5": TrainingPlan(
        base=E5_SMALL,
        heads=_MULTILINGUAL_HEADS,
        texts=_multilingual_splits,
        recipe=Recipe(epochs=2.0, shared=6, rank=24, rate=8e-4, dropout=0.1, until=1.0),
        reference_base=MINILM,
        teacher=Teacher(
            heads=(SENTIMENT, "emotion"),
            recipe=Recipe(seed=1, epochs=1.7, shared=3, rank=24, rate=6e-4, dropout=0.1, until=1.0),
        ),
    ),
}
