"""Whom to write to, and what else a site was paid for: as its own pages say, never guessed."""

from collections.abc import Sequence

from backlit.app.answer import Row
from backlit.app.prospect_scene import Scene
from backlit.index.engine import text
from backlit.index.texts import now
from backlit.net.mailbox import mailbox
from backlit.report.text import shorten
from backlit.urls import page_key, url_of_key

__all__ = ["with_hints"]

#: Hints and signs of one row, and characters of a sign.
_HINTS, _SIGNS, _QUOTED = 4, 2, 160
_COLUMNS = "page_key, page_domain, fetched_at, author, mails, contacts"


def with_hints(scene: Scene, rows: Sequence[Row]) -> list[Row]:
    """The rows with what their pages, else others of their sites, say of contacts and of being paid; None
    where no page of the site was read."""
    names = sorted({row["domain"] for row in rows if row["domain"]})
    if not names or not scene.texts.files:
        return list(rows)
    within = f"page_domain IN ({', '.join(map(text, names))})"
    pages: dict[str, list[Row]] = {}
    for page in now(scene.profile, scene.texts.files, _COLUMNS, within):
        pages.setdefault(page["page_domain"], []).append(page)
    paid: dict[str, list[str]] = {}
    for sign in scene.signs:
        if sign["paid"]:
            paid.setdefault(sign["page_domain"], []).append(shorten(sign["paid"], _QUOTED))
    return [_with_hints(row, pages.get(row["domain"] or "", []), paid) for row in rows]


def _with_hints(row: Row, pages: list[Row], paid: dict[str, list[str]]) -> Row:
    if not pages:
        return row
    key = page_key(row["url"])
    own = [page for page in pages if page["page_key"] == key]
    others = sorted(pages, key=lambda page: (len(page["page_key"]), page["page_key"]))
    hints = [hint for page in own for hint in _hints(page, with_author=True)]
    hints += [hint for page in others for hint in _hints(page, with_author=False)]
    once = {(hint["kind"], hint["value"]): hint for hint in reversed(hints)}
    ordered = [hint for hint in hints if once.pop((hint["kind"], hint["value"]), None)]
    signs = list(dict.fromkeys(paid.get(row["domain"], ())))[:_SIGNS]
    return row | {"contact_hints": ordered[:_HINTS], "seller_signs": signs}


def _hints(page: Row, *, with_author: bool) -> list[Row]:
    seen = url_of_key(page["page_key"])
    told = [("author", page["author"])] if with_author and page["author"] else []
    told += [("mail", mail) for each in page["mails"] or () if (mail := mailbox(each)) is not None]
    told += [("page", url) for url in page["contacts"] or ()]
    return [{"kind": kind, "value": value, "seen_on": seen} for kind, value in told]
