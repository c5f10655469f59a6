"""What can be wrong with a disavow file, in one table: how bad it is, what is said of it, and what to do.

*error*: Google refuses the file or the line, or the line does something else than it says. *warning*: it is
taken, and probably not what was meant. *note*: nothing is wrong, and somebody may want to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backlit.report.text import shorten, visible

__all__ = ["KINDS", "LEVELS", "MOST_FILE_BYTES", "MOST_FILE_LINES", "Fault", "Kind", "fault"]

#: What Google takes. Of the two readings of 2 MB the smaller one.
MOST_FILE_BYTES, MOST_FILE_LINES = 2_000_000, 100_000

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")

#: Characters of a line that are quoted.
_QUOTED = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault. `sentence` and `do` may name what was found: {found}, {other}, {line}."""

    id: str
    level: Level
    sentence: str
    do: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a file: its kind, the line (None: the whole file), a sentence, what to do, and the line that
    would be right, where there is only one. `text` is the line, fit to be shown."""

    id: str
    level: Level
    line: int | None
    sentence: str
    what_to_do: str
    text: str = ""
    mended: str | None = None


_TABLE: tuple[tuple[str, Level, str, str], ...] = (
    # the file
    ("too-big", "error", "The file has {found} bytes; Google takes 2 MB.",
     "Replace addresses of one site by one `domain:` line, and take dead lines out."),
    ("too-many-lines", "error", "The file has {found} lines, blank ones too; Google takes 100,000.",
     "Take remarks and blank lines out, then replace addresses of one site by one `domain:` line."),
    ("not-utf-8", "error", "The file is written in {found}; Google reads UTF-8 and ASCII.",
     "Save it as UTF-8, or let Backlit write it: its export is UTF-8."),
    ("utf-16", "error", "The file is in {found}, as spreadsheets save “Unicode text”; Google reads UTF-8.",
     "Save it as UTF-8, or let Backlit write it: its export is UTF-8."),
    ("bom", "warning", "An invisible mark (BOM) stands before the first line, which may not be read with it.",
     "Save the file as UTF-8 without BOM, or leave the first line to a remark."),
    ("empty", "warning", "The file has no entry. An upload takes back everything that was disavowed before.",
     "Upload it only if that is meant; Search Console has a button for it, too."),
    ("web-page", "error", "The file is a web page, not a list.",
     "Download the list itself: Search Console offers it as a text file."),
    ("rich-text", "error", "The file is a document of a word processor.", "Save it as plain text."),
    ("not-text", "error", "The file is no text, but {found}.", "Save the list as a plain text file."),
    ("file-name", "error", "The file is called {found}; Google takes names that end in .txt.", "Rename it."),
    ("line-ends-cr", "warning", "Lines end in a bare carriage return: some programs see one long line.",
     "Save it with line ends of Unix or Windows, or let Backlit write it."),
    ("line-ends-mixed", "note", "Some lines end as on Windows, some as on Unix.", "Nothing; both are read."),
    ("no-last-line-end", "note", "The last line has no end: what is appended continues it.",
     "End it before you append to the file."),
    ("no-reasons", "note", "{found} entries have no remark above them that says why.",
     "Write down why as long as somebody knows; `backlit disavow review` lists them."),
    # characters
    ("nul", "error", "The line holds a NUL character.", "Write the line again."),
    ("control-character", "error", "The line holds an invisible control character, {found}.",
     "Write the line again."),
    ("direction", "error", "The line holds {found}, which shows text in another order than it is read.",
     "Write the line again, and look at the name letter by letter."),
    ("unseen-character", "error", "The line holds {found}, a character that is not seen.",
     "Write the line again."),
    ("odd-line-end", "error", "The line holds {found}, which ends a line for some programs only.",
     "Put each entry on a line of its own."),
    ("broken-characters", "error", "The line holds {found}: a character was lost when the file was saved.",
     "Look the name up where it came from, and write it again."),
    ("odd-space", "error", "The line holds {found}, a space that is none to a program.",
     "Take it out."),
    # shape of a line
    ("space-before", "warning", "Spaces stand before the entry.", "Take them out."),
    ("space-after", "note", "Spaces stand after the entry.", "Take them out."),
    ("line-too-long", "error", "The line has {found} characters; the longest URL has 2,048.",
     "Take it out, or disavow the site by its domain."),
    ("several-on-a-line", "error", "Several entries stand on one line.", "Put each on a line of its own."),
    ("table-row", "error", "The line is a row of a table.", "Keep the column with the addresses only."),
    ("remark-after-entry", "error", "A remark stands after the entry; Google takes it for a part of it.",
     "Put the remark on a line of its own, above."),
    ("other-remark-mark", "error", "The line looks like a remark, but {found} begins none.",
     "Begin remarks with #."),
    ("remarked-out", "note", "The remark holds an entry, which does nothing there.",
     "Take the # out if the entry is meant."),
    ("quoted", "error", "The entry stands in quotes or brackets.", "Take them out."),
    ("list-mark", "error", "The entry has the mark of a list before it.", "Take the mark out."),
    ("mark-after", "error", "{found} stands after the entry.", "Take it out."),
    ("markup", "error", "The line is HTML.", "Keep the address only."),
    ("no-entry", "error", "The line is neither a remark, a `domain:` line nor a URL.",
     "Begin it with # if it is a remark, else take it out."),
    ("unknown-word", "error", "There is no `{found}:` in a disavow file, only `domain:`.",
     "Write `domain:` and the name, or a whole URL."),
    ("no-colon", "error", "No colon follows the word domain.", "Write `domain:` and the name."),
    ("odd-colon", "error", "What stands after the word domain, {found}, only looks like a colon.",
     "Write an ASCII colon."),
    ("domain-misspelt", "error", "`{found}:` is not `domain:`.", "Write `domain:`."),
    ("domain-in-capitals", "warning", "`{found}` is not written in small letters.", "Write `domain:`."),
    ("domain-space", "warning", "A space stands beside the colon; Google's examples have none.",
     "Take it out."),
    # domains
    ("domain-empty", "error", "No name follows `domain:`.", "Add the name, or take the line out."),
    ("domain-has-scheme", "error", "A URL follows `domain:`; only a name may.",
     "Write the bare name for the whole site, or the URL without `domain:` for one page."),
    ("domain-has-path", "error", "A path follows the name; a part of a site cannot be disavowed.",
     "Write the name for the whole site, or the whole URL of each page."),
    ("domain-has-port", "error", "A port follows the name.", "Write the name alone."),
    ("domain-is-address", "error", "An e-mail address follows `domain:`.", "Write what stands after the @."),
    ("domain-has-wildcard", "error", "The name has a *; `domain:` covers all below a name as it is.",
     "Write the name without it."),
    ("domain-leading-dot", "error", "The name begins with a dot.", "Write it without."),
    ("domain-trailing-dot", "warning", "The name ends in a dot.", "Write it without."),
    ("domain-comma", "error", "The name has a comma where a dot should be.", "Write a dot."),
    ("domain-not-a-name", "error", "No server can have the name that follows `domain:`.",
     "Look at how it is spelt where it came from."),
    ("domain-one-label", "error", "{found} is no name of the public web.",
     "Write the whole name, with its ending."),
    ("public-suffix", "error", "Everybody's sites end in {found}: the line would disavow all of them.",
     "Name the sites that are meant."),
    ("platform", "warning", "{found} hosts the sites of many people: the line disavows all of them.",
     "Name the sites that are meant, or accept it in so many words when you export."),
    ("well-known", "warning", "{found} is a site that everybody knows: the line disavows all its links.",
     "Name the pages that are meant."),
    ("unknown-ending", "warning", "No registry has the ending of {found}.",
     "Look at how it is spelt where it came from."),
    ("upper-case", "note", "The name has capital letters; names have none.", "Write small letters."),
    ("idn", "warning", "The name has letters outside ASCII; on the wire it is {found}.",
     "Write it as it is on the wire."),
    ("mixed-scripts", "warning", "The name mixes letters of several scripts, as look-alikes do: {found}.",
     "Look at which site is meant, and write its name as it is on the wire."),
    ("bad-punycode", "error", "{found} begins with xn-- and is no spelling of any letters.",
     "Look at how it is spelt where it came from."),
    ("ip-address", "note", "{found} is an address, not a name: only links to pages at the bare number match.",
     "Name the sites that answered there, if they are meant."),
    ("ip-spelling", "error", "The line is an odd spelling of the address {found}.", "Write it so."),
    ("not-public", "error", "{found} is not on the public web.", "Take the line out."),
    ("only-www", "note", "The line covers {found} and not the name without www.",
     "Leave www out to disavow the whole site."),
    ("own-domain", "error", "{found} is your own site.", "Take the line out."),
    ("kept", "error", "It was decided to keep {found}.",
     "Decide to keep the domain, which takes the line out, or to disavow it, which names its other pages one "
     "by one; or undo the decision."),
    # URLs
    ("no-scheme", "error", "An address of a page has to begin with http:// or https://.",
     "Write it whole, as the browser shows it."),
    ("bare-name", "error", "A bare name is no entry.", "Write `domain:` before it."),
    ("other-scheme", "error", "Google has no links from {found} addresses.", "Take the line out."),
    ("scheme-misspelt", "error", "`{found}` is no beginning of an address.", "Write http:// or https://."),
    ("url-malformed", "error", "No browser can read the URL.", "Copy it from the browser again."),
    ("url-too-long", "error", "The URL has {found} characters; Google takes 2,048.",
     "Disavow the site by its domain, if its other links are no better."),
    ("url-has-space", "error", "The URL has a space in it.", "Write %20, or copy it from the browser."),
    ("url-has-wildcard", "warning", "The URL has a *, which stands for itself only.",
     "Write the URL of each page, or the domain."),
    ("url-has-login", "warning", "The URL holds a user name or a password.", "Take it out."),
    ("url-fragment", "note", "What follows the # names a place on the page and changes nothing.",
     "Leave it out, or let it stand."),
    ("url-tracking", "note", "The URL has parameters that track a visitor: {found}.",
     "Make sure that it is the address in the report of links; others are other pages."),
    ("url-is-home", "warning", "The line covers the home page alone, not the site.",
     "Write `domain:` and the name if the site is meant."),
    ("url-is-folder", "note", "The line covers this one page, not what lies below it.",
     "Write the URL of each page, or the domain."),
    ("url-not-encoded", "note", "The URL has letters outside ASCII; browsers send {found}.",
     "Write it so."),
    ("url-spelling", "note", "The URL is an odd spelling; browsers send {found}.", "Write it so."),
    # between lines
    ("duplicate", "warning", "Line {other} has the same entry.", "Take one of them out."),
    ("same-in-effect", "warning", "Line {other} means the same: {found}.", "Take one of them out."),
    ("same-but-scheme", "note", "Line {other} is the same page with the other of http and https.",
     "Nothing; reports have either."),
    ("covered", "warning", "Line {other}, {found}, covers this one.", "Take this line out."),
)  # fmt: skip

#: The table by id.
KINDS: Mapping[str, Kind] = {row[0]: Kind(*row) for row in _TABLE}


def fault(
    kind: str, line: int | None = None, text: str = "", *, found: str = "", other: int = 0,
    mended: str | None = None,
) -> Fault:  # fmt: skip
    """A fault of a kind; what is quoted in it is made fit to be shown."""
    told = KINDS[kind]
    sentence = told.sentence.format(found=shorten(visible(found), _QUOTED), other=other)
    do = told.do if mended is None else f"{told.do} That is: {visible(mended)}"
    # cut before it is made visible: one line may have a million characters
    shown = shorten(visible(text[: 2 * _QUOTED]), _QUOTED)
    return Fault(kind, told.level, line, sentence, do, shown, mended)
