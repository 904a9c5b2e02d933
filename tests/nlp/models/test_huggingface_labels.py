"""nlp.models.huggingface.labels: labels are matched by name, and a guess is only a suggestion."""

import pytest

from core.errors import ConfigError
from core.mention import Sentiment
from nlp.models.huggingface.labels import label_classes

NEGATIVE, NEUTRAL, POSITIVE = Sentiment


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("negative", "neutral", "positive"), (NEGATIVE, NEUTRAL, POSITIVE)),
        (("POS", "NEU", "NEG"), (POSITIVE, NEUTRAL, NEGATIVE)),
        (("Negative", "Positive"), (NEGATIVE, POSITIVE)),
        (
            ("1 star", "2 stars", "3 stars", "4 stars", "5 stars"),
            (NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE),
        ),
        (("Very Negative", "very_positive"), (NEGATIVE, POSITIVE)),
        (("négatif", "neutre", "positif"), (NEGATIVE, NEUTRAL, POSITIVE)),
    ],
)
def test_known_names_need_no_setting(labels, expected):
    assert label_classes(labels, {}) == expected


def test_settings_are_matched_without_case_and_by_number():
    labels = ("anger", "Joy", "None")
    classes = {"ANGER": NEGATIVE, "label_1": POSITIVE, "2": NEUTRAL}
    assert label_classes(labels, classes) == (NEGATIVE, POSITIVE, NEUTRAL)


def test_settings_win_over_names():
    classes = {"positive": NEGATIVE, "negative": POSITIVE}
    assert label_classes(("negative", "positive"), classes) == (POSITIVE, NEGATIVE)


@pytest.mark.parametrize(
    ("labels", "suggestion"),
    [
        (("LABEL_0", "LABEL_1"), "labels: {LABEL_0: negative, LABEL_1: positive}"),
        (
            ("LABEL_0", "LABEL_1", "LABEL_2"),
            "labels: {LABEL_0: negative, LABEL_1: neutral, LABEL_2: positive}",
        ),
        (("0", "1", "2"), "labels: {0: negative, 1: neutral, 2: positive}"),
        (("anger", "positive"), "for each: labels: {anger: …}"),
        (("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"), "for each: labels: {LABEL_0: …, LABEL_1"),
    ],
)
def test_labels_without_a_meaning_are_refused_with_a_suggestion(labels, suggestion):
    with pytest.raises(ConfigError) as error:
        label_classes(labels, {})
    assert suggestion in str(error.value)


def test_a_key_that_is_no_label_is_refused_with_the_nearest():
    with pytest.raises(
        ConfigError, match=r"no label 'angr'\. Did you mean 'anger'\? It has: anger"
    ):
        label_classes(("anger", "joy"), {"angr": NEGATIVE})


def test_a_sentiment_without_a_label_is_refused():
    with pytest.raises(ConfigError, match="none of negative, neutral is positive"):
        label_classes(("negative", "neutral"), {})
