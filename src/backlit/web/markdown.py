"""How do the pages of our own reference become HTML? The few marks that they use; anything else is text.

No dependency: a dozen lines of Markdown are all that our generated pages hold, and text from outside never
comes this way.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

__all__ = ["html_of", "inline"]

_MARKS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\[([^\]]+)\]\((/[^)\s]*)\)"), r'<a href="\2">\1</a>'),
)
_CODE = re.compile(r"(`[^`]+`)")


def inline(text: str) -> Markup:
    """A line with its code, stress and links to pages of the app."""
    parts = []
    for piece in _CODE.split(text):
        shown = str(escape(piece.replace("\\|", "|")))
        for mark, html in _MARKS[:1] if piece.startswith("`") else _MARKS[1:]:
            shown = mark.sub(html, shown)
        parts.append(shown)
    return Markup("".join(parts))  # noqa: S704 - our own sentences, escaped above


def html_of(markdown: str) -> Markup:
    """Headings, paragraphs, lists, tables and code; a heading of level 2 or 3 can be linked to."""
    return Markup("\n").join(_block(block) for block in _blocks(markdown))


def _blocks(markdown: str) -> Iterator[list[str]]:
    block: list[str] = []
    fenced = False
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("```"):
            fenced = not fenced
        if line.strip() or fenced:
            block.append(line)
        elif block:
            yield block
            block = []


def _block(lines: list[str]) -> Markup:
    first = lines[0]
    if heading := re.match(r"(#{1,3}) (.+)", first):
        return _heading(len(heading[1]), heading[2])
    if first.startswith("```"):
        return Markup("<pre><code>{}</code></pre>").format("\n".join(lines[1:-1]))
    if first.startswith("    "):
        return Markup("<pre><code>{}</code></pre>").format("\n".join(line[4:] for line in lines))
    if first.startswith("|"):
        return _table(lines)
    if first.startswith("- "):
        items = re.split(r"(?:^|\n)- ", "\n".join(lines))[1:]
        told = (Markup("<li>{}</li>").format(inline(" ".join(each.split()))) for each in items)
        return Markup("<ul>{}</ul>").format(Markup("").join(told))
    return Markup("<p>{}</p>").format(inline(" ".join(lines)))


def _heading(level: int, text: str) -> Markup:
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return Markup('<h{0} id="{1}">{2}</h{0}>').format(level, name, inline(text))


def _table(lines: list[str]) -> Markup:
    rows = [_cells(line) for line in lines]
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(inline(cell)) for cell in rows[0])
    body = Markup("").join(map(_row, rows[2:]))
    heading = Markup("<thead><tr>{}</tr></thead>").format(head) if any(rows[0]) else Markup("")
    return Markup('<div class="scroll"><table>{}<tbody>{}</tbody></table></div>').format(heading, body)


def _row(cells: list[str]) -> Markup:
    told = (Markup("<td>{}</td>").format(inline(cell)) for cell in cells)
    return Markup("<tr>{}</tr>").format(Markup("").join(told))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]
