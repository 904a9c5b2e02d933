"""The whole product on a corpus that it has never seen."""

import json
import subprocess
import sys

import pytest

from tests.demo.bakery import HOUR, Bakery

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def demo(*arguments):
    command = [sys.executable, "-m", "harken", "demo", "--check", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=800)


def test_a_strangers_crisis_is_found_alone_and_nothing_is_lost(tmp_path):
    bakery = Bakery(1, a_day=20, days=15)
    bakery.crisis(50, 3 * HOUR)
    bakery.odd()
    corpus = bakery.write(tmp_path / "corpus")
    done = demo("--corpus", corpus, "--dir", tmp_path / "demo", "--now", "2026-05-13T09:20:00Z")
    assert done.stdout, done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result["failures"] == []
    assert [incident["watch"] for incident in result["incidents"]] == ["kornblume"]
    assert done.returncode == 0


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
def test_a_corpus_that_cannot_be_used_is_named_at_once(tmp_path, name, text, words):
    corpus = Bakery(2, a_day=2, days=1).write(tmp_path / "corpus")
    (corpus / name).write_text(text)
    done = demo("--corpus", corpus, "--dir", tmp_path / "demo")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
