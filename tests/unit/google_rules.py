"""Would Google take a disavow file? An independent reading of its help page, for tests: no code of ours.

Rules: a text file in UTF-8 or ASCII, at most 2 MB and 100,000 lines with blank ones and remarks; a line is
blank, a remark that begins with #, `domain:` and a name, or one whole URL of at most 2,048 characters.
"""

import re
from urllib.parse import urlsplit

_name = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
)


def refused(data: bytes) -> list[tuple[int, str]]:
    """What would be refused: the number of the line, 0 for the file, and the line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [(0, str(error))]
    lines = re.split("\r\n|\n|\r", text)
    found = [(0, "too big")] if len(data) > 2_000_000 else []
    found += [(0, "too many lines")] if len(lines) > 100_001 else []
    return found + [(at, line) for at, line in enumerate(lines, 1) if not _is_taken(line)]


def _is_taken(line: str) -> bool:
    line = line.strip(" \t")
    if not line or line.startswith("#"):
        return not any(ord(char) < 32 and char != "\t" for char in line)
    if line.startswith("domain:"):
        return _name.fullmatch(line[7:].strip(" \t")) is not None
    parts = urlsplit(line)
    return (
        line.isprintable()
        and parts.scheme in ("http", "https")
        and len(line) <= 2_048
        and " " not in line
        and _name.fullmatch(parts.hostname or "") is not None
    )
