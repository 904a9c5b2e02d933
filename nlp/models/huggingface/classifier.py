"""A sequence classifier of transformers with its tokenizer, on one device."""

from collections.abc import Callable, Sequence
from inspect import signature
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
)

from core.errors import ConfigError
from nlp.encoder import memory
from nlp.encoder.batching import batches, padded_length
from nlp.encoder.engine import DeviceSpec, select_device
from nlp.encoder.loading import silence_transformers
from nlp.encoder.network import pad
from nlp.encoder.onednn import fuse_model, has_fused_kernels
from nlp.models.huggingface.token_windows import TokenWindows

_DEFAULT_WINDOW: Final = 512  # tokens, of a model that states no limit
_MULTI_LABEL: Final = "multi_label_classification"
_TOLERANCE: Final = 0.02  # of a probability in the self-test; half precision moves them by less
# Texts of the self-test, of different lengths, so that all but the longest are padded.
_PROBES: Final = ("It works.", "ok", "The battery lasts longer.")

Array = np.ndarray[Any, np.dtype[np.float32]]
Calibration = Callable[[Array], Array]


class Classifier:
    """A classifier in a folder that `nlp.models.huggingface.files` has checked.

    On a CPU it computes in float32 on one thread, on CUDA in 16 bits.

    Raises:
        ConfigError: transformers cannot load the folder without running code from it, weights are
            missing, the labels do not exclude each other, or the self-test fails.
    """

    def __init__(self, folder: Path, device: str) -> None:
        torch.set_num_threads(1)
        self.device_spec = _precise_on_cpu(select_device(device))
        if self.device_spec.device.type == "cpu":
            memory.retain_freed_memory()
        silence_transformers()  # what it reports is an error here, in one sentence
        self._model = _load_model(folder, self.device_spec)
        tokenizer = _load_part(folder, AutoTokenizer.from_pretrained)
        self.labels = _labels(self._model)
        self._windows = TokenWindows(tokenizer, _window_tokens(self._model, tokenizer))
        try:
            self._self_test(tokenizer)
        except (IndexError, RuntimeError, TypeError, ValueError) as error:
            # For example a tokenizer with more tokens than the model.
            reason = type(error).__name__
            raise ConfigError(f"path: the model in {folder} cannot be run ({reason}).") from error

    def probabilities(self, texts: Sequence[str], calibrate: Calibration) -> Array:
        """Return the mean of the calibrated windows of each text, weighted by their tokens.

        *calibrate* maps the probabilities of the labels, (windows, labels), to those returned.
        """
        windows = self._windows.split(texts)
        rows = calibrate(self._label_probabilities([ids for _, ids in windows]))
        owners = np.array([owner for owner, _ in windows], int)
        weights = np.array([len(ids) for _, ids in windows], np.float32)[:, None]
        sums = np.zeros((len(texts), rows.shape[1]), np.float32)
        totals = np.zeros((len(texts), 1), np.float32)
        np.add.at(sums, owners, rows * weights)
        np.add.at(totals, owners, weights)
        means: Array = (sums / totals).astype(np.float32, copy=False)
        return means

    @torch.inference_mode()
    def _label_probabilities(self, token_lists: Sequence[Sequence[int]]) -> Array:
        """Return the probability of each label for each window, (windows, labels)."""
        rows: Array = np.zeros((len(token_lists), len(self.labels)), np.float32)
        lengths = [len(ids) for ids in token_lists]
        # Without a padding token each text is a batch of its own.
        is_padded = self._windows.padding is not None
        tokens = self.device_spec.batch_tokens if is_padded else 0
        for batch in batches(lengths, tokens):
            longest = max(lengths[index] for index in batch)
            width = min(padded_length(longest), self._windows.size) if is_padded else longest
            ids, mask = pad([token_lists[index] for index in batch], width)
            ids = ids.masked_fill(~mask, self._windows.padding or 0)
            rows[batch] = self._softmax(ids, mask)
        return rows

    def _softmax(self, ids: Tensor, mask: Tensor) -> Array:
        device = self.device_spec.device
        output = self._model(input_ids=ids.to(device), attention_mask=mask.to(device, torch.long))
        probabilities: Array = torch.softmax(output.logits.float(), dim=1).cpu().numpy()
        return probabilities

    @torch.inference_mode()
    def _self_test(self, tokenizer: Any) -> None:
        """Compare batches with texts alone as the tokenizer encodes them: they must be equal."""
        together = self.probabilities(_PROBES, lambda rows: rows)
        parameters = signature(self._model.forward).parameters
        for text, row in zip(_PROBES, together, strict=True):
            inputs = tokenizer(text, return_tensors="pt").to(self.device_spec.device)
            if inputs["input_ids"].shape[1] > self._windows.size:
                continue  # alone it does not fit
            own_inputs = {name: rows for name, rows in inputs.items() if name in parameters}
            logits = self._model(**own_inputs).logits[0].float()
            alone = torch.softmax(logits, dim=0).cpu().numpy()
            if not np.allclose(row, alone, atol=_TOLERANCE):
                raise ConfigError(
                    "path: the model failed its self-test (scores are not numbers, or depend on "
                    "the other texts of a batch)."
                )


def _precise_on_cpu(device_spec: DeviceSpec) -> DeviceSpec:
    """Return float32 for a CPU, in which the scores equal those of a transformers pipeline."""
    if device_spec.device.type == "cpu":
        return DeviceSpec(device_spec.device, torch.float32)
    return device_spec


def _load_model(folder: Path, device_spec: DeviceSpec) -> PreTrainedModel:
    config = _load_part(folder, AutoConfig.from_pretrained, use_cache=False)
    if config.problem_type == _MULTI_LABEL or config.num_labels <= 1:
        raise ConfigError(f"path: the labels of {folder} do not exclude each other.")
    model, report = _load_part(
        folder,
        AutoModelForSequenceClassification.from_pretrained,
        config=config,
        dtype=device_spec.dtype,
        use_safetensors=True,
        output_loading_info=True,
    )
    missing_names = sorted(report["missing_keys"])
    if missing_names:
        raise ConfigError(f"path: {folder} lacks the weights {', '.join(missing_names[:3])}.")
    result: PreTrainedModel = model.to(device_spec.device).eval()
    if device_spec.device.type == "cpu" and has_fused_kernels():
        fuse_model(result)
    return result


def _load_part(folder: Path, load: Callable[..., Any], **options: Any) -> Any:
    """Call *load* of transformers without the network and without code from *folder*."""
    try:
        return load(str(folder), local_files_only=True, trust_remote_code=False, **options)
    except Exception as error:  # any error of the library is about the files
        if "trust_remote_code" in str(error):
            reason = "needs code of its own, which Harken never runs"
        else:
            reason = f"cannot be loaded by transformers ({type(error).__name__})"
        raise ConfigError(f"path: {folder} {reason}.") from error


def _labels(model: PreTrainedModel) -> tuple[str, ...]:
    names: Any = model.config.id2label
    return tuple(str(names[index]) for index in range(len(names)))


def _window_tokens(model: PreTrainedModel, tokenizer: Any) -> int:
    """Return the most tokens of a text: the least of what model and tokenizer state."""
    limits = [tokenizer.model_max_length, _positions(model)]
    return int(min((limit for limit in limits if 0 < limit < 1 << 20), default=_DEFAULT_WINDOW))


def _positions(model: PreTrainedModel) -> int:
    """Return the number of positions of a text, 0 if there is no limit.

    RoBERTa and its like count positions from behind the padding token.
    """
    positions = getattr(model.config, "max_position_embeddings", None) or 0
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            positions = min(positions or module.num_embeddings, module.num_embeddings) - unused
    return int(positions)
