"""Which files did the user mean, and what is in each of them?"""

import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from glob import has_magic, iglob
from pathlib import Path
from typing import IO, TYPE_CHECKING

import zstandard

from backlit.errors import SourceError, SourceMissing, SourceUnknown, UsageError

if TYPE_CHECKING:
    from backlit.ingest.exports import TableFile

__all__ = [
    "CRAWL_SUFFIXES",
    "PRIOR_RANKS",
    "REFUSED",
    "WARC",
    "WAT",
    "Source",
    "SourceKind",
    "digest_of",
    "find_sources",
    "why_refused",
]

SourceKind = str
WARC, WAT, PRIOR_RANKS = "warc", "wat", "prior_ranks"
#: A file, or a table in a zip, that yields nothing beside others that can be used.
REFUSED = "refused"

CRAWL_SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wat", ".wat.gz", ".wat.zst")
_TABLE_SUFFIXES = tuple(
    f"{suffix}{packed}"
    for suffix in (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".log")
    for packed in ("", ".gz")
)
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

#: Bytes looked at, after decompression, to tell a WAT from a WARC.
_SNIFF_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, or one member of a zip, and what it holds."""

    path: Path
    kind: SourceKind
    bytes: int
    member: str | None = None
    #: why a whole file is refused
    refusal: str | None = None

    @property
    def name(self) -> str:
        """The file's name; of a member the archive's and its own."""
        name = _shown(self.path.name)
        return f"{name}/{self.member}" if self.member else name


def _shown(path: Path | str) -> str:
    """A path that can be written anywhere: bytes that are no UTF-8 are spelt out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def find_sources(
    names: Iterable[str], *, stdin: IO[str] | None = None, mapping: Mapping[str, str] | None = None
) -> list[Source]:
    """The files that names, globs, folders and lists (`-`, `@FILE`) stand for, each once, in order.

    `mapping` names the columns of tables that are not known by themselves.
    A name without files, or a file that cannot be read or whose kind cannot be told, is REFUSED beside
    others that can be used (`why_refused`); where there is none, it is SourceMissing or SourceUnknown.
    """
    found: dict[Path, list[Source]] = {}
    errors: list[OSError] = []
    for name in _expand_lists(names, stdin or sys.stdin):
        try:
            paths = _files_of(name)
        except OSError as error:
            errors.append(error)
            found.setdefault(Path(name), [_refused(Path(name), error)])
            continue
        for path in paths:
            if path.resolve() not in found:
                found[path.resolve()] = _sources_or_refusal(path, mapping or {}, errors)
    sources = [source for sources in found.values() for source in sources]
    if errors and all(source.kind == REFUSED for source in sources):
        raise errors[0]
    return sources


def _sources_or_refusal(path: Path, mapping: Mapping[str, str], errors: list[OSError]) -> list[Source]:
    try:
        return _sources_in(path, mapping)
    except OSError as error:
        errors.append(error)
        return [_refused(path, error)]


def _refused(path: Path, error: OSError) -> Source:
    """A file that is left out, with the reason; a system's own error says it in `strerror`."""
    why = f"{error.found}. {error.do}" if isinstance(error, SourceError) else error.strerror or str(error)
    return Source(path, REFUSED, path.stat().st_size if path.is_file() else 0, refusal=why)


def _expand_lists(names: Iterable[str], stdin: IO[str]) -> Iterator[str]:
    for name in names:
        if name == "-":
            yield from filter(None, (line.strip() for line in stdin))
        elif name.startswith("@"):
            if not Path(name[1:]).is_file():
                raise SourceMissing(
                    f"read the list {_shown(name[1:])}",
                    "there is no such file",
                    "Check the name after the @.",
                )
            lines = Path(name[1:]).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
            yield from filter(None, (line.strip() for line in lines))
        else:
            yield name


def _files_of(name: str) -> list[Path]:
    if "://" in name:
        raise UsageError(
            f"ingest {_shown(name)}", "this is a URL", "Download the file first and name it on disk."
        )
    path = Path(name)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.name.lower().endswith(CRAWL_SUFFIXES) and p.is_file())
        if not files:
            raise SourceMissing(
                f"ingest the folder {_shown(name)}",
                "it holds no crawl file",
                f"Known are {', '.join(CRAWL_SUFFIXES)}; name tables (.csv) one by one.",
            )
        return files
    if path.is_file():
        return [path]
    # Path.glob takes no absolute patterns
    found = iglob(name, recursive=True) if has_magic(name) else ()  # noqa: PTH207
    files = [Path(path) for path in sorted(found) if Path(path).is_file()]
    if not files:
        raise SourceMissing(
            f"ingest {_shown(name)}", "there is no such file", "Check the path; globs and folders work too."
        )
    return files


def _sources_in(path: Path, mapping: Mapping[str, str]) -> list[Source]:
    """The file itself, or the tables of a zip, if one of them can be used."""
    from backlit.ingest.exports import is_zip, table_files

    if not is_zip(path):
        return [Source(path, kind_of(path, mapping), path.stat().st_size)]
    files = table_files(path)
    sources = [Source(path, _table_kind(file, mapping), file.size, file.member) for file in files]
    if all(source.kind == REFUSED for source in sources):
        found = "; ".join(f"{source.member}: {why_refused(source)}" for source in sources[:3])
        raise SourceUnknown(
            f"ingest {_shown(path)}",
            f"no table in it that can be used ({found or 'it is empty'})",
            "Export the tables of links, one row per link, or the lists of linking pages.",
        )
    return sources


def _table_kind(file: "TableFile", mapping: Mapping[str, str]) -> SourceKind:
    from backlit.ingest.exports.detect import layout_of

    found = layout_of(file, mapping).format.yields
    return REFUSED if found == "nothing" else found


def why_refused(source: Source) -> str:
    """Why a file was left out; of a table in a zip what it is, and what it is good for."""
    if source.refusal is not None:
        return source.refusal
    from backlit.ingest.exports import TableFile
    from backlit.ingest.exports.detect import layout_of

    refused = layout_of(TableFile(source.path, source.member)).format
    return f"{refused.reason}. {refused.use}"


def kind_of(path: Path, mapping: Mapping[str, str] | None = None) -> SourceKind:
    """What a file holds, by its first bytes and, for tables, its columns."""
    name = path.name.lower()
    head = _first_bytes(path)
    if not head:
        if name.endswith(CRAWL_SUFFIXES):
            return WAT if ".wat" in name else WARC
        raise SourceUnknown(f"ingest {_shown(path)}", "the file is empty", "Leave it out.")
    if b"WARC/" in head[:4096] or name.endswith(CRAWL_SUFFIXES):
        return WAT if _looks_like_wat(name, head) else WARC
    if name.endswith(_TABLE_SUFFIXES):
        return _kind_of_graph_file(path, head) or _kind_of_table(path, mapping or {})
    raise SourceUnknown(
        f"ingest {_shown(path)}",
        "neither a WARC or WAT file nor a table with a column of linking pages",
        "Known are WARC, WAT, and CSV, TSV or JSON with columns such as source_url,target_url,anchor,rel.",
    )


def _kind_of_graph_file(path: Path, head: bytes) -> SourceKind | None:
    """The ranks of a web graph; None for no file of one. Its other files say nothing of pages."""
    from backlit.ingest.webgraph import graph_kind

    kind = graph_kind(head)
    if kind in ("vertices", "edges"):
        raise SourceUnknown(
            f"ingest {_shown(path)}",
            f"the {kind} of a web graph: domains by number, and no page that links",
            "Ingest the ranks file of the same graph (…-ranks.txt.gz) to have its figures beside ours.",
        )
    return kind


def _kind_of_table(path: Path, mapping: Mapping[str, str]) -> SourceKind:
    from backlit.ingest.exports import TableFile
    from backlit.ingest.exports.detect import layout_of

    found = layout_of(TableFile(path), mapping).format
    if found.yields == "nothing":
        raise SourceUnknown(f"ingest {_shown(path)}", found.reason, found.use)
    return found.yields


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
        except (OSError, EOFError, zlib.error, zstandard.ZstdError):
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
