"""Options of a model of your own: its files, the meaning of its labels, its languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
)

from core.mention import Sentiment
from nlp.models.huggingface.files import locate, reject_unloadable
from nlp.options import ModelOptions


def _text_keys(value: Any) -> Any:
    """Return a mapping with its keys as text: YAML reads the label ``0`` as a number."""
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else value


def _check_embedder(value: str, info: ValidationInfo) -> str:
    """Reject minilm for any language but English; the languages were validated before."""
    if value == "minilm" and set(info.data.get("languages", ("en",))) != {"en"}:
        raise ValueError("minilm reads English only: use e5")
    return value


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Labels = Annotated[dict[str, Sentiment], BeforeValidator(_text_keys)]


class HuggingFaceOptions(ModelOptions):
    """Only safetensors are loaded, and no code from the folder is run. See docs/huggingface.md."""

    path: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="Folder of the classifier, or its name on the hub.",
        examples=["models/our-sentiment"],
    )
    revision: Commit | None = Field(
        None, description="Commit of a name on the hub, 40 hex digits; required there."
    )
    sha256: Sha256 | None = Field(
        None, description="Hash of its files, as `harken model verify` prints it."
    )
    allow_hub: bool = Field(False, description="Download a name on the hub that is not cached.")
    labels: Labels = Field(
        default_factory=dict,
        description="negative, neutral or positive for each label. Default: by its name.",
    )
    languages: tuple[Language, ...] = Field(
        min_length=1, description="ISO 639-1 codes of its languages; others are not scored."
    )
    embedder: Annotated[Literal["e5", "minilm"], AfterValidator(_check_embedder)] = Field(
        "e5", description="Installed model that computes the vectors for topics."
    )
    temperature: float = Field(
        1.0, gt=0, le=100, description="Divisor of the logits; above 1 makes scores less certain."
    )

    def display_name(self) -> str:
        """Return the folder, or the name on the hub."""
        return self.path

    def check_files(self) -> None:
        """Raise a ConfigError unless the files are those of a classifier; hashes none of them."""
        reject_unloadable(self.locate())

    def locate(self) -> Path:
        """Return the folder of the files, as `nlp.models.huggingface.files.locate`."""
        return locate(self.path, revision=self.revision, allow_hub=self.allow_hub)
