"""The labelled texts of each head, and the portions of an epoch that are made of them."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from core.mention import Emotion, Intent, Sentiment
from nlp.encoder.adapter import SENTIMENT, ClassificationHead
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
from nlp.training.splits import Portion

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
ROLES: Final = ("customer", "brand", "advert", "news", "automated")
# GoEmotions' own groups of its labels; texts with an ambiguous label, as surprise, are left out.
_GO_SENTIMENTS: Final = {
    "negative": (
        "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness"
        " remorse sadness"
    ),
    "neutral": "neutral",
    "positive": (
        "admiration amusement approval caring desire excitement gratitude joy love optimism pride"
        " relief"
    ),
}
# The languages of UMSAB besides English, as its file names them.
UMSAB_LANGUAGES: Final = {
    "ar": "arabic",
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
}
_ORDER_TEXTS: Final = 3_000  # tweets that get an instruction to the model; their label stays
# The kinds of our texts in which irony and its literal counterparts stand side by side.
_IRONY_KINDS: Final = frozenset({"sarcasm", "thanks_sarcasm", "fixed_problem", "quote", "slang"})
# File names of the heads whose texts are in TweetEval.
HEAD_FILES: Final = {"emotion": "emotion", "offence": "offensive", "irony": "irony"}
_TWEET_FILES: Final = tuple(f"tweeteval_{name}_train" for name in HEAD_FILES.values())


def untempered_head(
    *classes: str, languages: tuple[str, ...], exclusive: bool = True
) -> ClassificationHead:
    """Return a head of *classes* without temperatures, which calibration adds after training."""
    return ClassificationHead(
        classes=classes, languages=languages, temperatures={}, exclusive=exclusive
    )


MULTILINGUAL_HEADS: Final = {
    SENTIMENT: untempered_head(*CLASSES, languages=LANGUAGES),
    "emotion": untempered_head(*EMOTIONS, languages=("en",)),
    "offence": untempered_head("clean", "offensive", languages=("en",)),
    "irony": untempered_head("literal", "irony", languages=("en",)),
    "intent": untempered_head(*INTENTS, languages=LANGUAGES, exclusive=False),
    "role": untempered_head(*ROLES, languages=LANGUAGES),
}


def sentiment_tweets(folder: Path) -> LabelledTexts:
    """Return the English tweets with a sentiment; a part of them is held out for calibration."""
    return single_label_texts(folder, "semeval_sentiment_train", SENTIMENT, CLASSES)


def sentiment_validation_tweets(folder: Path) -> LabelledTexts:
    """Return the English tweets on which sentiment is measured during training."""
    return single_label_texts(folder, "tweeteval_sentiment_validation", SENTIMENT, CLASSES)


def sentiment_calibration_texts(folder: Path) -> LabelledTexts:
    """Return English texts of other sources than the tweets of the training.

    Comments of Reddit, with their emotions folded to three classes, and sentences with a target.
    """
    comments = grouped_label_texts(folder, "goemotions_dev", SENTIMENT, _GO_SENTIMENTS)
    return datasets.joined(comments, target_texts(folder, "targets_val"))


def head_training_texts(folder: Path, head: str) -> LabelledTexts:
    """Return the English training texts of *head*, one of ``HEAD_FILES``."""
    name = f"tweeteval_{HEAD_FILES[head]}_train"
    return single_label_texts(folder, name, head, MULTILINGUAL_HEADS[head].classes)


def head_validation_texts(folder: Path, head: str) -> LabelledTexts:
    """Return the English texts on which *head* is measured, one of ``HEAD_FILES``."""
    return single_label_texts(
        folder, f"tweeteval_{HEAD_FILES[head]}_val", head, MULTILINGUAL_HEADS[head].classes
    )


def head_portions(folder: Path, training_texts: Mapping[str, LabelledTexts]) -> tuple[Portion, ...]:
    """Return the portions of sentiment about a target and of all heads but sentiment."""
    go_emotions = grouped_label_texts(folder, "goemotions_train", "emotion", _GO_EMOTIONS)
    return (
        Portion(texts=_target_texts("towards"), repeats=3.0),
        Portion(texts=_target_texts("comparisons"), repeats=4.0),
        Portion(texts=target_texts(folder, "targets_train"), repeats=0.5),
        Portion(texts=kind_texts(SENTIMENT, "label"), repeats=4.0),
        Portion(texts=_irony_texts(), repeats=2.0),
        Portion(texts=kind_texts("role", "role").where(calibration=False), repeats=4.0),
        Portion(texts=training_texts["emotion"], repeats=2.5),
        Portion(texts=go_emotions, repeats=0.3),
        Portion(texts=training_texts["offence"], repeats=0.67),
        Portion(texts=training_texts["irony"]),
        Portion(texts=_intent_texts(), repeats=2.0),
    )


def teacher_portions(folder: Path) -> tuple[Portion, ...]:
    """Return tweets of later years, comments and customers' questions, labelled by the teacher."""
    posts = _unlabelled_texts(folder, "goemotions_train", "banking77_train", every=4)
    return (
        Portion(texts=_unlabelled_texts(folder, *_TWEET_FILES), repeats=0.7),
        Portion(texts=posts, repeats=0.8),
    )


def alignment_texts(folder: Path, tweets: LabelledTexts) -> tuple[str, ...]:
    """Return customers' questions, and some comments and tweets; labels are ignored."""
    questions = _unlabelled_texts(folder, "banking77_train")
    comments = _unlabelled_texts(folder, "goemotions_train", every=20)
    return (*questions.texts, *comments.texts, *tweets.texts[::20])


def with_ignored_orders(tweets: LabelledTexts) -> Portion:
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


def _intent_texts() -> LabelledTexts:
    rows = datasets.our_rows("intent")
    pairs = ((clean(r["text"]), [INTENTS.index(label) for label in r["labels"]]) for r in rows)
    return labelled_texts("intent", INTENTS, pairs)


def kind_texts(head: str, key: str) -> LabelledTexts:
    """Return our texts of the kinds that models often misclassify; *key* is the class of *head*.

    Sarcasm, polite complaints, bare facts, ratings, adverts, replies of a brand and twenty more.
    """
    classes = MULTILINGUAL_HEADS[head].classes
    pairs = ((clean(row["text"]), [classes.index(row[key])]) for row in _kind_rows())
    return labelled_texts(head, classes, pairs)


def target_texts(folder: Path, name: str) -> LabelledTexts:
    """Return the texts of the file *name* with their target marked, for the head of sentiment.

    A text with several targets occurs once for each.
    """
    return _marked_texts(datasets.shared_rows(folder, name))


def _irony_texts() -> LabelledTexts:
    """Return our ironic texts, and as many literal ones of the same kinds."""
    classes = MULTILINGUAL_HEADS["irony"].classes
    rows = [row for row in _kind_rows() if row["kind"] in _IRONY_KINDS or row["irony"]]
    pairs = ((clean(row["text"]), [int(row["irony"])]) for row in rows)
    return labelled_texts("irony", classes, pairs)


def _kind_rows() -> Iterator[datasets.Row]:
    yield from datasets.our_rows("kinds")
    yield from datasets.our_rows("roles")


def _target_texts(name: str) -> LabelledTexts:
    """Return texts of several brands, one of them marked; the label is the sentiment about it."""
    return _marked_texts(datasets.our_rows(name))


def _marked_texts(rows: Iterator[datasets.Row]) -> LabelledTexts:
    pairs = (
        (clean(mark_brand(r["text"], [r["target"]])), [CLASSES.index(r["label"])]) for r in rows
    )
    return labelled_texts(SENTIMENT, CLASSES, pairs)


def _unlabelled_texts(folder: Path, *names: str, every: int = 1) -> LabelledTexts:
    """Return one text in *every* of the files *names*; their labels are for other tasks."""
    return unlabelled_texts(folder, names, SENTIMENT, CLASSES, every)
