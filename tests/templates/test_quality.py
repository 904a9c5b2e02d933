"""templates.quality: the sentence on the measured quality of a model."""

from dataclasses import replace

import pytest

from templates.i18n import Translator
from templates.quality import quality_message
from tests.alerts.example_emails import QUALITY


def sentence(**changes):
    translate = Translator(zone="Pacific/Kiritimati")
    return translate(quality_message("e5-multi", replace(QUALITY, **changes)))


def test_held_out_figure_has_set_and_date():
    assert sentence() == (
        "Sentiment model e5-multi: right in about 7 of 10 English posts; "
        "measured on 4,700 held-back tweets, 29 November 2026."
    )


def test_a_figure_of_a_set_that_chose_the_model_says_so():
    assert sentence(held_out=False, date=None, accuracy=0.76) == (
        "Sentiment model e5-multi: right in about 8 of 10 English posts; "
        "measured on 4,700 tweets that were also used to choose the model."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"language": "de"}, "of 10 German posts"),
        ({"language": None}, "of 10 posts;"),
        ({"set_name": "goemotions_train"}, "4,700 held-back posts"),
    ],
)
def test_language_and_kind_of_text_are_those_of_the_set(changes, words):
    assert words in sentence(**changes)


def test_a_model_without_a_figure_is_named_alone():
    message = quality_message("huggingface own@1a2b3c4d cpu fp32", None)
    assert Translator()(message) == "Sentiment model: huggingface own@1a2b3c4d cpu fp32."
