"""nlp.training.release: one command pins an adapter after its training."""

from pathlib import Path

import pytest

from core.errors import ConfigError
from nlp.encoder import pins
from nlp.encoder.adapter import ADAPTERS_FOLDER

pytestmark = pytest.mark.model


def test_pins_are_as_the_command_writes_them():
    from nlp.training.release import PINS_FILE, render

    assert render(pins.ADAPTER_SHA256, pins.PROOF) == PINS_FILE.read_text("utf-8")


def test_release_of_an_unchanged_adapter_changes_rounding_at_most(tmp_path, monkeypatch, capsys):
    from nlp.training import release

    path = tmp_path / "pins.py"
    monkeypatch.setattr(release, "PINS_FILE", path)
    assert release.main(["minilm"]) == 0
    namespace = {}
    exec(path.read_text("utf-8"), namespace)
    assert namespace["ADAPTER_SHA256"] == pins.ADAPTER_SHA256
    for text, row in namespace["PROOF"]["minilm-en.safetensors"].items():
        assert row == pytest.approx(pins.PROOF["minilm-en.safetensors"][text], abs=0.05)
    assert pins.ADAPTER_SHA256["minilm-en.safetensors"] in capsys.readouterr().out


def test_adapter_that_mistakes_a_sentence_is_not_released(tmp_path):
    """Its classes are exchanged: no pin may make that right."""
    from dataclasses import replace

    from nlp.encoder.adapter import load_adapter, save_adapter
    from nlp.encoder.weights_sources.minilm import MINILM
    from nlp.models.minilm import MiniLM
    from nlp.training.release import prove

    original = load_adapter(ADAPTERS_FOLDER / MiniLM.adapter_file)
    names = [f"head.sentiment.4.{part}" for part in ("weight", "bias")]
    tensors = original.tensors | {name: original.tensors[name][::-1] for name in names}
    path: Path = tmp_path / MiniLM.adapter_file
    save_adapter(path, replace(original, tensors=tensors, proof={}))
    with pytest.raises(ConfigError, match="is negative, expected positive"):
        prove(MiniLM, path, MINILM.locate())
