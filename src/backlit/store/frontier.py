"""Which pages has a crawl still before it? On the disk, so that it can be stopped and gone on with.

One small SQLite file per crawl: every address that was ever found, how many links from a seed, and whether
it was visited. Memory holds one wave at most.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Frontier"]

_TABLE = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, depth INTEGER NOT NULL, visited INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting ON pages (depth) WHERE NOT visited;
"""


class Frontier:
    """The addresses of one crawl. For one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path)
        self._file.executescript(_TABLE)

    def add(self, urls: Iterable[str], depth: int) -> None:
        """Addresses that were found; those that are known stay as they are."""
        rows = ((url, depth) for url in urls)
        with self._file:
            self._file.executemany("INSERT OR IGNORE INTO pages (url, depth) VALUES (?, ?)", rows)

    def wave(self, most: int) -> tuple[int, list[str]]:
        """The next addresses, all as far from a seed as those that are nearest; none at the end."""
        found = self._file.execute("SELECT min(depth) FROM pages WHERE NOT visited").fetchone()[0]
        if found is None or most <= 0:
            return 0, []
        query = "SELECT url FROM pages WHERE NOT visited AND depth = ? LIMIT ?"
        return int(found), [row[0] for row in self._file.execute(query, (found, most))]

    def visited(self, urls: Iterable[str], onward: Iterable[tuple[str, int]] = ()) -> None:
        """Addresses that were visited, whatever came of it, and those that they led on to with how far each
        is from a seed: together, so that whoever is killed loses none of them."""
        with self._file:
            self._file.executemany("INSERT OR IGNORE INTO pages (url, depth) VALUES (?, ?)", onward)
            self._file.executemany("UPDATE pages SET visited = 1 WHERE url = ?", ((url,) for url in urls))

    def counts(self) -> tuple[int, int]:
        """How many were visited, and how many wait."""
        query = "SELECT coalesce(sum(visited), 0), count(*) FROM pages"
        visited, total = self._file.execute(query).fetchone()
        return int(visited), int(total) - int(visited)

    def close(self, *, finished: bool) -> None:
        """Let go of the file, and of the crawl where it came to its end."""
        self._file.close()
        if finished:
            self._path.unlink(missing_ok=True)
