"""A web of strangers who wrote payloads wherever a page has room for words, crawled as any other."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from backlit import app
from backlit.net.client import Client
from tests.hostile.payloads import PAYLOADS, Payload
from tests.monitor.served import said
from tests.monitor.test_verify import HASTY
from tests.servers import Request, Script, farm

__all__ = ["TARGET", "plant"]

TARGET = "target.example"
#: How many payloads a page has; each page is on a site of its own.
_EACH = 12
#: Names of hosts that look like others, or are read from right to left.
_NAMES = ("xn--80ak6aa92e.example", "xn--4dbrk0ce.example", "xn--ls8h.example", "a_b.example")
_WORDS = "Of leaves and kettles somebody writes at length, and of the patience that both of them need. " * 4


def plant(home: Path) -> None:
    """Crawl the strangers' web, read what another tool says of it, and rank it."""
    pages = dict(_pages())

    def answers(request: Request) -> Script:
        found = pages.get(request.host)
        if found is None or request.path == "/robots.txt":
            return [said("", status=404)]
        path, page = found
        return [said(page if request.path != "/" else _entrance(path, page))]

    seeds = [f"http://{host}/" for host in pages]
    with farm(answers) as network:
        client = Client(network, lambda: 0.5, manners=HASTY)
        app.crawl(home, seeds, client=client, depth=1, limit=2 * len(seeds))
    app.ingest(home, [str(_export(home.parent))], workers=1)
    app.rank(home)


def _pages() -> Iterator[tuple[str, tuple[str, str]]]:
    """Each host with the path of its page and the page."""
    groups = [PAYLOADS[at : at + _EACH] for at in range(0, len(PAYLOADS), _EACH)]
    for number, group in enumerate(groups):
        host = _NAMES[number] if number < len(_NAMES) else f"stranger{number}.example"
        yield host, (f"/{_quoted(group[0])}?{_quoted(group[-1])}", _page(group))


def _quoted(payload: Payload) -> str:
    return quote(payload.text.encode("utf-8", "replace"), safe="")[:1_500].rpartition("%")[0] or "x"


def _entrance(path: str, page: str) -> str:
    return page.replace("<main>", f'<main><p><a href="{escape(path)}">more</a>', 1)


def _page(group: Sequence[Payload]) -> str:
    first, *_, last = (escape(each.text) for each in group)
    head = "".join(
        f'<meta name="{name}" content="{first}">' for name in ("author", "generator", "description")
    )
    return (
        f'<!doctype html><html lang="{last[:30]}"><head><title>{first}</title>{head}'
        f'<meta property="og:site_name" content="{last}"></head><body><main><h1>{last}</h1><p>{_WORDS}</p>'
        f"{''.join(map(_link, group))}<p>{_WORDS}</p></main></body></html>"
    )


def _link(payload: Payload) -> str:
    """A link with a payload as its words, title and address, and between others; some are pictures."""
    text = escape(payload.text)
    to = f"https://{TARGET}/{payload.number}/{_quoted(payload)}#{_quoted(payload)}"
    words = f'<img src="/p.png" alt="{text}">' if payload.number % 5 == 0 else text
    title = f'title="{text}" rel="{text[:40]}"'
    return f'<h2>{text}</h2><p>{text} said <a href="{to}" {title}>{words}</a> and {text} again.</p>\n'


def _export(folder: Path) -> Path:
    """What another tool says: the same words as anchors of links elsewhere."""
    import csv

    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["Source URL", "Target URL", "Anchor", "First seen", "Last seen"])
        for each in PAYLOADS:
            where = f"https://told{each.number % 40}.example/{each.number}"
            rows.writerow([where, f"https://{TARGET}/told", each.text, "2026-01-01", "2026-02-01"])
    return path
