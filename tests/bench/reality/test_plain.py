"""The model `plain` is available only with its folder on PYTHONPATH."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bench.reality import scripts
from bench.reality.plain.models.plain import NEGATIVE, NEUTRAL, POSITIVE, Plain

LOAD = """
from core import plugins
from nlp.model import Model
print(plugins.load("nlp.models", "plain", Model)().predict(["A broken lid"])[0].probabilities)
"""


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("The lid is BROKEN!", NEGATIVE),
        ("good, then awful", POSITIVE),
        ("The lid is red.", NEUTRAL),
        ("", NEUTRAL),
        ("gut oder brokenly", NEUTRAL),
    ],
)
def test_first_known_word_sets_the_sentiment(text, shares):
    assert Plain().predict([text])[0].probabilities == shares
    assert sum(shares) == pytest.approx(1)


def test_vectors_have_length_1_and_depend_on_words_only():
    vectors = Plain().encode(["The lid is red.", "red is the LID", "", "another text"])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert vectors[0] == pytest.approx(vectors[1])
    assert not np.allclose(vectors[0], vectors[3])


def test_each_text_takes_the_time_of_the_case(monkeypatch):
    monkeypatch.setenv("PLAIN_SECONDS_A_TEXT", "0.05")
    start = time.monotonic()
    Plain().predict(["a", "b"], ["en", None])
    assert time.monotonic() - start >= 0.1


def load(**variables):
    return subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, env=variables, check=False
    )


def test_model_is_available_with_its_folder_on_the_path():
    folder = Path(scripts.HERE) / "plain"
    assert load(PYTHONPATH=str(folder)).stdout.strip() == str(NEGATIVE)


def test_model_is_unknown_without_its_folder():
    assert "unknown 'plain'" in load().stderr
