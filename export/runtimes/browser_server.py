"""Serve a page and what it works on to a browser of this machine, and collect what the page posts back."""

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

CONTENT_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
}

# Only a page that is isolated from others may use threads, and has a clock of 5 instead of 100 microseconds.
ISOLATION = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}


class PageServer(NamedTuple):
    """Where the server is, what was posted to it so far by path, and the event of the page's last word."""

    url: str
    posted: dict[str, bytes]
    finished: threading.Event


@contextmanager
def serve_page(contents: Mapping[str, bytes | Path], last_words: Collection[str]) -> Iterator[PageServer]:
    """A server on a free port of localhost, for as long as the context lives.

    Args:
        contents: all that there is to get, by path, such as ``"/index.html"``: bytes, or the file that holds them.
        last_words: the paths that end the page's work once something is posted to one of them.

    Raises:
        OSError: there is no free port.
    """
    posted: dict[str, bytes] = {}
    finished = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            content = contents.get(path)
            if content is None:
                self.send_error(404)
                return
            body = content if isinstance(content, bytes) else content.read_bytes()
            self.answer(body, CONTENT_TYPES.get(Path(path).suffix, "application/octet-stream"))

        def do_POST(self) -> None:
            path = unquote(urlsplit(self.path).path)
            posted[path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(b"", "text/plain")
            if path in last_words:
                finished.set()

        def answer(self, body: bytes, content_type: str) -> None:
            # A browser that is stopped hangs up.
            with suppress(ConnectionError):
                self.send_response(200)
                for name, value in {**ISOLATION, "Content-Type": content_type}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Print nothing: the page posts what went wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield PageServer(f"http://127.0.0.1:{server.server_port}", posted, finished)
        finally:
            server.shutdown()
            thread.join()
