"""What stands in the reference of disavow files? What is checked, as a page."""

from backlit.report.disavow.faults import KINDS, LEVELS

__all__ = ["manual"]

_HEAD = """# Disavow files

What `backlit disavow lint` and `Disavow.parse(text).lint()` tell of a disavow file. Google's rules: a text
file in UTF-8 or ASCII, at most 2 MB and 100,000 lines with blank ones and remarks; each line is blank, a
remark that begins with `#`, `domain:` and a name (for all on it and below it), or the whole URL of one page,
at most 2,048 characters. Nothing else is a line, and a part of a site cannot be disavowed.

An *error* is refused by Google, or does something else than it says. A *warning* is taken, and probably not
what was meant. A *note* changes nothing. Each comes with the number of its line, and with the line that would
be right where there is only one.

Lines of others are compared by what they mean: `Domain: A.example` and `domain:a.example` are one entry. A
remark holds as the reason for the entries right below it, up to a blank line or the next remark.

This page is written by `scripts/docs`.
"""
_TABLE = "\n## {title}\n\n| fault | says | what to do |\n|---|---|---|\n{rows}\n"
_TITLES = {"error": "Errors", "warning": "Warnings", "note": "Notes"}


def manual() -> str:
    """The page, in Markdown."""
    parts = [_HEAD]
    for level in LEVELS:
        told = [kind for kind in KINDS.values() if kind.level == level]
        rows = "\n".join(f"| `{kind.id}` | {_shown(kind.sentence)} | {kind.do} |" for kind in told)
        parts.append(_TABLE.format(title=_TITLES[level], rows=rows))
    return "".join(parts)


def _shown(sentence: str) -> str:
    """A sentence with ellipses for what is found."""
    return sentence.format(found="…", other="…")
