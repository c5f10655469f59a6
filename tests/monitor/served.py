"""What a scripted host answers: pages with a link, and the pieces that scenarios are made of."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from backlit.monitor.look import Sighting
from backlit.monitor.verdicts import Known
from tests.servers import Request, Script

__all__ = ["LINK", "PATH", "TARGET", "TEXT", "Scenario", "known", "page", "said", "serving"]

TARGET = "https://shop.target.example/tea"
PATH = "/2024/05/my-favourite-tea"
TEXT = " ".join(
    f"Sentence {n} tells of leaves, kettles and the patience that both of them need." for n in range(40)
)
LINK = f'<a href="{TARGET}">the best tea</a>'
MENU = "".join(f'<a href="/menu/{n}">Menu {n}</a> ' for n in range(6))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A host, what it answers, what was known, and what has to be said."""

    name: str
    answers: Callable[[Request], Script]
    verdict: str
    reasons: tuple[str, ...] = ()
    secure: bool = False
    known: Known | None = None
    #: the fault of the host's certificate, or that it has no address at all
    tls: str = ""
    gone: bool = False


def page(link: str = LINK, *, head: str = "", title: str = "My favourite tea", text: str = TEXT) -> str:
    """An article with a menu, text and a link."""
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><nav>{MENU}</nav>"
        f"<main><article><h1>{title}</h1><p>{text}</p><p>Here is {link} that I know.</p><p>{text}</p>"
        "</article></main><footer><p>Made by hand.</p></footer></body></html>"
    )


def said(
    body: str | bytes, *headers: str, status: int = 200, kind: str = "text/html; charset=utf-8"
) -> bytes:
    """An answer over the wire."""
    data = body.encode() if isinstance(body, str) else body
    told = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}", *headers]
    told += [f"Content-Type: {kind}"] if kind else []
    return "\r\n".join([*told, "", ""]).encode("latin-1") + data


def serving(
    script: Script | bytes, robots: bytes | None = None, **others: bytes
) -> Callable[[Request], Script]:
    """A host with one page, a robots.txt and perhaps more pages, by path."""
    pages = {"/robots.txt": robots or said("", status=404), PATH: script}
    pages |= {f"/{name.replace('__', '/').replace('_', '-')}": each for name, each in others.items()}

    def answers(request: Request) -> Script:
        found = pages.get(request.path, said(page(""), status=200))
        return [found] if isinstance(found, bytes) else found

    return answers


def known(**changes: object) -> Known:
    """The link as it was last seen."""
    link = Sighting(TARGET, "a", 0, (), "content", "visible", "the best tea", None, "Here is", "that I know.")
    return Known(replace(link, **changes), noindex=False, canonical="self")  # type: ignore[arg-type]
