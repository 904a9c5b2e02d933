"""nlp.training.datasets: training texts, held-out texts, and their targets."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp.training.datasets import grouped_label_texts, labelled_texts, single_label_texts

CLASSES = ("bad", "so", "good")


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
    write_rows(tmp_path, "comments", [{"text": "x", "labels": labels}])
    dataset = grouped_label_texts(
        tmp_path, "comments", "emotion", {"anger": "rage", "joy": "joy love"}
    )
    assert dataset.targets.argmax(axis=1).tolist() == ([] if group is None else [group])


def test_missing_file_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(ConfigError, match=r"no labelled texts at .*tweets\.jsonl\.gz; set --data"):
        single_label_texts(tmp_path, "tweets", "sentiment", CLASSES)


rows = st.lists(st.tuples(st.text(max_size=9), st.sets(st.integers(0, 2))), max_size=40)


@settings(max_examples=40)
@given(rows)
def test_training_and_held_out_texts_are_split_by_the_text_only(pairs):
    whole = labelled_texts("intent", CLASSES, pairs)
    held_out, rest = whole.where(held_out=True), whole.where(held_out=False)
    assert not set(held_out.texts) & set(rest.texts)
    both = [
        (text, targets)
        for part in (held_out, rest)
        for text, targets in zip(part.texts, part.targets.tolist(), strict=True)
    ]
    assert sorted(both) == sorted(zip(whole.texts, whole.targets.tolist(), strict=True))
    other = labelled_texts("intent", CLASSES, [(text, set()) for text, _ in pairs])
    assert other.where(held_out=True).texts == held_out.texts


@given(rows, st.sets(st.text(max_size=9)))
def test_excluded_texts_are_removed_with_their_targets(pairs, excluded_texts):
    remaining = labelled_texts("intent", CLASSES, pairs).without(excluded_texts)
    expected_classes = [(text, classes) for text, classes in pairs if text not in excluded_texts]
    assert remaining.texts == tuple(text for text, _ in expected_classes)
    assert [set(np.flatnonzero(row)) for row in remaining.targets] == [
        classes for _, classes in expected_classes
    ]
