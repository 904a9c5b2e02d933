"""A model of the user's own goes through every command; a broken one hides no other."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from store import mentions
from store.crawl.pages import record_page
from store.database import Database
from tests.harken.small_installation import NOW
from tests.nlp import classifier_folders
from tests.store import factories

pytestmark = [pytest.mark.model, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
CONFIG = """\
state: {folder}
model:
  name: huggingface
  path: {folder}/our-sentiment
  languages: [en]
  embedder: minilm
  {more}
watches:
  - {{slug: acme, name: Acme, query: acme}}
"""
LABELLED = '{"text": "The bike is good", "label": "positive", "language": "en"}\n' * 3
# Two more models: one whose module fails, and one that fails when it is created.
BROKEN = {
    "broken": "import nothing_of_this_name",
    "failing": (
        "from nlp.model import Model\n"
        "class Failing(Model):\n"
        "    def __init__(self): raise OSError('the text of a file')\n"
        "    def predict(self, texts, languages=None): return []\n"
        "    def encode(self, texts): return []\n"
    ),
}
PROGRAM = """
import sys, nlp.models
nlp.models.__path__.append(sys.argv.pop(1))
from harken.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    classifier_folders.xlm_roberta(folder / "our-sentiment")
    (folder / "labelled.jsonl").write_text(LABELLED)
    (folder / "models").mkdir()
    for name, code in BROKEN.items():
        (folder / "models" / f"{name}.py").write_text(code)
    write_config(folder)
    return folder


def write_config(folder, more=""):
    (folder / "harken.yaml").write_text(CONFIG.format(folder=folder, more=more))


def harken(home, *arguments, models=""):
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(models), *arguments],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    output = json.loads(process.stdout) if process.stdout.startswith("{") else process.stdout
    return SimpleNamespace(status=process.returncode, out=output, err=process.stderr)


def test_list_verify_check_evaluate_and_analyse(home):
    config = ("--config", str(home / "harken.yaml"), "--json")
    rows = {row["name"]: row for row in harken(home, "model", "list", *config).out["models"]}
    assert rows["huggingface"]["installed"] is True
    assert rows["huggingface"]["encoder"] == f"{home}/our-sentiment"
    verification = harken(home, "model", "verify", "huggingface", *config)
    assert (verification.status, verification.out["wrong"]) == (0, {})
    sha256 = verification.out["files_sha256"]["huggingface"]
    name = f"huggingface our-sentiment@{sha256[:8]} cpu fp32"
    checks = {c["what"]: c["told"] for c in harken(home, "check", *config).out["checks"]}
    assert checks["model"] == name
    figures = harken(home, "evaluate", str(home / "labelled.jsonl"), *config).out
    assert (figures["model"], figures["n"], figures["unscored"]) == (name, 3, 0)
    assert analyse(home, config) == name


def analyse(home, config):
    """Store a post, score it, and return the model of its verdict."""
    database = Database(f"sqlite:///{home / 'record.db'}")
    post = factories.crawled_post("one", "The new Acme bike is really lovely and I like it.")
    with database.write() as tx:
        factories.add_sources(tx, "blog", at=NOW)
        record_page(tx, factories.page(post), now=NOW)
    assert harken(home, "analyse", *config).out["done"] == 1
    with database.read() as tx:
        [verdict] = mentions.get(tx, [post.id])[0].verdicts
    database.close()
    return verdict.model


def test_a_wrong_hash_or_option_is_one_line(home):
    config = ("--config", str(home / "harken.yaml"), "--json")
    try:
        write_config(home, f"sha256: {'a' * 64}")
        result = harken(home, "model", "verify", "huggingface", *config)
        assert result.status == 1
        assert result.out["wrong"]["huggingface"].startswith("sha256: the files in ")
        write_config(home, "langages: [de]")
        result = harken(home, "status", *config)
        assert (result.status, result.out) == (2, "")
        assert "harken.yaml:7:3: model.langages: unknown setting. Did you mean 'languages'?" in (
            result.err
        )
    finally:
        write_config(home)


def test_a_broken_model_is_listed_and_hides_no_other(home):
    result = harken(home, "model", "list", "--json", models=home / "models")
    problems = {row["name"]: row["problem"] for row in result.out["models"]}
    assert (problems["minilm"], problems["huggingface"]) == (None, None)
    assert problems["broken"] == "cannot be loaded (ModuleNotFoundError)"
    assert harken(home, "model", "install", models=home / "models").status == 0


def test_a_model_that_fails_does_not_stop_the_verification_of_others(home):
    result = harken(home, "model", "verify", "failing", "--json", models=home / "models")
    assert (result.status, result.out["wrong"]) == (
        1,
        {"failing": "cannot be loaded (OSError)"},
    )


def test_a_model_that_is_not_configured_names_the_settings(home):
    result = harken(home, "model", "verify", "huggingface", "--json")
    assert result.status == 1
    assert "needs options: set model.name" in result.out["wrong"]["huggingface"]
