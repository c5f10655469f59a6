"""Which files did the user mean, and what is in each of them?"""

import gzip
import hashlib
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import has_magic, iglob
from pathlib import Path
from typing import IO

import zstandard

from backlit.errors import SourceMissing, SourceUnknown, UsageError

__all__ = ["Source", "SourceKind", "digest_of", "find_sources"]

SourceKind = str
WARC, WAT, LINKS_TABLE, LEADS_TABLE = "warc", "wat", "links", "leads"

_CRAWL_SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wat", ".wat.gz", ".wat.zst")
_TABLE_SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

#: Bytes looked at, after decompression, to tell a WAT from a WARC.
_SNIFF_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, and what it holds."""

    path: Path
    kind: SourceKind
    bytes: int


def find_sources(names: Iterable[str], *, stdin: IO[str] | None = None) -> list[Source]:
    """The files that names, globs, folders and lists (`-`, `@FILE`) stand for, each once, in order.

    SourceMissing for a name without files, SourceUnknown for a file whose kind cannot be told.
    """
    found: dict[Path, Source] = {}
    for name in _expand_lists(names, stdin or sys.stdin):
        for path in _files_of(name):
            if path.resolve() not in found:
                found[path.resolve()] = Source(path, kind_of(path), path.stat().st_size)
    return list(found.values())


def _expand_lists(names: Iterable[str], stdin: IO[str]) -> Iterator[str]:
    for name in names:
        if name == "-":
            yield from filter(None, (line.strip() for line in stdin))
        elif name.startswith("@"):
            if not Path(name[1:]).is_file():
                raise SourceMissing(
                    f"read the list {name[1:]}", "there is no such file", "Check the name after the @."
                )
            lines = Path(name[1:]).read_text(encoding="utf-8", errors="replace").splitlines()
            yield from filter(None, (line.strip() for line in lines))
        else:
            yield name


def _files_of(name: str) -> list[Path]:
    if "://" in name:
        raise UsageError(f"ingest {name}", "this is a URL", "Download the file first and name it on disk.")
    path = Path(name)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.name.lower().endswith(_CRAWL_SUFFIXES) and p.is_file())
        if not files:
            raise SourceMissing(
                f"ingest the folder {name}",
                "it holds no crawl file",
                f"Known are {', '.join(_CRAWL_SUFFIXES)}; name tables (.csv) one by one.",
            )
        return files
    if path.is_file():
        return [path]
    # Path.glob takes no absolute patterns
    found = iglob(name, recursive=True) if has_magic(name) else ()  # noqa: PTH207
    files = [Path(path) for path in sorted(found) if Path(path).is_file()]
    if not files:
        raise SourceMissing(
            f"ingest {name}", "there is no such file", "Check the path; globs and folders work too."
        )
    return files


def kind_of(path: Path) -> SourceKind:
    """What a file holds, by its first bytes and, for tables, its columns."""
    name = path.name.lower()
    head = _first_bytes(path)
    if not head:
        if name.endswith(_CRAWL_SUFFIXES):
            return WAT if ".wat" in name else WARC
        raise SourceUnknown(f"ingest {path}", "the file is empty", "Leave it out.")
    if b"WARC/" in head[:4096] or name.endswith(_CRAWL_SUFFIXES):
        return WAT if _looks_like_wat(name, head) else WARC
    if name.endswith((*_TABLE_SUFFIXES, ".txt")):
        from backlit.ingest.tables import sniff

        kind = sniff(path)
        if kind is not None:
            return kind
    raise SourceUnknown(
        f"ingest {path}",
        "neither a WARC or WAT file nor a table with a column of linking pages",
        "Known are WARC, WAT, and CSV or TSV with a header such as source_url,target_url,anchor,rel.",
    )


def _looks_like_wat(name: str, head: bytes) -> bool:
    if name.endswith((".wat", ".wat.gz", ".wat.zst")):
        return True
    lower = head.lower()
    return (
        b"warc-type: metadata" in lower
        and b"application/json" in lower
        and b"warc-type: response" not in lower
    )


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        try:
            if magic[:2] == _GZIP:
                return gzip.GzipFile(fileobj=raw).read(_SNIFF_BYTES)
            if magic == _ZSTD:
                with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
                    return stream.read(_SNIFF_BYTES)
        except (OSError, EOFError, zstandard.ZstdError):
            return magic  # damaged from the start; the reader counts what it skips
        return raw.read(_SNIFF_BYTES)


def digest_of(path: Path) -> str:
    """BLAKE2b of a file's bytes: the same file under another name is the same source."""
    state = hashlib.blake2b(digest_size=16)
    with path.open("rb", buffering=0) as file:
        buffer = memoryview(bytearray(io.DEFAULT_BUFFER_SIZE * 32))
        while count := file.readinto(buffer):
            state.update(buffer[:count])
    return state.hexdigest()
