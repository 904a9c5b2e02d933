"""The recall of a server is measured by its own truth."""

import pytest

from bench.acceptance.listening import measure_server
from bench.acceptance.server import SERVERS, Server
from core import plugins
from core.errors import ConfigError
from indexer.query.watch_query import compile_watch
from tests.bench.acceptance.blog import Blog


@pytest.mark.crawl
def test_server_with_all_posts_visible_has_full_recall():
    blog = Blog()
    row = measure_server(blog)
    assert (row["seeded"], row["recall"], row["doubled"], row["missed"]) == (3, 1.0, 0, [])
    assert (row["edits"], row["edits_seen"]) == (1, 1)
    assert row["deletes"] == 1
    assert row["bytes_first"] == row["bytes_second"] > 0  # this feed knows no conditional GET
    assert not blog.is_running


@pytest.mark.crawl
def test_hidden_post_is_missed():
    row = measure_server(Blog(hidden_numbers=(1,)))
    assert row["recall"] == pytest.approx(2 / 3)
    assert len(row["missed"]) == 1


class FailingBlog(Blog):
    """A blog that cannot start."""

    def start(self, folder):
        super().start(folder)
        raise ConfigError("no such server here")


def test_server_that_fails_to_start_is_stopped():
    blog = FailingBlog()
    with pytest.raises(ConfigError, match="no such server"):
        measure_server(blog)
    assert not blog.is_running


@pytest.mark.parametrize("name", plugins.available(SERVERS))
def test_every_server_has_the_name_of_its_file_and_a_valid_query(name):
    server = plugins.load(SERVERS, name, Server)()
    assert server.name == name
    assert compile_watch(server.query)
    assert server.source()["kind"] in plugins.available("crawlers.sources")
