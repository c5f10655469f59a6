"""What does a disavow file say, what is wrong with it, and how does it differ from another?

Google's file as code: read in whatever encoding it comes, checked by every rule that is published and by what
people get wrong, compared by what it disavows rather than by its lines, and written byte for byte.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from backlit.errors import UsageError
from backlit.report.disavow.changes import Change, Diff, diff_of
from backlit.report.disavow.entries import Entry, Line, line_of
from backlit.report.disavow.faults import KINDS, LEVELS, MOST_FILE_BYTES, MOST_FILE_LINES, Fault, Kind
from backlit.report.disavow.file_checks import faults_between, faults_of_file, reasons_of
from backlit.report.disavow.line_checks import faults_of_line
from backlit.report.disavow.reading import Text, lines_of, text_of
from backlit.report.text import visible

__all__ = ["KINDS", "LEVELS", "Change", "Diff", "Disavow", "Entry", "Fault", "Kind", "Line"]

#: Characters of a remark that is written: a line of a terminal or two.
_WIDE = 2_000


@dataclass(frozen=True)
class Disavow:
    """A disavow file: its lines as they stand, and the entries that they mean.

    >>> old = Disavow.parse("# paid, 2024\\ndomain:Shop.example\\nhttp://blog.example/post\\n")
    >>> [str(entry) for entry in old.entries]
    ['domain:shop.example', 'http://blog.example/post']
    >>> [(fault.line, fault.id) for fault in old.lint()]
    [(2, 'upper-case')]
    >>> print(old.diff(Disavow.parse("domain:blog.example")).render(), end="")
    - # paid, 2024
    - domain:shop.example
    - http://blog.example/post
    - # without effect: domain:blog.example covers it
    + domain:blog.example
    """

    lines: tuple[Line, ...]
    _text: Text = field(default=Text(""), repr=False)

    @staticmethod
    def parse(text: str | bytes) -> "Disavow":
        """Read a file, whatever its encoding and line ends; no line is refused, `lint` says what is wrong.

        UsageError for more than 20 MB or a million lines: that is no disavow file.
        """
        found = text_of(text)
        return Disavow(tuple(line_of(source) for source in lines_of(found.text)), found)

    @staticmethod
    def of(entries: Iterable[tuple[Entry, str]], head: Iterable[str] = ()) -> "Disavow":
        """A new file: remarks at its head, then entries with their reasons, each reason once above those that
        follow one another. What somebody typed can end no line and begin no entry."""
        written = [_remark(each) for each in head]
        last = None
        for entry, reason in entries:
            if reason != last:
                written += ["", _remark(reason)] if written else [_remark(reason)]
            last = reason
            written.append(str(entry))
        return Disavow.parse("".join(f"{line}\n" for line in written))

    @cached_property
    def reasons(self) -> Mapping[Entry, str]:
        """Each entry once, in the order of the file, with what the remark above it says; else "".

        A remark holds for the entries right below it, up to a blank line or the next remark.
        """
        found: dict[Entry, str] = {}
        for line, reason in zip(self.lines, reasons_of(self.lines), strict=True):
            if line.entry is not None:
                found[line.entry] = found.get(line.entry) or reason
        return found

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is disavowed, each domain and page once."""
        return tuple(self.reasons)

    @cached_property
    def domains(self) -> frozenset[str]:
        """The names of the `domain:` lines."""
        return frozenset(each.value for each in self.reasons if each.kind == "domain")

    def covers(self, entry: Entry) -> bool:
        """Whether a domain or a page is disavowed by a line of its own or by a wider one."""
        labels = entry.host.split(".")
        wider = (".".join(labels[at:]) for at in range(len(labels)))
        return entry in self.reasons or any(name in self.domains for name in wider)

    def lint(
        self, *, own: Collection[str] = (), kept: Collection[str] = (), name: str | None = None
    ) -> list[Fault]:
        """What is wrong, by line: a kind, a level (error, warning, note), a sentence, what to do, and the
        line that would be right where there is only one.

        `own` are domains of one's own, `kept` those that were decided to be kept, `name` that of the file.
        """
        found = [*faults_of_file(self._text, self.lines, len(self._bytes), name)]
        for line in self.lines:
            found += faults_of_line(line)
        found += faults_between(self.lines, own, kept)
        return sorted(found, key=lambda each: (each.line or 0, LEVELS.index(each.level), each.id))

    def diff(self, other: "Disavow") -> Diff:
        """What `other` disavows more and less than this file, with the reasons that stand beside it."""
        return diff_of(self.reasons, other.reasons)

    def render(self) -> bytes:
        """The file as Google takes it: UTF-8, the lines as they stand; a valid file byte for byte.

        UsageError above 2 MB (2,000,000 bytes) or 100,000 lines.
        """
        if len(self._bytes) > MOST_FILE_BYTES or len(self.lines) > MOST_FILE_LINES:
            raise UsageError(
                "write a disavow file",
                f"it has {len(self._bytes):,} bytes and {len(self.lines):,} lines",
                "Google takes 2,000,000 bytes and 100,000 lines: name domains in the place of their pages.",
            )
        return self._bytes

    def encoded(self) -> bytes:
        """The file in the encoding in which it was read, byte for byte."""
        return self._text.encoded(self._text.text)

    @cached_property
    def _bytes(self) -> bytes:
        mark = self._text.bom if self._text.encoding == "utf-8" else b""
        return mark + self._text.text.encode("utf-8", "replace")


def _remark(text: str) -> str:
    """A line that nothing typed can get out of."""
    return f"# {' '.join(visible(text[:_WIDE]).split())}".rstrip()
