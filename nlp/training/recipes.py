"""What each of our models learns: texts by head, how often an epoch, and by what it is judged."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.mention import Emotion, Intent, Sentiment
from nlp.encoder.adapter import ANY, SENTIMENT, Head
from nlp.encoder.pretrained import Base
from nlp.encoder.weights_sources.e5 import E5_SMALL
from nlp.encoder.weights_sources.minilm import MINILM
from nlp.text.normalize import clean
from nlp.text.target_marking import mark
from nlp.training import datasets
from nlp.training.datasets import OURS, Labelled, Pair, grouped, labelled, single, untold
from nlp.training.splits import Parts, Portion
from nlp.training.trainer import Recipe

CLASSES: Final = tuple(str(name) for name in Sentiment)
EMOTIONS: Final = tuple(str(name) for name in Emotion)
INTENTS: Final = tuple(str(name) for name in Intent)
SPOKEN: Final = ("ar", "de", "en", "es", "fr", "it", "pt")
# GoEmotions' labels (arXiv:2005.00547) that mean one of the four emotions of TweetEval.
_FELT: Final = {
    "anger": "anger annoyance",
    "joy": "joy amusement excitement love",
    "optimism": "optimism",
    "sadness": "sadness grief disappointment remorse",
}
_ORDERED: Final = 3_000  # tweets that get an order to the model, which their label ignores


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A run on the same encoder that tunes more of it; too slow to ship, it answers the student."""

    heads: tuple[str, ...]
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one model is made."""

    base: Base
    heads: Mapping[str, Head]  # without temperatures
    texts: Callable[[Path], Parts]  # of the folder of the shared texts
    recipe: Recipe = field(default_factory=Recipe)
    teacher: Teacher | None = None
    better: Base | None = None  # of English; its vectors are those for topics likened to


def _english(folder: Path) -> Parts:
    tweets = _tweets(folder)
    learned = tweets.where(held_out=False)
    return Parts(
        learned=(Portion(texts=learned),),
        calibration={(SENTIMENT, ANY): tweets.where(held_out=True)},
        priors={(SENTIMENT, ANY): learned.priors},
        validation={SENTIMENT: _judges(folder)},
    )


def _many(folder: Path) -> Parts:
    tweets, judges = _tweets(folder), _judges(folder)
    foreign = single(folder, "umsab_val", SENTIMENT, CLASSES)
    spoken = single(folder, "umsab_train", SENTIMENT, CLASSES)
    heads = {name: _validation(folder, name) for name in _FILES}
    taught = {name: _train(folder, name) for name in _FILES}
    learned = tweets.where(held_out=False)
    return Parts(
        learned=(
            Portion(texts=learned),
            Portion(texts=spoken.without({*judges.texts, *foreign.texts}), passes=1.5),
            _obeying_nobody(learned),
            Portion(texts=_towards(), passes=3.0),
            Portion(texts=taught["emotion"], passes=2.5),
            Portion(texts=grouped(folder, "goemotions_train", "emotion", _FELT), passes=0.3),
            Portion(texts=taught["offence"], passes=0.67),
            Portion(texts=taught["irony"]),
            Portion(texts=_intents(), passes=2.0),
            # Tweets of later years, comments and customers' questions, for the teacher to answer.
            Portion(texts=_untold(folder, *_TWEETS), passes=0.7),
            Portion(
                texts=_untold(folder, "goemotions_train", "banking77_train", every=4), passes=0.8
            ),
        ),
        calibration={
            (SENTIMENT, "en"): tweets.where(held_out=True),
            (SENTIMENT, ANY): foreign,
            **{(name, ANY): texts for name, texts in heads.items()},
        },
        priors={
            (SENTIMENT, "en"): learned.priors,
            **{(name, ANY): texts.priors for name, texts in taught.items()},
        },
        validation={SENTIMENT: judges, "languages": foreign, **heads},
        likened=_likened(folder, learned),
    )


def _tweets(folder: Path) -> Labelled:
    return single(folder, "semeval_sentiment_train", SENTIMENT, CLASSES)


def _judges(folder: Path) -> Labelled:
    return single(folder, "tweeteval_sentiment_validation", SENTIMENT, CLASSES)


_FILES: Final = {"emotion": "emotion", "offence": "offensive", "irony": "irony"}
_TWEETS: Final = tuple(f"tweeteval_{name}_train" for name in _FILES.values())


def _train(folder: Path, head: str) -> Labelled:
    name = f"tweeteval_{_FILES[head]}_train"
    return single(folder, name, head, _MANY[head].classes)


def _validation(folder: Path, head: str) -> Labelled:
    return single(folder, f"tweeteval_{_FILES[head]}_val", head, _MANY[head].classes)


def _intents() -> Labelled:
    rows = datasets.our_rows("intent")
    pairs = ((clean(r["text"]), [INTENTS.index(label) for label in r["labels"]]) for r in rows)
    return labelled("intent", INTENTS, pairs)


def _towards() -> Labelled:
    """Texts of several brands, one of them marked: whose sentiment the head shall tell."""
    rows = datasets.our_rows("towards")
    pairs = ((clean(mark(r["text"], [r["target"]])), [CLASSES.index(r["label"])]) for r in rows)
    return labelled(SENTIMENT, CLASSES, pairs)


def _untold(folder: Path, *names: str, every: int = 1) -> Labelled:
    """One text in *every* of the files *names*; their labels are of something else."""
    return untold(folder, names, SENTIMENT, CLASSES, every)


def _likened(folder: Path, tweets: Labelled) -> tuple[str, ...]:
    """What customers ask, above all, and some comments and tweets; their labels are not read."""
    questions = _untold(folder, "banking77_train")
    comments = _untold(folder, "goemotions_train", every=20)
    return (*questions.texts, *comments.texts, *tweets.texts[::20])


def _obeying_nobody(tweets: Labelled) -> Portion:
    """Some of *tweets* with an order to the model before or behind; their labels stay."""
    chance = random.Random(7)
    orders = (OURS / "orders.txt").read_text(encoding="utf-8").splitlines()
    chosen = chance.sample(range(len(tweets)), min(_ORDERED, len(tweets)))

    def _pairs() -> Iterator[Pair]:
        for index in chosen:
            order, text = chance.choice(orders), tweets.texts[index]
            said = f"{order} {text}" if chance.random() < 0.5 else f"{text} {order}"  # noqa: PLR2004
            yield said, [int(tweets.targets[index].argmax())]

    plain = tuple(tweets.texts[index] for index in chosen)
    return Portion(texts=labelled(SENTIMENT, CLASSES, _pairs()), plain=plain)


def _head(*classes: str, languages: tuple[str, ...], exclusive: bool = True) -> Head:
    return Head(classes=classes, languages=languages, temperatures={}, exclusive=exclusive)


_MANY: Final = {
    SENTIMENT: _head(*CLASSES, languages=SPOKEN),
    "emotion": _head(*EMOTIONS, languages=("en",)),
    "offence": _head("clean", "offensive", languages=("en",)),
    "irony": _head("literal", "irony", languages=("en",)),
    "intent": _head(*INTENTS, languages=SPOKEN, exclusive=False),
}
PLANS: Final[Mapping[str, Plan]] = {
    "minilm": Plan(
        base=MINILM,
        heads={SENTIMENT: _head(*CLASSES, languages=("en",))},
        texts=_english,
        recipe=Recipe(),
    ),
    "e5": Plan(
        base=E5_SMALL,
        heads=_MANY,
        texts=_many,
        recipe=Recipe(epochs=2.0, shared=6, rank=24, rate=8e-4, dropout=0.1, until=1.0),
        better=MINILM,
        teacher=Teacher(
            heads=(SENTIMENT, "emotion"),
            recipe=Recipe(seed=1, epochs=1.7, shared=3, rank=24, rate=6e-4, dropout=0.1, until=1.0),
        ),
    ),
}
