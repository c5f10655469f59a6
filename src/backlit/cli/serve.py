"""How does the web app come up, on the user's home or on the demo?"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.handing import worker_command
from backlit.cli.helping import START
from backlit.cli.supervisor import Supervisor
from backlit.errors import ConfigError

if TYPE_CHECKING:
    from backlit.app.answer import Answer

__all__ = ["FACTORY"]

#: Where uvicorn finds the web app; a string, because the faces do not import one another.
FACTORY = "backlit.web.server:factory"

DEFAULT_PORT = 8000
#: Where a server listens if nobody says.
_THIS_MACHINE = "127.0.0.1"
#: Seconds that a connection stays without a request: longer than proxies keep theirs, which would else send
#: one on a connection that is being closed, and tell their readers of a bad gateway.
KEEP_ALIVE = 90

Port = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=65535, help=f"Default: {DEFAULT_PORT}, or a free one if that is taken."
    ),
]
Host = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Where to listen; anything but loopback lets others in.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Leave the browser closed.")]
Pages = Annotated[int, typer.Option(metavar="N", min=50, help="The size of the made-up web.")]
Seed = Annotated[int, typer.Option(metavar="N", help="The same seed makes the same web.")]
NoServe = Annotated[bool, typer.Option("--no-serve", help="Build it and stop.")]
Remove = Annotated[bool, typer.Option("--remove", help="Remove the demo, and nothing else.")]


@command("demo", "backlit demo", "backlit demo --pages 500 --no-serve", panel=START, resumable=True)
def demo(
    face: Face,
    *,
    pages: Pages = 2_000,
    seed: Seed = 7,
    no_serve: NoServe = False,
    remove: Remove = False,
    host: Host = _THIS_MACHINE,
    port: Port = None,
    no_browser: NoBrowser = False,
) -> None:
    """Build a made-up web, index it like a real one, and show it.

    It stands in the folder `demo` of the home, apart from your own data.
    """
    from backlit import app
    from backlit.cli.progress import shown_progress

    home = face.home / "demo"
    if remove:
        _tell_removed(face, home, app.remove_demo(home))
        return
    with shown_progress(face.quiet) as progress:
        answer = app.build_demo(home, pages=pages, seed=seed, progress=progress)
    if no_serve:
        _tell_built(face, home, answer)
        return
    path = f"/t/{answer.rows[0]['target']}"
    _serve(face, home, path, host, _free_port(host, port), browser=not no_browser)


NoWorker = Annotated[
    bool, typer.Option("--no-worker", help="Only show; do no jobs, and nothing that is due.")
]


@command("up", "backlit up", "backlit up --port 9000 --no-browser", panel=START)
def up(
    face: Face,
    *,
    host: Host = _THIS_MACHINE,
    port: Port = None,
    no_browser: NoBrowser = False,
    no_worker: NoWorker = False,
) -> None:
    """Serve the web app on your index, and do its jobs and what is due, until Ctrl-C.

    Jobs have a process of their own, which lets other processes go first. What runs when it is stopped
    goes on the next time.
    """
    chosen = _free_port(host, port)
    with nullcontext() if no_worker else _worker(face):
        _serve(face, face.home, "/", host, chosen, browser=not no_browser)


@contextmanager
def _worker(face: Face) -> Iterator[None]:
    """A worker of the home for as long as we serve, whatever becomes of one of them."""
    from backlit.app import worker_of

    supervisor = Supervisor(partial(_Attached, face.home), lambda: worker_of(face.home), face.remark)
    watching = threading.Thread(target=supervisor.run, daemon=True)
    watching.start()
    try:
        yield
    finally:
        supervisor.end()
        watching.join()


class _Attached:
    """A worker that ends with its stdin, so that it also ends where we are killed."""

    def __init__(self, home: Path, may_speak: bool) -> None:
        self._process = subprocess.Popen(
            worker_command(home, "--attached", "--quiet"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=None if may_speak else subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> int:
        try:
            return self._process.wait()
        finally:
            self.end()

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()


def _tell_removed(face: Face, home: Path, was_there: bool) -> None:
    from backlit.app.answer import Answer
    from backlit.cli.output import put, put_json

    if face.as_json:
        put_json(Answer({"home": str(home), "removed": was_there}, {}).envelope())
    else:
        put(f"Removed {home}\n" if was_there else f"There is no demo in {home}\n")


def _tell_built(face: Face, home: Path, answer: "Answer") -> None:
    from backlit.app.home import home_folder
    from backlit.cli.output import put, put_json

    if face.as_json:
        put_json(answer.envelope())
        return
    data = answer.rows[0]
    where = "" if face.home == home_folder() else f" --dir {face.home}"
    lines = [
        f"The demo is in {home}: {data['pages']:,} pages, seed {data['seed']}.",
        f"Look:   backlit overview {data['target']} --dir {home}",
        f"Browse: backlit demo{where}",
        f"Remove: backlit demo --remove{where}",
    ]
    put("\n".join(lines) + "\n")


# the server ------------------------------------------------------------------


def _serve(face: Face, home: Path, path: str, host: str, port: int, *, browser: bool) -> None:
    """Run the web app in this process until it is stopped."""
    import webbrowser

    import uvicorn

    from backlit.app.answer import Answer
    from backlit.app.configuration import set_for_server
    from backlit.cli.output import put, put_json

    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    url = base + path
    set_for_server(home, host, _THIS_MACHINE)  # what the factory reads

    def announce() -> None:
        if face.as_json:
            put_json(Answer({"url": url, "home": str(home)}, {}).envelope())
        else:
            put(f"{url}\nServing {home}. Ctrl-C stops it.\n{_first_account(home, host, base)}")
        if browser and _somebody_looks():
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    class Server(uvicorn.Server):
        """Says where it is once it answers there, and not before."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce()

    config = uvicorn.Config(
        FACTORY, factory=True, host=host, port=port, log_level="warning", server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):  # the way to stop it, not an interruption
        Server(config).run()


def _first_account(home: Path, host: str, base: str) -> str:
    """How a server that others reach comes to know who they are, where it does not yet."""
    from backlit import app
    from backlit.app.home import is_loopback

    if is_loopback(host) or app.has_accounts(home):
        return ""
    link = base + app.first_link(home)
    told = (
        "Others reach this address: they may read what is here, and change nothing, until there are accounts."
    )
    return f"{told}\nMake the first, once, within seven days: {link}\n"


def _free_port(host: str, port: int | None) -> int:
    """The port asked for; without one the usual, or any that is free."""
    refused = ""
    for candidate in (port,) if port is not None else (DEFAULT_PORT, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
                return int(probe.getsockname()[1])
            except OSError as error:
                refused = (error.strerror or str(error)).lower()
    where = f"listen on {host}, port {DEFAULT_PORT if port is None else port}"
    raise ConfigError(where, refused, "Name another with --port or --host, or leave them out.")


def _somebody_looks() -> bool:
    """Whether there is a person, and a display to open a browser on."""
    display = sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return sys.stdout.isatty() and not os.environ.get("CI") and display
