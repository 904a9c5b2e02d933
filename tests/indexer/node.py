"""The Elasticsearch node of the contract tests, for the other tests of this engine."""

from tests.indexer import servers
from tests.indexer.servers import free_port

__all__ = ["free_port", "url"]


def url(*settings: str) -> str:
    """Of a node with *settings* that ends with the tests; skips aloud where none can start."""
    return f"http://127.0.0.1:{servers.port('elasticsearch', *settings)}"
