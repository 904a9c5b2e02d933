"""The console and the crawlers import parts of nlp/ without importing torch."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIGHT = (
    *("analyse", "bisect", "metrics", "model", "prior_regression", "topic_classifier"),
    *("text.duplicates", "text.entities", "text.excerpt", "text.language", "text.normalize"),
    *("evaluation.evaluate", "evaluation.head_task", "evaluation.tasks", "results"),
    *("evaluation.tasks.language", "evaluation.tasks.topics", "evaluation.tasks.towards"),
)
TRAINING = (
    *("training.datasets", "encoder.adapter", "encoder.pretrained"),
    *("encoder.weights_sources.minilm", "encoder.weights_sources.e5"),
)
CODE = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(f"nlp.{name}")
    if heavy := {"torch", "transformers"} & sys.modules.keys():
        sys.exit(f"nlp.{name} imports {heavy}")
"""


def test_light_modules_do_not_import_torch():
    process = subprocess.run(
        [sys.executable, "-c", CODE, *LIGHT], cwd=ROOT, stderr=subprocess.PIPE, check=False
    )
    assert (process.returncode, process.stderr) == (0, b"")


def test_modules_of_training_data_do_not_import_torch():
    process = subprocess.run(
        [sys.executable, "-c", CODE, *TRAINING],
        cwd=ROOT, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (0, b"")
