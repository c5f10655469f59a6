"""How are the bytes of an export turned into text, whatever they are packed and encoded in?

A file may be plain, gzipped, or one member of a zip. Archives come from strangers: how many members,
how many bytes and at what ratio is bounded before and while they are unpacked; a name is never used
as a path, and an archive within an archive is not opened.
"""

import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from backlit.errors import SourceError, SourceUnknown

__all__ = ["BROKEN", "DAMAGE", "MAX_BYTES", "MAX_MEMBERS", "MAX_RATIO", "TableFile", "is_zip", "table_files"]

#: Bounds of what is unpacked. Real exports of 100,000 rows are some 50 MB and pack 5 to 20 times.
MAX_MEMBERS = 100
MAX_BYTES = 2 << 30
MAX_RATIO = 200
#: Below this size no ratio is suspicious.
_RATIO_FROM = 16 << 20

_ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".jar")
_MAGIC = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_WORKBOOK = "[Content_Types].xml"
_outside = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\\|[\x00-\x1f]").search

#: What damaged archives raise while they are read.
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, NotImplementedError)
#: What is said of the rest of one. Damaged bytes may unpack to nonsense for a while before it shows.
DAMAGE = "the archive is damaged from here on, or from a little before: {}"

#: How the members of a zip may be packed; what else there is, spreadsheets and browsers do not write.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: How much is decoded at once to tell the encoding.
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table on disk: a file, or one member of a zip."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """The file's name; of a member the archive's and its own."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @property
    def size(self) -> int:
        """The size on disk, packed."""
        if self.member is None:
            return self.path.stat().st_size
        with zipfile.ZipFile(self.path) as archive:
            return archive.getinfo(self.member).compress_size

    def open_text(self) -> IO[str]:
        """The decoded text: UTF-16 or UTF-8 by its mark or its looks, else Windows-1252."""
        encoding = self.encoding()
        return io.TextIOWrapper(self.open_bytes(), encoding=encoding, errors="replace", newline="")

    def open_bytes(self) -> io.BufferedReader:
        """The unpacked bytes, no more of them than the bounds allow."""
        if self.member is not None:
            archive = zipfile.ZipFile(self.path)
            return _guarded(cast(io.BufferedIOBase, archive.open(self.member)), self, self.size, archive)
        with self.path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        if not packed:
            return self.path.open("rb")
        return _guarded(gzip.open(self.path, "rb"), self, self.size)

    def encoding(self) -> str:
        """The name of the encoding; the whole file is looked at, since one byte late tells."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        head, is_utf8 = b"", True
        try:
            with self.open_bytes() as file:
                while piece := file.read1(_PIECE):
                    head = head or piece
                    decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
        except BROKEN:
            pass  # what could be unpacked was UTF-8; the reader counts the damage
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        return _unmarked_utf16(head) or ("utf-8-sig" if is_utf8 else "cp1252")


def _unmarked_utf16(piece: bytes) -> str | None:
    head = piece[:2000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(head) >= 20 and zeros.count(0) > 0.4 * len(zeros):
            return encoding
    return None


class _Guard(io.RawIOBase):
    """Reads from an unpacking stream until it has given more than it may."""

    def __init__(
        self, inner: io.BufferedIOBase, file: TableFile, packed: int, archive: zipfile.ZipFile | None
    ) -> None:
        self._inner, self._file, self._archive = inner, file, archive
        self._most = min(MAX_BYTES, max(_RATIO_FROM, packed * MAX_RATIO))
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(cast(bytearray, buffer))
        piece = self._inner.read1(len(view))  # not read: damage would take along what came before it
        self._given += len(piece)
        if self._given > self._most:
            raise _too_large(self._file)
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._archive is not None:
                self._archive.close()
        super().close()


def _guarded(
    inner: io.BufferedIOBase, file: TableFile, packed: int, archive: zipfile.ZipFile | None = None
) -> io.BufferedReader:
    return io.BufferedReader(_Guard(inner, file, packed, archive), 1 << 16)


def _too_large(file: TableFile) -> SourceError:
    return SourceError(
        f"unpack {file.name}",
        f"it grows beyond {MAX_BYTES >> 30} GB or {MAX_RATIO} times its packed size",
        "Unpack it yourself if you trust it, and name the table.",
    )


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip archive does."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def table_files(path: Path) -> list[TableFile]:
    """The tables that a file holds: itself, or the members of a zip, each checked before it is read."""
    if not is_zip(path):
        return [TableFile(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check(path, members)
            kept = [info for info in members if not _is_clutter(info.filename)]
            for info in kept:
                _refuse_nested(path, info, archive)
    except BROKEN as error:
        raise SourceUnknown(
            f"open {path.name}", f"no readable zip archive: {error}", "Export it again."
        ) from error
    return [TableFile(path, info.filename) for info in kept]


def _is_clutter(name: str) -> bool:
    last = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or last in (".DS_Store", "Thumbs.db", "desktop.ini")


def _check(path: Path, members: list[zipfile.ZipInfo]) -> None:
    for found in _faults(path, members):
        raise SourceError(
            f"open {path.name}", found, "Unpack it yourself if you trust it, and name the table."
        )


def _faults(path: Path, members: list[zipfile.ZipInfo]) -> Iterator[str]:
    if any(info.filename == _WORKBOOK for info in members):
        yield "a spreadsheet workbook (save the sheet as CSV instead)"
    if len(members) > MAX_MEMBERS:
        yield f"an archive of {len(members)} files, more than {MAX_MEMBERS}"
    if any(_outside(info.orig_filename) for info in members):
        yield "an archive with names that lead outside of it"
    if any(info.flag_bits & 1 for info in members):
        yield "an encrypted archive"
    if any(info.compress_type not in _METHODS for info in members):
        yield "an archive that is not packed by deflate"
    total, packed = sum(info.file_size for info in members), path.stat().st_size
    if total > MAX_BYTES or (total > _RATIO_FROM and total > MAX_RATIO * packed):
        yield f"an archive of {total:,} bytes in {packed:,}"


def _refuse_nested(path: Path, info: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
    with archive.open(info) as member:
        nested = member.read(6).startswith(_MAGIC)
    if nested or info.filename.lower().endswith(_ARCHIVES):
        raise SourceError(
            f"open {path.name}",
            f"an archive within it, {info.filename[:100]!r}",
            "Unpack that one and name it.",
        )
