"""nlp.training.datasets: training texts, held-out texts, and their targets."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp.training.datasets import (
    grouped_label_texts,
    held_out_rows,
    is_held_out,
    joined,
    labelled_texts,
    our_rows,
    shared_rows,
    single_label_texts,
)
from nlp.training.datasets import rows as rows_of
from nlp.training.head_texts import (
    MULTILINGUAL_HEADS,
    kind_texts,
    sentiment_calibration_texts,
)

DATA = Path(__file__).parents[2] / "data"
CLASSES = ("bad", "so", "good")
TRAINING_TEXT = next(f"x{n}" for n in range(99) if not is_held_out(f"x{n}"))
HELD_OUT_TEXT = next(f"x{n}" for n in range(99) if is_held_out(f"x{n}"))


def write_rows(folder, name, rows_):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows_)


def test_texts_are_cleaned_as_for_the_model(tmp_path):
    write_rows(tmp_path, "tweets", [{"text": "@ada\u200b 😡 x", "label": "bad"}])
    dataset = single_label_texts(tmp_path, "tweets", "sentiment", CLASSES)
    assert dataset.texts == ("@user pouting face x",)
    assert dataset.targets.tolist() == [[1, 0, 0]]


@pytest.mark.parametrize(
    ("labels", "group"),
    [(["joy"], 1), (["joy", "love"], 1), (["rage"], 0), (["joy", "rage"], None), (["odd"], None)],
)
def test_labels_of_one_group_give_its_class(labels, group, tmp_path):
    write_rows(tmp_path, "comments", [{"text": TRAINING_TEXT, "labels": labels}])
    dataset = grouped_label_texts(
        tmp_path, "comments", "emotion", {"anger": "rage", "joy": "joy love"}
    )
    assert dataset.targets.argmax(axis=1).tolist() == ([] if group is None else [group])


def test_missing_file_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(ConfigError, match=r"no labelled texts at .*tweets\.jsonl\.gz; set --data"):
        single_label_texts(tmp_path, "tweets", "sentiment", CLASSES)


def test_no_training_text_is_in_the_held_out_tenth(tmp_path):
    texts = [f"text {n}" for n in range(2_000)]
    write_rows(tmp_path, "tweets", [{"text": text, "label": "so"} for text in texts])
    held_out = [row["text"] for row in held_out_rows(tmp_path, "tweets")]
    training = [row["text"] for row in shared_rows(tmp_path, "tweets")]
    assert sorted(held_out + training) == sorted(texts)
    assert 150 <= len(held_out) <= 250
    assert single_label_texts(tmp_path, "tweets", "sentiment", CLASSES).texts == tuple(training)


def test_one_language_of_a_file(tmp_path):
    rows_ = [{"text": TRAINING_TEXT, "label": "bad", "language": code} for code in ("ada", "bob")]
    write_rows(tmp_path, "tweets", rows_)
    assert len(single_label_texts(tmp_path, "tweets", "sentiment", CLASSES, "ada")) == 1
    assert len(single_label_texts(tmp_path, "tweets", "sentiment", CLASSES)) == 2


def test_joined_texts_keep_their_targets():
    parts = [labelled_texts("sentiment", CLASSES, [(str(n), [n])]) for n in (2, 0)]
    whole = joined(*parts)
    assert whole.texts == ("2", "0")
    assert whole.targets.tolist() == [[0, 0, 1], [1, 0, 0]]


def test_calibration_texts_of_english_are_comments_and_marked_targets(tmp_path):
    comments = [([label], text) for label, text in (("joy", "yes"), ("anger", "no"))]
    comments += [(["neutral"], "well"), (["surprise"], "oh"), (["joy", "anger"], "both")]
    write_rows(
        tmp_path, "goemotions_dev", [{"text": text, "labels": labels} for labels, text in comments]
    )
    target = {"text": "Ada beats Bob", "target": "Bob", "label": "negative"}
    write_rows(tmp_path, "targets_val", [target])
    calibration = sentiment_calibration_texts(tmp_path)
    expected = {"yes": 2, "no": 0, "well": 1, "Ada beats ► Bob ◄": 0}
    expected = {t: c for t, c in expected.items() if not is_held_out(t.translate({9658: ""}))}
    classes = calibration.targets.argmax(axis=1).tolist()
    seen = dict(zip(calibration.texts, classes, strict=True))
    assert seen == {t: c for t, c in expected.items() if t in seen}
    assert {"oh", "both"}.isdisjoint(seen)
    assert len(seen) >= 3


@pytest.mark.parametrize(
    ("head", "key"), [("sentiment", "label"), ("role", "role")], ids=["sentiment", "role"]
)
def test_our_texts_of_hard_kinds_have_all_classes_and_languages(head, key):
    texts = kind_texts(head, key)
    assert len(texts) >= 2_000
    assert texts.targets.sum(axis=0).min() >= 100
    assert texts.where(calibration=False).texts[0] not in texts.where(calibration=True).texts
    languages = {row["language"] for name in ("kinds", "roles") for row in our_rows(name)}
    assert languages == set(MULTILINGUAL_HEADS[head].languages)


def _words(text):
    return frozenset(re.findall(r"\w+", text.casefold()))


def test_no_training_text_resembles_a_text_that_measures():
    """Half of the words in common is too many: "3/5. It's a stapler." and "5/10. It's a …"."""
    measured = [_words(row["text"]) for row in rows_of(DATA / "kinds.jsonl")]
    for name in ("kinds", "roles"):
        for row in our_rows(name):
            words = _words(row["text"])
            shares = [len(words & other) / max(1, len(words | other)) for other in measured]
            assert max(shares) < 0.5, row["text"]


rows = st.lists(st.tuples(st.text(max_size=9), st.sets(st.integers(0, 2))), max_size=40)


@settings(max_examples=40)
@given(rows)
def test_training_and_held_out_texts_are_split_by_the_text_only(pairs):
    whole = labelled_texts("intent", CLASSES, pairs)
    held_out, rest = whole.where(calibration=True), whole.where(calibration=False)
    assert not set(held_out.texts) & set(rest.texts)
    both = [
        (text, targets)
        for part in (held_out, rest)
        for text, targets in zip(part.texts, part.targets.tolist(), strict=True)
    ]
    assert sorted(both) == sorted(zip(whole.texts, whole.targets.tolist(), strict=True))
    other = labelled_texts("intent", CLASSES, [(text, set()) for text, _ in pairs])
    assert other.where(calibration=True).texts == held_out.texts


@given(rows, st.sets(st.text(max_size=9)))
def test_excluded_texts_are_removed_with_their_targets(pairs, excluded_texts):
    remaining = labelled_texts("intent", CLASSES, pairs).without(excluded_texts)
    expected_classes = [(text, classes) for text, classes in pairs if text not in excluded_texts]
    assert remaining.texts == tuple(text for text, _ in expected_classes)
    assert [set(np.flatnonzero(row)) for row in remaining.targets] == [
        classes for _, classes in expected_classes
    ]
