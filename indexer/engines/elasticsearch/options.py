"""Options of the engine Elasticsearch."""

from typing import Final

from pydantic import Field

from config.settings import Prefix
from indexer.engines.elasticsearch.client import without_secrets
from indexer.options import IndexOptions

TIMEOUT_S: Final = 60.0  # a hung node blocks writes for 33 s before the cluster drops it


class ElasticsearchOptions(IndexOptions):
    """A URL in ``index`` sets ``url``; ``index_prefix`` is the default of ``prefix``."""

    url: str = Field(
        repr=False,
        description="URL of the server, with user:password@ if it needs an account.",
        examples=["http://127.0.0.1:9200"],
    )
    prefix: Prefix = Field(default="harken", description="Prefix of the names of its indices.")
    timeout_s: float = Field(
        default=TIMEOUT_S, gt=0, le=600, description="Seconds to wait for a response."
    )

    def display_name(self, engine: str) -> str:  # noqa: ARG002 - the URL stands for the engine
        """Return the URL without account, query and fragment."""
        return without_secrets(self.url)

    def consumer(self, engine: str) -> str:  # noqa: ARG002 - the name of former releases
        """Return a name for the prefix: another prefix is another index, another URL is not."""
        return f"elastic:{self.prefix}"
