"""What did somebody drop into the app, and what would it give? Files that came through a browser.

They lie in a folder of their own in the home, each below a number that we give. Of the name that a file came
with stays what no system reads anything into: exports say there of which site and day they are. What was
read stays, since links lead to the file and place that they were found in.
"""

import json
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from backlit.app.answer import Answer, Row
from backlit.app.exports import preview
from backlit.app.jobs import ask_job
from backlit.errors import BacklitError, UploadUnknown, UsageError
from backlit.index.storage import disk
from backlit.index.target import Target
from backlit.ingest.sources import CRAWL_SUFFIXES
from backlit.report.text import shorten, visible

__all__ = [
    "UPLOAD_BYTES",
    "UPLOAD_FILES",
    "Drop",
    "upload_begin",
    "upload_discard",
    "upload_ingest",
    "upload_ls",
    "upload_names",
    "upload_show",
]

#: Of one upload; what is larger is read from where it lies, by the command line.
UPLOAD_FILES, UPLOAD_BYTES = 50, 2 << 30
_FOLDER, _ABOUT = "uploads", "upload.json"
_mark = re.compile(r"[0-9a-f]{16}")
#: The endings by which files are told apart; others are none of ours.
_ENDINGS = re.compile(r"\.(?:warc|wat|csv|tsv|txt|json|jsonl|ndjson|log|zip)(?:\.(?:gz|zst))?$|\.gz$")
_NAME, _PREVIEWED = 200, 5
#: What a name on disk may hold, and its bytes before the ending.
_odd = re.compile(r"[^\w .()+-]")
_STEM = 180


@dataclass(slots=True)
class Drop:
    """An upload while its files come in."""

    folder: Path
    names: list[str]
    size: int = 0

    def open(self, name: str) -> IO[bytes]:
        """A place for the next file; UsageError where there are too many, or its kind cannot be told."""
        shown = visible(name.replace("\\", "/").rpartition("/")[2]) or "a file without a name"
        if len(self.names) == UPLOAD_FILES:
            do = f"Send {UPLOAD_FILES} at a time, pack them into a zip, or use `backlit ingest FOLDER`."
            raise UsageError("take the files", f"there are more than {UPLOAD_FILES}", do)
        ending = _ENDINGS.search(shown.lower())
        shown = shorten(shown, _NAME)
        if ending is None:
            do = "Drop CSV, TSV, JSON, zip, WARC or WAT; of a workbook, export the sheet as CSV."
            raise UsageError(f"take {shown}", "nothing that links are read from ends like that", do)
        self.names.append(shown)
        place = self.folder / f"{len(self.names):03}"
        place.mkdir()
        return (place / f"{_harmless(name, len(ending[0]))}{ending[0]}").open("wb")

    def grow(self, size: int) -> None:
        """Count bytes; UsageError beyond what one upload may hold."""
        self.size += size
        if self.size > UPLOAD_BYTES:
            do = "Read it from where it lies: backlit ingest FILE."
            raise UsageError("take the files", f"they have more than {UPLOAD_BYTES >> 30} GiB", do)

    def end(self, who: str, at: datetime) -> str:
        """Keep what came; the mark of the upload."""
        if not self.names:
            raise UsageError("take the files", "none was chosen", "Choose one, or drop it on the field.")
        about = {"names": self.names, "at": at.isoformat(), "who": who, "job": None}
        _write(self.folder, about)
        return self.folder.name

    def abandon(self) -> None:
        """Remove what came."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _harmless(name: str, ending: int) -> str:
    """The name of a file without its ending, as every disk takes it."""
    stem = _odd.sub("_", name.replace("\\", "/").rpartition("/")[2][:-ending][:_NAME])
    return stem.encode()[:_STEM].decode(errors="ignore").strip(" .-") or "file"


def upload_begin(home: Path) -> Drop:
    """A place for files that come in."""
    folder = home / _FOLDER / secrets.token_hex(8)
    folder.mkdir(parents=True)
    return Drop(folder, [])


def upload_show(home: Path, mark: str) -> Answer:
    """What came, and what each file would give: tables with their first rows, or why nothing.

    UploadUnknown for a mark that there is not.
    """
    folder, about = _there(home, mark)
    files = [_file_row(path, name) for path, name in zip(_paths(folder), about["names"], strict=True)]
    return Answer(_row(mark, about) | {"files": files}, {"upload": mark})


def upload_names(home: Path, mark: str) -> Sequence[str]:
    """What the files of an upload are called, unread; UploadUnknown for a mark that is none."""
    return tuple(_there(home, mark)[1]["names"])


def upload_ls(home: Path) -> Answer:
    """What came and was not read yet, the newest first."""
    found = []
    for path in (home / _FOLDER).glob(f"*/{_ABOUT}"):
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["job"] is None:
            found.append(_row(path.parent.name, about))
    found.sort(key=lambda row: row["at"], reverse=True)
    return Answer(found, {}, total=len(found))


def upload_ingest(home: Path, mark: str, *, target: str | None = None, by: str = "web app") -> Answer:
    """Have an upload read into the index: the job. `target` is the domain that lists of pages are about."""
    folder, about = _there(home, mark)
    if about["job"] is not None:
        do = f"See what came of it: job {about['job']}."
        raise UsageError(f"read upload {mark}", "that was asked for before", do)
    domain = Target.parse(target, "domain").name if target else None
    arguments: dict[str, Any] = {"sources": [str(path) for path in _paths(folder)]}
    if domain is not None:
        arguments["target"] = domain
    answer = ask_job(home, "ingest", arguments, by=by, folder=home)
    _write(folder, {**about, "job": answer.row["id"]})
    return answer


def upload_discard(home: Path, mark: str) -> Answer:
    """Remove an upload that was not read; UsageError for one that was, since links lead to its files."""
    folder, about = _there(home, mark)
    if about["job"] is not None:
        found, do = "it was read, and links lead to its files", "Roll the index back instead."
        raise UsageError(f"remove upload {mark}", found, do)
    shutil.rmtree(folder)
    return Answer(_row(mark, about), {"upload": mark})


def _there(home: Path, mark: str) -> tuple[Path, Mapping[str, Any]]:
    folder = home / _FOLDER / mark
    if not _mark.fullmatch(mark) or not (folder / _ABOUT).is_file():
        raise UploadUnknown(
            f"look at upload {mark[:40]!r}", "there is none of that mark", "Drop the files again."
        )
    return folder, json.loads((folder / _ABOUT).read_text(encoding="utf-8"))


def _write(folder: Path, about: Mapping[str, Any]) -> None:
    disk().write(folder / _ABOUT, json.dumps(about).encode())


def _paths(folder: Path) -> list[Path]:
    """The files in the order in which they came; those of earlier versions lie there without a folder."""
    found = sorted(path for path in folder.iterdir() if path.name[0].isdigit())
    return [next(path.iterdir()) if path.is_dir() else path for path in found]


def _row(mark: str, about: Mapping[str, Any]) -> Row:
    return {
        "upload": mark,
        "at": datetime.fromisoformat(about["at"]),
        "who": about["who"],
        "names": list(about["names"]),
        "job": about["job"],
    }


def _file_row(path: Path, name: str) -> Row:
    row: Row = {"name": name, "bytes": path.stat().st_size, "kind": "crawl", "tables": [], "problem": None}
    if path.name.endswith(CRAWL_SUFFIXES):
        return row
    try:
        tables = preview([str(path)], rows=_PREVIEWED).rows
    except BacklitError as error:
        return row | {"kind": "unknown", "problem": {"found": error.found, "do": error.do}}
    return row | {"kind": "tables", "tables": tables}
