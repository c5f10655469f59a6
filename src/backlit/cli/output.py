"""How does an answer leave: as a table, as TSV, as JSON, or as a file?

A terminal gets a table, a pipe TSV with a header, `--json` one envelope, `-o FILE` the format of
its suffix. Results go to stdout and nothing else does.
"""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from backlit.cli.failures import ReaderGone
from backlit.errors import AccessError, BacklitError, DiskFull, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Answer, Row
    from backlit.app.lists import Whole
    from backlit.cli.face import Face
    from backlit.cli.tables import View

__all__ = [
    "Pages",
    "draw",
    "on_terminal",
    "put",
    "put_json",
    "put_rows",
    "replaced",
    "show",
    "show_record",
    "show_rows",
    "way_of",
    "write_file",
]

#: Rows when nobody says how many: what fits a screen, what fits a pipe. A file gets all.
SCREEN_ROWS, PIPE_ROWS = 25, 100

_PLAINER = str.maketrans("█▉▊▋▌▍▎▏▇▆▅▄▃▂▁─·–…±", "####====++++----.-~+")

#: Rows asked of the app at a time; its own limit.
_BATCH = 10_000


def on_terminal() -> bool:
    """Whether a person reads stdout."""
    return sys.stdout.isatty()


class Pages:
    """The rows of a paged answer, asked for as they are needed: `ask(limit, cursor)` gets a page, and `whole`
    all of them in one reading, where that is possible."""

    def __init__(
        self,
        ask: "Callable[[int, str | None], Answer]",
        limit: int | None,
        cursor: str | None,
        whole: "Callable[[], Whole] | None" = None,
    ) -> None:
        self._ask, self._cursor, self.limit, self._whole = ask, cursor, limit, whole

    def whole(self) -> "Whole | None":
        """All rows, or as many as were asked for; None where they must be asked for in pages."""
        return self._whole() if self._whole else None

    def all_of(self, default: int | None) -> "Answer":
        """One answer with as many rows as wanted, however many pages that takes."""
        answers = list(self.batches(default))
        rows = [row for answer in answers for row in answer.rows]
        return replace(answers[-1], data=rows, limit=self.limit or default)

    def batches(self, default: int | None) -> "Iterator[Answer]":
        """The answers page by page, up to the limit that was asked for, else `default`."""
        left = default if self.limit is None else self.limit
        cursor = self._cursor
        while True:
            answer = self._ask(_BATCH if left is None else min(left, _BATCH), cursor)
            yield answer
            cursor = answer.next
            if left is not None:
                left -= len(answer.rows)
            if cursor is None or (left is not None and left <= 0):
                return


# the four ways ---------------------------------------------------------------

Way = Literal["file", "json", "screen", "pipe"]


def way_of(face: "Face") -> Way:
    """Which of the four ways this call asks for."""
    if face.out is not None:
        return "file"
    return "json" if face.as_json else "screen" if on_terminal() else "pipe"


def show_rows(face: "Face", pages: Pages, view: "View") -> None:
    """Print or write the rows of a list answer."""
    way = way_of(face)
    if face.out is not None:
        _write_pages(face, pages, face.out)
    elif way == "json":
        put_json(pages.all_of(PIPE_ROWS).envelope())
    elif way == "screen":
        from backlit.cli.tables import table_of

        put(draw(*table_of(pages.all_of(SCREEN_ROWS), view)))
    else:
        answer = pages.all_of(PIPE_ROWS)
        put_rows(face, answer.rows)
        if answer.next:
            rest = f"--limit N for more, or go on with --cursor {answer.next}"
            face.remark(f"{len(answer.rows):,} of {answer.total:,} rows; {rest}")


def show_record(face: "Face", answer: "Answer", picture: "Callable[[Answer], list[RenderableType]]") -> None:
    """Print or write an answer of one row; a terminal gets its picture."""
    show(face, answer, lambda: draw(*picture(answer)))


def show(
    face: "Face", answer: "Answer", screen: "Callable[[], str]", rows: "list[Row] | None" = None
) -> None:
    """Print or write an answer: `screen` is its text for a terminal, and `rows` are what a table of it
    holds, where that is not its own rows."""
    way, table = way_of(face), answer if rows is None else replace(answer, data=rows)
    if face.out is not None:
        write_file(face, answer if face.out.suffix.lower() == ".json" else table, face.out)
    elif way == "json":
        put_json(answer.envelope())
    elif way == "screen":
        put(screen())
    else:
        put_rows(face, table.rows)


def put_rows(face: "Face", rows: "list[Row]") -> None:
    """TSV on stdout."""
    from backlit.report.export import write_rows

    text = io.BytesIO()
    write_rows(rows, None, "tsv", text, header=face.header, raw=face.raw)
    put(text.getvalue())


def put_json(envelope: "Row") -> None:
    """The envelope on stdout: a list with one row per line, a single record indented."""
    text = io.BytesIO()
    write_envelope(envelope, text)
    put(text.getvalue())


def write_envelope(envelope: "Row", stream: BinaryIO) -> None:
    """The envelope as JSON, readable and made for line-by-line comparison."""
    if isinstance(envelope["data"], list):
        from backlit.report.export import write_rows

        write_rows(envelope["data"], None, "json", stream, envelope=envelope)
    else:
        import msgspec

        stream.write(msgspec.json.format(msgspec.json.encode(envelope), indent=2) + b"\n")


# stdout ----------------------------------------------------------------------


def put(text: bytes | str) -> None:
    """The one door to stdout."""
    data = text if isinstance(text, bytes) else _encoded(text, sys.stdout.encoding or "utf-8")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error
    except OSError as error:
        raise _explained(error, Path("standard output")) from error


def _encoded(text: str, encoding: str) -> bytes:
    """For a terminal that has no bars and no dashes, bars and dashes of ASCII."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(encoding, "replace")


def draw(*pictures: "RenderableType", width: int | None = None) -> str:
    """Rich renderables as text for this terminal, with its width and its colours."""
    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, width=width, highlight=False, emoji=False)
    for picture in pictures:
        console.print(picture)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


# files -----------------------------------------------------------------------


def _write_pages(face: "Face", pages: Pages, path: Path) -> None:
    from backlit.report.export import format_of, write_rows

    kind = _agreed(face, format_of(path))
    if kind != "md" and (found := pages.whole()) is not None:
        with replaced(path) as stream:
            count = _write_whole(face, found, kind, stream)
        total = found.answer.total
    elif kind == "json":
        answer = pages.all_of(None)
        with replaced(path) as stream:
            write_envelope(answer.envelope(), stream)
        count, total = len(answer.rows), answer.total
    else:
        first, rows = _streamed(pages)
        with replaced(path) as stream:
            count = write_rows(rows, None, kind, stream, raw=face.raw, header=face.header)
        total = first.total
    _tell(face, path, count, total)


def _write_whole(face: "Face", found: "Whole", kind: str, stream: BinaryIO) -> int:
    """Write all rows while they are read; how many there were."""
    from itertools import chain

    from backlit.report.export import write_rows
    from backlit.report.streaming import encode

    if kind == "json":
        rows = chain.from_iterable(found.batches)
        return write_rows(rows, None, kind, stream, envelope=found.answer.envelope())
    count = 0

    def counted() -> "Iterator[list[Row]]":
        nonlocal count
        for batch in found.batches:
            count += len(batch)
            yield batch

    for piece in encode(counted(), found.view, kind, raw=face.raw, header=face.header):
        stream.write(piece)
    return count


def _streamed(pages: Pages) -> "tuple[Answer, Iterator[Row]]":
    batches = pages.batches(None)
    first = next(batches)

    def rows() -> "Iterator[Row]":
        yield from first.rows
        for answer in batches:
            yield from answer.rows

    return first, rows()


def write_file(face: "Face", answer: "Answer", path: Path) -> None:
    """A record in the format of the file's suffix."""
    from backlit.report.export import format_of, write_rows

    kind = _agreed(face, format_of(path))
    with replaced(path) as stream:
        if kind == "json":
            write_envelope(answer.envelope(), stream)
        else:
            write_rows(answer.rows, None, kind, stream, raw=face.raw, header=face.header)
    face.remark(f"wrote {path}")


def _agreed(face: "Face", kind: str) -> str:
    if face.as_json and kind != "json":
        raise UsageError(
            f"--json and -o {face.out}", "two formats at once", "Leave --json out, or name a .json file."
        )
    return kind


def _tell(face: "Face", path: Path, count: int, total: int | None) -> None:
    of = f" of {total:,}" if total is not None and total > count else ""
    face.remark(f"wrote {count:,}{of} rows to {path}")


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Write a file whole or not at all: beside the old one first, then in its place."""
    if not path.absolute().parent.is_dir():
        found = f"there is no folder {path.parent}"
        raise UsageError(f"write {path}", found, "Make it first, or write elsewhere.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _explained(error: OSError, path: Path) -> Exception:
    if isinstance(error, BacklitError):
        return error
    if error.errno == errno.ENOSPC:
        return DiskFull(f"write {path}", "no space left on the device", "Free some, then run it again.")
    if isinstance(error, PermissionError | IsADirectoryError):
        found = (error.strerror or str(error)).lower()
        return AccessError(f"write {path}", found, "Write to a file and a folder of yours.")
    return error
