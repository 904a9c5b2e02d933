"""nlp.encoder.release: what is loaded is what was released, file by file."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import plugins
from core.errors import ConfigError
from nlp.encoder import adapter as adapters
from nlp.encoder.adapter import ADAPTERS_FOLDER
from nlp.encoder.built_files import check_built_files, list_path, write_list
from nlp.encoder.pins import ADAPTER_SHA256, PROOF
from nlp.encoder.pretrained import check_files, file_sha256
from nlp.encoder.release import Release, own_release, packaged_release
from nlp.encoder.weights_sources.e5 import E5_SMALL
from nlp.encoder.weights_sources.minilm import MINILM

ADAPTER = ADAPTERS_FOLDER / "minilm-en.safetensors"
LAST_LAYER = "head.sentiment.4"


def release_with_proof(**proof):
    return Release(adapter_sha256="", encoder_files={}, proof=proof, remedy="")


def problems(checks):
    return [check.problem for check in checks if check.problem]


def test_every_packaged_adapter_is_pinned():
    packaged_files = {
        path.name: file_sha256(path) for path in ADAPTERS_FOLDER.glob("*.safetensors")
    }
    assert packaged_files == ADAPTER_SHA256
    assert PROOF.keys() == ADAPTER_SHA256.keys()
    for sentences in PROOF.values():
        assert len(sentences) == 20
        assert np.allclose([sum(row) for row in sentences.values()], 1, atol=0.001)


def test_sentences_of_the_proof_separate_the_classes():
    """Exchanged classes must fail: each class is the clear answer to some sentence."""
    for sentences in PROOF.values():
        rows = np.array(list(sentences.values()))
        assert {*rows.argmax(axis=1)[rows.max(axis=1) > 0.8]} == {0, 1, 2}


def test_adapter_without_a_pin_is_an_error_with_the_command():
    with pytest.raises(
        ConfigError, match=r"new\.safetensors; run: python -m nlp\.training\.release"
    ):
        packaged_release("new.safetensors", MINILM)


@pytest.mark.parametrize(
    ("prediction", "reason"),
    [
        (None, "no finite numbers"),
        ((float("nan"), 0.5, 0.5), "no finite numbers"),
        ((0.8, 0.1, 0.1), "a probability is 0.70 off"),
        ((0.05, 0.09, 0.86), ""),
    ],
)
def test_self_test_compares_with_the_proof(prediction, reason):
    release = release_with_proof(good=(0.1, 0.1, 0.8))
    if not reason:
        release.self_test("m", lambda _: [prediction])
        return
    with pytest.raises(ConfigError, match=f"the model m failed its self-test: {reason}"):
        release.self_test("m", lambda _: [prediction])


def test_sentence_without_expected_numbers_needs_finite_ones():
    release = release_with_proof(good=None)
    release.self_test("m", lambda _: [(0.3, 0.3, 0.4)])
    with pytest.raises(ConfigError, match="no finite numbers"):
        release.self_test("m", lambda _: [None])


def test_adapter_of_ones_own_needs_its_hash():
    sha256 = file_sha256(ADAPTER)
    assert own_release(ADAPTER, sha256, {}).proof.keys() >= PROOF[ADAPTER.name].keys()
    with pytest.raises(ConfigError, match=r"not one of Harken; .*model\.weights_sha256"):
        own_release(ADAPTER, None, {})
    with pytest.raises(ConfigError, match=rf"has sha256 {sha256[:16]}…, expected 0{{16}}…; if you"):
        own_release(ADAPTER, "0" * 64, {})


@pytest.fixture
def built_folder(tmp_path):
    folder = tmp_path / "openvino-1"
    folder.mkdir()
    for name in ("base.xml", "base.bin"):
        (folder / name).write_text(name)
    write_list(folder)
    return folder


def test_built_files_have_a_list_beside_their_folder(built_folder):
    assert list_path(built_folder).parent == built_folder.parent
    assert list_path(built_folder).read_text().count("  base.") == 2
    assert problems(check_built_files(built_folder)) == []


@pytest.mark.parametrize("name", ["base.xml", "base.bin"])
def test_changed_missing_and_additional_built_files_are_named(built_folder, name):
    (built_folder / name).write_text("other")
    assert [name in problem for problem in problems(check_built_files(built_folder))] == [True]
    (built_folder / name).unlink()
    (problem,) = problems(check_built_files(built_folder))
    assert problem == f"the file openvino-1/{name} is missing; run: harken model build"
    (built_folder / name).write_text(name)
    (built_folder / "tuned.xml").write_text("more")
    (problem,) = problems(check_built_files(built_folder))
    assert "openvino-1/tuned.xml is not part of the model" in problem


@pytest.mark.parametrize("content", [None, "", "no hash\n"])
def test_missing_list_is_an_error_with_the_command(built_folder, content):
    list_path(built_folder).unlink()
    if content is not None:
        list_path(built_folder).write_text(content)
    with pytest.raises(ConfigError, match=r"openvino-1\.sha256 is .*; run: harken model build"):
        list(check_built_files(built_folder))


# ---- the installed files, damaged one by one

INSTALLED = [(base, name) for base in (MINILM, E5_SMALL) for name in base.files]


def flip_last_bit(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.fixture
def encoder_copy(tmp_path):
    """Return a function that makes a folder with links to the files of an encoder."""

    def make(base, *, changed_file):
        folder = tmp_path / base.name
        folder.mkdir()
        for path in base.locate().iterdir():
            if path.name == changed_file:
                shutil.copy(path, folder)
            elif path.is_file():
                (folder / path.name).symlink_to(path)
        return folder

    return make


@pytest.mark.model
@pytest.mark.parametrize(
    ("base", "name"), INSTALLED, ids=lambda value: getattr(value, "name", value)
)
def test_each_changed_or_missing_file_of_an_encoder_is_named(encoder_copy, base, name):
    folder, expected = encoder_copy(base, changed_file=name), {name: base.files[name]}
    assert problems(check_files(folder, expected)) == []
    flip_last_bit(folder / name)
    (problem,) = problems(check_files(folder, expected))
    assert problem.startswith(f"the file {base.name}/{name} has sha256 ")
    assert f"expected {base.files[name][:16]}…; run: harken model install" in problem
    (folder / name).unlink()
    (problem,) = problems(check_files(folder, expected))
    assert f"the file {base.name}/{name} is missing" in problem


@pytest.mark.model
@pytest.mark.parametrize("base", [MINILM, E5_SMALL], ids=lambda base: base.name)
def test_all_files_of_the_installed_encoders_are_the_pinned_ones(base):
    assert base.verify() == base.sha256


@pytest.mark.model
@pytest.mark.parametrize("name", ["added_tokens.json", "pytorch_model.bin", "modeling.py"])
def test_file_that_a_loader_would_read_too_is_refused(encoder_copy, name):
    folder = encoder_copy(MINILM, changed_file=None)
    (folder / name).write_text("{}")
    with pytest.raises(ConfigError, match=f"{name} is not part of the model"):
        MINILM.verify(folder)


@pytest.mark.model
def test_exchanged_words_of_the_vocabulary_are_refused(encoder_copy):
    folder = encoder_copy(MINILM, changed_file="tokenizer.json")
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text("utf-8"))
    words = tokenizer["model"]["vocab"]
    words["love"], words["hate"] = words["hate"], words["love"]
    path.write_text(json.dumps(tokenizer), "utf-8")
    with pytest.raises(ConfigError, match=r"minilm-l6/tokenizer\.json has sha256"):
        plugins.load("nlp.models", "minilm", object)(encoder=folder)


def swapped(tensors):
    return {
        f"{LAST_LAYER}.{part}": tensors[f"{LAST_LAYER}.{part}"][::-1] for part in ("weight", "bias")
    }


def shifted(tensors):
    return {f"{LAST_LAYER}.bias": tensors[f"{LAST_LAYER}.bias"] + np.float32([0, 0, 0.05])}


def not_finite(tensors):
    return {f"{LAST_LAYER}.weight": np.full_like(tensors[f"{LAST_LAYER}.weight"], np.nan)}


@pytest.mark.model
@pytest.mark.parametrize("change", [swapped, shifted, not_finite])
@pytest.mark.parametrize("proof", [None, {}])
def test_changed_head_is_refused_with_and_without_a_proof_of_its_own(tmp_path, change, proof):
    original = adapters.load_adapter(ADAPTER)
    path = tmp_path / ADAPTER.name
    changed_adapter = replace(
        original,
        tensors={**original.tensors, **change(original.tensors)},
        proof=original.proof if proof is None else proof,
    )
    adapters.save_adapter(path, changed_adapter)
    with pytest.raises(ConfigError, match=r"minilm-en\.safetensors has sha256 .*reinstall harken"):
        plugins.load("nlp.models", "minilm", object)(path)


@pytest.mark.model
def test_copy_of_the_released_files_is_loaded(tmp_path):
    path = Path(shutil.copy(ADAPTER, tmp_path))
    assert plugins.load("nlp.models", "minilm", object)(path).name.startswith("minilm-en f67ec7eb")


@pytest.mark.model
def test_swapped_head_with_the_right_hash_fails_the_proof(tmp_path):
    """The proof is a second line: it finds an engine or a library that computes otherwise."""
    original = adapters.load_adapter(ADAPTER)
    path = tmp_path / ADAPTER.name
    tensors = {**original.tensors, **swapped(original.tensors)}
    adapters.save_adapter(path, replace(original, tensors=tensors))
    release = replace(packaged_release(ADAPTER.name, MINILM), adapter_sha256=file_sha256(path))
    with pytest.raises(ConfigError, match="failed its self-test: a probability is"):
        plugins.load("nlp.models", "minilm", object)(path, release=release)
