"""WordPress on a private MariaDB: posts and comments; the truth by SQL."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.acceptance.server import Server
from bench.shared import shared_path
from demo.smtp_sink import free_port

# The permalinks of its seed: /year/month/name/; a comment is an anchor of its post.
LINK: Final = "date_format(p.post_date, '/%Y/%m/'), p.post_name, '/'"
READABLE: Final = "p.post_status = 'publish' and p.post_type = 'post'"
POSTS: Final = f"select concat({LINK}) from wp_posts p where {READABLE}"  # noqa: S608 - constants
COMMENTS: Final = (
    f"select concat({LINK}, '#comment-', c.comment_ID) from wp_comments c"  # noqa: S608 - likewise
    f" join wp_posts p on p.ID = c.comment_post_ID where {READABLE} and c.comment_approved = '1'"
)
UPDATE: Final = "UPDATE: Acme refunded me."  # its edit appends this


class Wordpress(Server):
    """A WordPress with 24 posts and their comments, and the two texts of every new WordPress."""

    name = "wordpress"
    query = "acme OR strange OR wordpress OR comment"

    def __init__(self) -> None:
        self._folder = Path()
        self._port = free_port()

    def start(self, folder: Path) -> None:
        """Start it; this takes 8 s, up to a minute on a busy machine."""
        self._folder = folder
        folder.mkdir(mode=0o755)
        self._recipe("start", "seed")

    def source(self) -> Mapping[str, Any]:
        """Return a source that uses its REST interface."""
        return {"kind": "wordpress", "options": {"url": self._url}}

    def truth(self) -> set[str]:
        """Return the uris of published posts and approved comments."""
        return {self._url + path for path in (*self._ask(POSTS), *self._ask(COMMENTS))}

    def edit(self) -> Mapping[str, str]:
        """Edit the newest post."""
        return {self._uri_of_change("edit"): UPDATE}

    def delete(self) -> Sequence[str]:
        """Move the second newest post to the trash."""
        return [self._uri_of_change("delete")]

    def stop(self) -> None:
        """Stop PHP and the database."""
        self._recipe("stop")

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _uri_of_change(self, verb: str) -> str:
        """Run *verb* of the recipe; return the earlier uri of the post that it prints last."""
        paths_by_id = dict(
            line.split("\t") for line in self._ask(POSTS.replace("select", "select p.ID,", 1))
        )
        return self._url + paths_by_id[self._recipe(verb).split()[-1]]

    def _ask(self, query: str) -> list[str]:
        socket = self._folder / "mariadb" / "m.sock"
        command = ["mariadb", "--no-defaults", "-S", str(socket), "-uroot", "wp", "-N", "-e", query]
        return subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.splitlines()

    def _recipe(self, *arguments: str) -> str:
        environment = [f"SL_HOME={self._folder}", f"WP_PORT={self._port}"]
        command = [
            "env",
            *environment,
            "bash",
            str(shared_path("servers/wordpress.sh")),
            *arguments,
        ]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
