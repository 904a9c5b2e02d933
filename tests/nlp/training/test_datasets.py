"""nlp.training.datasets: which texts are learned, which calibrate, and what is said of them."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from nlp.training.datasets import grouped_label_texts, labelled_texts, single_label_texts

CLASSES = ("bad", "so", "good")


def write_rows(folder, name, some):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in some)


def test_texts_are_cleaned_as_the_model_will_see_them(tmp_path):
    write_rows(tmp_path, "tweets", [{"text": "@ada\u200b 😡 x", "label": "bad"}])
    found = single_label_texts(tmp_path, "tweets", "sentiment", CLASSES)
    assert found.texts == ("@user pouting face x",)
    assert found.targets.tolist() == [[1, 0, 0]]


@pytest.mark.parametrize(
    ("labels", "group"),
    [(["joy"], 1), (["joy", "love"], 1), (["rage"], 0), (["joy", "rage"], None), (["odd"], None)],
)
def test_what_belongs_to_one_group_has_its_class_and_the_rest_is_left_out(labels, group, tmp_path):
    write_rows(tmp_path, "comments", [{"text": "x", "labels": labels}])
    found = grouped_label_texts(
        tmp_path, "comments", "emotion", {"anger": "rage", "joy": "joy love"}
    )
    assert found.targets.argmax(axis=1).tolist() == ([] if group is None else [group])


def test_a_missing_file_is_named_with_what_is_wanted(tmp_path):
    with pytest.raises(ConfigError, match=r"no labelled texts at .*tweets\.jsonl\.gz; set --data"):
        single_label_texts(tmp_path, "tweets", "sentiment", CLASSES)


rows = st.lists(st.tuples(st.text(max_size=9), st.sets(st.integers(0, 2))), max_size=40)


@settings(max_examples=40)
@given(rows)
def test_the_two_parts_are_the_whole_and_chosen_by_the_text_alone(pairs):
    whole = labelled_texts("intent", CLASSES, pairs)
    kept, rest = whole.where(held_out=True), whole.where(held_out=False)
    assert not set(kept.texts) & set(rest.texts)
    both = [*zip(kept.texts, kept.targets.tolist()), *zip(rest.texts, rest.targets.tolist())]  # noqa: B905
    assert sorted(both) == sorted(zip(whole.texts, whole.targets.tolist(), strict=True))
    other = labelled_texts("intent", CLASSES, [(text, set()) for text, _ in pairs])
    assert other.where(held_out=True).texts == kept.texts


@given(rows, st.sets(st.text(max_size=9)))
def test_known_texts_are_taken_out_with_their_targets(pairs, known):
    left = labelled_texts("intent", CLASSES, pairs).without(known)
    expected = [(text, held) for text, held in pairs if text not in known]
    assert left.texts == tuple(text for text, _ in expected)
    assert [set(np.flatnonzero(row)) for row in left.targets] == [held for _, held in expected]
