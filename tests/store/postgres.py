"""A PostgreSQL server of the tests' own: in a temporary folder, over a socket there, gone with the tests."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

__all__ = ["Server", "serving"]

#: PostgreSQL refuses to run as root; these accounts, one of which every Unix has, own nothing.
_NOBODIES = ("postgres", "nobody")
#: Nothing of a test server has to outlive a power cut.
_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Server:
    """A running server; each database of it is new."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def url(self, database: str) -> str:
        """Where a database is, for BACKLIT_DATABASE_URL."""
        return f"postgresql://backlit@/{database}?host={self._folder}"

    def database(self, encoding: str = "UTF8") -> str:
        """The address of a new, empty database."""
        import psycopg

        name = f"t{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
        return self.url(name)


@contextmanager
def serving() -> Iterator[Server]:
    """A server while the tests need it."""
    folder = Path(tempfile.mkdtemp(prefix="backlit-pg-"))  # a socket's path may have 107 bytes at most
    user = _nobody()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    try:
        _run(
            "initdb", "--auth=trust", "-U", "backlit", "-E", "UTF8", "--locale=C", "-N", "-D", data, user=user
        )
        options = f"-k {folder} -c listen_addresses='' {_QUICK}"
        _run("pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options, user=user)
        try:
            yield Server(folder)
        finally:
            _run("pg_ctl", "stop", "-m", "immediate", "-D", data, user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nobody() -> str | None:
    """Who runs the server: this very user, or nobody where that is root."""
    if os.geteuid():
        return None
    import pwd

    return next(name for name in _NOBODIES if any(name == each.pw_name for each in pwd.getpwall()))


def _run(program: str, *arguments: str | Path, user: str | None) -> None:
    done = subprocess.run(
        [_found(program), *map(str, arguments)],
        user=user, group=None, extra_groups=[] if user else None, cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{program}: {done.stdout}"


def _found(program: str) -> str:
    """Debian keeps the server's programs off the PATH. None at all is a failure."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4])
    )
    found = shutil.which(program) or next(iter(map(str, reversed(versions))), None)
    assert found, (
        "no PostgreSQL server is installed: run scripts/setup --dev, or install the package postgresql"
    )
    return found
