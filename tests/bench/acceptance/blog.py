"""A blog of three posts on loopback, in the place of a real server."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from bench.acceptance.server import Server

ENTRY = """<entry><title>Post</title><id>{uri}</id><link href="{uri}"/>
<published>2026-11-0{n}T08:00:00Z</published><updated>2026-11-0{n}T{hour}:00:00Z</updated>
<content type="text">{text}</content></entry>"""
FEED = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>B</title>{}</feed>'


class Blog(Server):
    """A blog and its truth; posts *hidden_numbers* are in no feed."""

    name = "blog"
    query = "acme"

    def __init__(self, hidden_numbers=()):
        self.posts = {n: f"Acme {n}" for n in (1, 2, 3)}
        self.changed_numbers, self.hidden_numbers, self.is_running = set(), hidden_numbers, False

    def start(self, folder):
        assert folder.parent.is_dir()
        owner = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                body = owner.feed().encode() if self.path == "/feed.xml" else b""
                self.send_response(200 if body else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.web = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        Thread(target=self.web.serve_forever, daemon=True).start()
        self.is_running = True

    def feed(self):
        numbers = [n for n in sorted(self.posts, reverse=True) if n not in self.hidden_numbers]
        hours = {n: "09" if n in self.changed_numbers else "08" for n in numbers}
        entries = [
            ENTRY.format(uri=self.uri(n), n=n, text=self.posts[n], hour=hours[n]) for n in numbers
        ]
        return FEED.format("".join(entries))

    def uri(self, n):
        return f"http://127.0.0.1:{self.web.server_port}/{n}"

    def source(self):
        url = f"http://127.0.0.1:{self.web.server_port}/feed.xml"
        return {"kind": "feed", "options": {"url": url}}

    def truth(self):
        return {self.uri(n) for n in self.posts}

    def edit(self):
        self.posts[3] += ", and they refunded me"
        self.changed_numbers.add(3)
        return {self.uri(3): "refunded me"}

    def delete(self):
        del self.posts[2]
        return [self.uri(2)]

    def stop(self):
        self.web.shutdown()
        self.web.server_close()
        self.is_running = False
