"""The Elasticsearch node of the contract tests, for the other tests of this engine."""

from tests.indexer import servers
from tests.indexer.servers import free_port

__all__ = ["free_port", "url"]


def url(*settings: str) -> str:
    """Return the URL of a node with *settings*; skip the test if no node can start.

    The node ends with the tests.
    """
    return f"http://127.0.0.1:{servers.port('elasticsearch', *settings)}"
