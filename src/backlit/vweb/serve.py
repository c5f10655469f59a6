"""How can a crawler visit the virtual web without leaving the machine?

One server on the loopback address answers for all hosts, by the Host header or, asked as a proxy,
by the URL in the request line. It does not look at the scheme: a page of an https site is served
over plain HTTP here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from backlit.vweb.web import VirtualWeb, VResponse

__all__ = ["handler_of", "serve"]


@contextmanager
def serve(web: "VirtualWeb", crawl: int) -> Iterator[str]:
    """Serves until the block is left; gives the base URL, such as http://127.0.0.1:40123."""
    handler = handler_of(web, crawl)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler_of(web: "VirtualWeb", crawl: int) -> type[BaseHTTPRequestHandler]:
    """What answers the requests of one connection, whatever socket they come by."""
    return type("Handler", (_Handler,), {"web": web, "crawl": crawl})


class _Handler(BaseHTTPRequestHandler):
    """Answers from `web` as of `crawl`; both are set on a subclass per server."""

    web: "VirtualWeb"
    crawl: int
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        response = self._find()
        self._head(response)
        self.wfile.write(response.body)

    def do_HEAD(self) -> None:
        self._head(self._find())

    def log_message(self, *_: object) -> None:
        """Keeps stderr quiet."""

    def _find(self) -> "VResponse":
        if self.path.startswith(("http://", "https://")):
            parts = urlsplit(self.path)
            netloc, path = parts.netloc, self.path.partition(parts.netloc)[2] or "/"
        else:
            netloc, path = self.headers.get("Host", ""), self.path
        return self.web.fetch(f"{self.web.scheme_of(netloc)}://{netloc.lower()}{path}", self.crawl)

    def _head(self, response: "VResponse") -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
