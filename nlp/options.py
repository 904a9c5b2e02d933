"""Options of models."""

from pydantic import BaseModel, ConfigDict


class ModelOptions(BaseModel):
    """Options of every model: none. A model adds its own, which are further keys of ``model``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def display_name(self) -> str | None:
        """Return the name of the files that the options select; None: the packaged ones."""
        return None

    def check_files(self) -> None:
        """Raise a ConfigError if the files are missing or unfit. No model is loaded."""
