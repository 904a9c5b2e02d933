"""The whole product on a foreign corpus."""

import json
import subprocess
import sys

import pytest

from tests.demo.bakery import HOUR, Bakery

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def demo(*arguments):
    command = [sys.executable, "-m", "harken", "demo", "--check", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=800)


def test_crisis_of_a_foreign_corpus_is_detected_and_nothing_is_lost(tmp_path):
    bakery = Bakery(1, a_day=20, days=15)
    bakery.crisis(50, 3 * HOUR)
    bakery.add_odd_texts()
    corpus = bakery.write(tmp_path / "corpus")
    process = demo("--corpus", corpus, "--dir", tmp_path / "demo", "--now", "2026-05-13T09:20:00Z")
    assert process.stdout, process.stderr[-2000:]
    result = json.loads(process.stdout)
    assert result["failures"] == []
    assert [incident["watch"] for incident in result["incidents"]] == ["kornblume"]
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "mentions.jsonl",
            '{"site": "s", "kind": "rss"}',
            "mentions.jsonl:1: text: Field required",
        ),
        ("watches.json", '[{"slug": "w", "query": "site:x"}]', "watch 'w': query"),
    ],
)
def test_invalid_corpus_is_an_error(tmp_path, name, text, words):
    corpus = Bakery(2, a_day=2, days=1).write(tmp_path / "corpus")
    (corpus / name).write_text(text)
    process = demo("--corpus", corpus, "--dir", tmp_path / "demo")
    assert process.returncode == 2
    assert words in process.stderr
    assert "Traceback" not in process.stderr
