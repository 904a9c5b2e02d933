"""nlp.train.corpus: which texts are learned, which calibrate, and what is said of them."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp.train.corpus import _GROUPS, CLASSES, Labelled, emotions, parts, sentiment


def write_rows(folder, name, some):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in some)


def test_no_text_is_both_learned_and_held_out(tmp_path):
    some = [{"text": f"text {n}", "label": CLASSES[n % 3]} for n in range(500)]
    write_rows(tmp_path, "semeval_sentiment_train", some)
    write_rows(tmp_path, "tweeteval_sentiment_validation", some[:3])
    found = parts(tmp_path, with_emotions=False)
    assert not set(found.learned.texts) & set(found.calibration.texts)
    assert len(found.learned) + len(found.calibration) == 500
    assert 5 < len(found.calibration) < 60


def test_texts_are_cleaned_as_the_model_will_see_them(tmp_path):
    write_rows(tmp_path, "tweets", [{"text": "@ada\u200b 😡 x", "label": "negative"}])
    assert sentiment(tmp_path, "tweets") == Labelled(("@user pouting face x",), (0,))


@pytest.mark.parametrize(
    ("labels", "group"),
    [
        (["joy"], "positive"), (["anger", "sadness"], "negative"), (["neutral"], "neutral"),
        (["annoyance", "neutral"], "negative"), (["joy", "anger"], None), (["curiosity"], None),
    ],
)  # fmt: skip
def test_emotions_of_one_group_have_its_class_and_others_are_left_out(labels, group, tmp_path):
    write_rows(tmp_path, "comments", [{"text": "x", "labels": labels}])
    expected = (CLASSES.index(group),) if group else ()
    assert emotions(tmp_path, "comments").classes == expected


def test_a_missing_file_is_named_with_what_is_wanted(tmp_path):
    with pytest.raises(ConfigError, match=r"no labelled texts at .*train\.jsonl\.gz; --data wants"):
        parts(tmp_path, with_emotions=False)


def test_every_emotion_belongs_to_one_class():
    """27 and neutral as their authors group them, without the four that are ambiguous."""
    names = [name for group in _GROUPS.values() for name in group.split()]
    assert len(names) == len(set(names)) == 28 - 4
    assert [str(group) for group in _GROUPS] == list(CLASSES)


rows = st.lists(st.tuples(st.text(max_size=9), st.integers(0, 2)), max_size=40)


@settings(max_examples=40)
@given(rows)
def test_the_two_parts_are_the_whole_in_its_order_and_chosen_by_the_text_alone(pairs):
    whole = Labelled(tuple(t for t, _ in pairs), tuple(c for _, c in pairs))
    kept, rest = whole.where(held_out=True), whole.where(held_out=False)
    assert len(kept) + len(rest) == len(whole)
    assert not set(kept.texts) & set(rest.texts)
    assert sorted(zip((kept + rest).texts, (kept + rest).classes, strict=True)) == sorted(pairs)
    turned = Labelled(whole.texts, tuple(2 - c for c in whole.classes))
    assert turned.where(held_out=True).texts == kept.texts


def test_emotions_are_added_behind_the_tweets_only_where_they_are_asked_for(tmp_path):
    write_rows(tmp_path, "semeval_sentiment_train", [{"text": "a tweet", "label": "neutral"}])
    write_rows(tmp_path, "tweeteval_sentiment_validation", [])
    write_rows(tmp_path, "goemotions_train", [{"text": "a comment", "labels": ["joy"]}])
    plain, more = (parts(tmp_path, with_emotions=asked) for asked in (False, True))
    assert plain.learned.texts == ("a tweet",)
    assert (more.learned.texts, more.learned.classes) == (("a tweet", "a comment"), (1, 2))
    assert plain.calibration == more.calibration
    assert len(plain.validation) == 0
