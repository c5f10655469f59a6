"""What is wrong with a disavow file as a whole, and between its lines?"""

from collections.abc import Collection, Iterator, Sequence

from backlit.report.disavow.entries import MOST_URL, Entry, Line
from backlit.report.disavow.faults import MOST_FILE_BYTES, MOST_FILE_LINES, Fault, fault
from backlit.report.disavow.reading import Text
from backlit.urls import host_of_key, page_key, registrable_domain

__all__ = ["NO_DISAVOW_FILE", "covering", "faults_between", "faults_of_file"]

_ENCODINGS = {"cp1252": "Windows-1252", "latin-1": "Latin-1", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
#: Faults of what is another kind of file altogether.
NO_DISAVOW_FILE = frozenset(("web-page", "rich-text", "not-text"))
_NO_TEXT = (
    (b"PK\x03\x04", "a packed file, as spreadsheets and documents are"),
    (b"\xd0\xcf\x11\xe0", "an old file of an office program"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a packed file"),
    (b"\x89PNG", "a picture"),
)


def faults_of_file(text: Text, lines: Sequence[Line], size: int, name: str | None) -> Iterator[Fault]:
    """What holds for the file as a whole; `size` are its bytes in UTF-8."""
    if size > MOST_FILE_BYTES:
        yield fault("too-big", found=f"{size:,}")
    if len(lines) > MOST_FILE_LINES:
        yield fault("too-many-lines", found=f"{len(lines):,}")
    if name is not None and not name.lower().endswith(".txt"):
        yield fault("file-name", found=name)
    yield from _kind_of_file(text)
    if text.encoding != "utf-8":
        kind = "utf-16" if "16" in text.encoding or "32" in text.encoding else "not-utf-8"
        yield fault(kind, found=_ENCODINGS.get(text.encoding, text.encoding.upper()))
    elif text.bom:
        yield fault("bom", 1, lines[0].text if lines else "")
    yield from _line_ends(lines)
    entries = sum(line.entry is not None for line in lines)
    if not entries:
        yield fault("empty")
    bare = sum(line.entry is not None and not why for line, why in zip(lines, reasons_of(lines), strict=True))
    if bare:
        yield fault("no-reasons", found=f"{bare:,} of {entries:,}")


def _kind_of_file(text: Text) -> Iterator[Fault]:
    start = text.text[:512].lstrip().lower()
    raw = text.encoded(text.text[:16])
    if start.startswith(("<!doctype", "<html", "<?xml", "<head")):
        yield fault("web-page", 1, text.text[:120])
    if start.startswith("{\\rtf"):
        yield fault("rich-text", 1, text.text[:120])
    for magic, what in _NO_TEXT:
        if raw.startswith(magic):
            yield fault("not-text", 1, found=what)


def _line_ends(lines: Sequence[Line]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line in lines:
        first.setdefault(line.source.end, line.number)
    if "\r" in first:
        yield fault("line-ends-cr", first["\r"])
    if "\n" in first and "\r\n" in first:
        yield fault("line-ends-mixed", max(first["\n"], first["\r\n"]))
    if lines and not lines[-1].source.end:
        yield fault("no-last-line-end", lines[-1].number, lines[-1].text)


def reasons_of(lines: Sequence[Line]) -> list[str]:
    """What the remarks above say of each line: those right above a block of entries hold for all of it, up to
    a blank line or the next remark."""
    said: list[str] = []
    told: list[str] = []
    reason, before = "", ""
    for line in lines:
        if line.kind == "comment":
            said = said if before == "comment" else []
            said.append(line.text.strip().lstrip("#").strip())
        elif line.kind != "blank" and before == "comment":
            reason = " ".join(said).strip()
        reason = "" if line.kind in ("comment", "blank") else reason
        told.append(reason)
        before = line.kind
    return told


def faults_between(lines: Sequence[Line], own: Collection[str], kept: Collection[str]) -> Iterator[Fault]:
    """What is wrong with a line beside others, and beside what is one's own or is to be kept."""
    first: dict[Entry, Line] = {}
    for line in lines:
        if line.entry is not None:
            first.setdefault(line.entry, line)
    domains = {entry.value: line for entry, line in first.items() if entry.kind == "domain"}
    ours = [("own-domain", set(own), _above(own)), ("kept", set(kept), _above(kept))]
    for line in lines:
        if line.entry is not None:
            yield from _among(line, line.entry, first, domains)
            yield from _of_ours(line, line.entry, ours)


def _among(line: Line, entry: Entry, first: dict[Entry, Line], domains: dict[str, Line]) -> Iterator[Fault]:
    earlier = first[entry]
    if earlier is not line:
        same = earlier.text.strip() == line.text.strip()
        kind = "duplicate" if same else "same-in-effect"
        yield fault(kind, line.number, line.text, other=earlier.number, found=str(entry))
        return
    over = covering(entry, domains)
    if over is not None:
        above = domains[over]
        yield fault("covered", line.number, line.text, other=above.number, found=f"domain:{over}")
    elif entry.kind == "url" and entry.value.startswith("http:"):
        twin = first.get(Entry("url", f"https:{entry.value[5:]}"))
        if twin is not None:
            later, other = sorted((line, twin), key=lambda each: -each.number)
            yield fault("same-but-scheme", later.number, later.text, other=other.number)


def covering(entry: Entry, domains: Collection[str]) -> str | None:
    """The widest domain of some that covers an entry too, other than the entry's own; None for none."""
    labels = entry.host.split(".")
    names = [".".join(labels[at:]) for at in range(len(labels))]
    found = [name for name in names if name in domains and (entry.kind == "url" or name != entry.value)]
    return found[-1] if found else None


def _of_ours(
    line: Line, entry: Entry, ours: Sequence[tuple[str, set[str], dict[str, str]]]
) -> Iterator[Fault]:
    site = registrable_domain(entry.host)
    for kind, names, above in ours:
        if covered := next((name for name in (site, entry.host, entry.value) if name in names), None):
            yield fault(kind, line.number, line.text, found=covered)
        elif entry.kind == "domain" and (below := above.get(entry.value)):
            yield fault(kind, line.number, line.text, found=below)


def _above(names: Collection[str]) -> dict[str, str]:
    """For each domain that covers one of some names, or is it, the first that it covers."""
    found: dict[str, str] = {}
    for name in names:
        labels = _host(name).split(".")
        for at in range(len(labels)):
            found.setdefault(".".join(labels[at:]), name)
    return found


def _host(name: str) -> str:
    return host_of_key(page_key(name)) if "://" in name[:MOST_URL] else name
