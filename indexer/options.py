"""Options of index engines."""

from pydantic import BaseModel, ConfigDict


class IndexOptions(BaseModel):
    """Options of every engine: none. An engine adds its own, and names for pages and offsets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def display_name(self, engine: str) -> str:
        """Return the name of the index in pages and JSON, without secrets."""
        return engine

    def consumer(self, engine: str) -> str:
        """Return the name under which the offset in the change feed is stored.

        Two indexes that hold different mentions need different names.
        """
        return engine
