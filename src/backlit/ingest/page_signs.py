"""Does a page say, without a status that says so, that it is none? Walls, parked domains, soft 404s.

A sign never makes a link lost by itself: where a link was not found it gives the reason, or keeps the look
from counting at all. Each names the text that it rests on. The reader of crawls and a visit of ours ask the
same function of the same bytes, so what a verdict says and what the index holds cannot differ.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from backlit.ingest.not_found import said_not_found
from backlit.model import PageSign, name_of

__all__ = ["WALL_TITLES", "Sign", "sign_of"]

#: Bytes of a page that are looked at, from its beginning and to its end.
_HEAD, _TAIL = 60_000, 20_000
#: Characters of text and number of links below which a page may be a wall or a notice.
_SMALL_TEXT, _SMALL_LINKS = 2_000, 40
#: Characters of text below which a title speaks of the whole page that comes soon, not of a part of it.
_NOTICE_TEXT = 800


@dataclass(frozen=True, slots=True)
class Sign:
    """What a page turned out to be, and by which words."""

    kind: PageSign
    evidence: str

    @property
    def word(self) -> str:
        """The kind as users meet it, as `bot-wall`."""
        return name_of(PageSign, self.kind) or ""


_wall_headers = {
    "cf-mitigated": re.compile("challenge"),
    "x-datadome": re.compile(""),
    "x-dd-b": re.compile(""),
    "x-amzn-waf-action": re.compile("challenge|captcha"),
    "x-sucuri-block": re.compile(""),
    "sg-captcha": re.compile(""),
}


#: Something of each phrase of an expression, in small letters: what has none of it is not searched further,
#: which takes a fiftieth of the time.
_HINTS = {
    "wall": (
        *("_cf_chl_opt", "cf-browser-verification", "cdn-cgi/challenge-platform/h/", "_incapsula_resource"),
        *("attention required! | cloudflare", "just a moment...", "px-captcha", "perimeterx", "gokuprops"),
        *("captcha-delivery.com", "awswafintegration", ".well-known/sgcaptcha", "incident_id="),
        *("sucuri website firewall", "ddos protection by", "access denied", "robot check"),
        *("human verification", "security check", "bot verification", "are you a robot?"),
        *("pardon our interruption", "verify you are", "verify that you are"),
    ),
    "password": ("password",),
    "parking": (
        *("sedoparking.com", "parkingcrew.net", "bodis.com", "hugedomains.com", "afternic.com", "dan.com/"),
        *("undeveloped.com", "parklogic.com", "skenzo.com", "voodoo.com", "d38psrni17bvxu.cloudfront.net"),
        *("above.com/marketplace", "/lander", "domain", "dominio", "domena", "домен", "ドメイン"),
    ),
    "maintenance": (
        *("maintenance", "wartungs", "mantenimiento", "manutenzione", "back s", "coming soon"),
        *("temporarily", "database", "unavailable", "error", "suspended", "limit"),
    ),
    "script": ("<noscript>", "<div id=", "<app-root>"),
}


def _hints(kind: str, folded: str) -> bool:
    for hint in _HINTS[kind]:  # noqa: SIM110 (a generator takes twice as long, once a page)
        if hint in folded:
            return True
    return False


def _any(*phrases: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile("|".join(phrases), re.IGNORECASE).search


_wall = _any(
    *(r"_cf_chl_opt", r"cf-browser-verification", r"cdn-cgi/challenge-platform/h/", r"_Incapsula_Resource"),
    *(r"Attention Required! \| Cloudflare", r"<title>\s*Just a moment\.\.\.", r"px-captcha", r"perimeterx"),
    *(
        r"captcha-delivery\.com",
        r"AwsWafIntegration",
        r"gokuProps",
        r"\.well-known/sgcaptcha",
        r"incident_id=\d",
    ),
    *(
        r"Sucuri WebSite Firewall",
        r"DDoS protection by",
        r"<title>\s*Access Denied",
        r"<title>\s*Robot Check",
    ),
    *(r"<title>\s*Human Verification", r"<title>\s*Security Check", r"<title>\s*Bot Verification"),
    *(r"are you a robot\?", r"Pardon Our Interruption", r"verify (?:that )?you are (?:a )?human"),
)
#: Where parked pages have their scripts and offers; a longer name that ends alike is somebody else's.
_MARKETS = (
    *(r"sedoparking\.com", r"parkingcrew\.net", r"bodis\.com", r"hugedomains\.com", r"afternic\.com"),
    *(r"dan\.com/(?:buy-domain|parking)", r"undeveloped\.com", r"parklogic\.com", r"skenzo\.com"),
    *(r"voodoo\.com", r"d38psrni17bvxu\.cloudfront\.net", r"above\.com/marketplace", r"domainmarket\.com"),
)
_parking = _any(
    rf"(?<![\w-])(?:{'|'.join(_MARKETS)})(?![\w-])",
    r"window\.location(?:\.href)?\s*=\s*[\"']/lander",
    r"(?:this|the) domain (?:name )?(?:\S{3,60} )?(?:is|may be) (?:for sale|parked)",
    *(r"buy this domain", r"domain (?:is )?parked (?:free|by|with)", r"diese domain steht zum verkauf"),
    *(r"domaine est à vendre", r"dominio está (?:en|a la) venta", r"domena (?:jest )?na sprzedaż"),
    *(r"домен прода[её]тся", r"ドメインは.{0,10}販売"),
)
_maintenance = _any(
    *(
        "(?:under|down for|scheduled|site|website) maintenance",
        "maintenance mode",
        "wartungs(?:modus|arbeiten)",
    ),
    *("en maintenance", "en mantenimiento", "in manutenzione", "be(?: right)? back (?:soon|shortly)"),
    *("coming soon", "temporarily (?:unavailable|offline|down)", "database (?:connection )?error"),
    *("error establishing a database connection", "(?:service|site) (?:is )?(?:temporarily )?unavailable"),
    *("(?:internal server|fatal) error", "account (?:has been |is )?suspended", "bandwidth limit exceeded"),
    "resource limit is reached",
)
_consent = _any(r"//consent\.[a-z.]+/", r"/(?:consent|cookie-?wall|gdpr-consent|collectconsent)(?:[/?]|$)")
_login = _any(r"/(?:log-?in|sign-?in|sso|auth|accounts?/login|wp-login\.php|users/sign_in)(?:[/?.]|$)")
_password = _any(r"<input[^>]{0,300}type\s*=\s*[\"']?password")
_needs_script = _any(
    r"<noscript>[^<]{0,300}(?:enable|activate|need|require|aktivier|activer|habilit)[^<]{0,60}java-?script",
    *(r"<div id=[\"'](?:root|app|__next|__nuxt)[\"']>\s*</div>", r"<app-root>\s*</app-root>"),
)
_script = re.compile(r"<script", re.IGNORECASE).search
_title = re.compile(rb"<title[^>]{0,500}>(.{0,900}?)</title", re.IGNORECASE | re.DOTALL).match
_heading = re.compile(rb"<h[12][^>]{0,500}>(.{0,900}?)</h[12]", re.IGNORECASE | re.DOTALL).match
_tags = re.compile(r"<[^>]*>")
#: Titles of walls, for who knows no more of a page; RE2 and Python read it alike, whatever the case.
WALL_TITLES = (
    r"^\s*(?:just a moment\.\.\.|attention required! \| cloudflare|access denied|robot check"
    r"|human verification|security check|bot verification|pardon our interruption)"
)


def sign_of(
    body: bytes, headers: Iterable[tuple[str, str]], url: str, *, text_length: int | None, links: int
) -> Sign | None:
    """What a page of these bytes turned out to be; None for a page like any other.

    `text_length` (characters, None where it was not read) and `links` tell a page from a shell.
    """
    page = body if len(body) <= _HEAD + _TAIL else body[:_HEAD] + body[-_TAIL:]
    for name, value in headers:
        pattern = _wall_headers.get(name.lower())
        if pattern is not None and pattern.search(value):
            return Sign(PageSign.BOT_WALL, f"{name}: {value}"[:100])
    if found := _consent(url):
        return Sign(PageSign.CONSENT, found[0])
    titles = _titles(page)
    # real pages carry the scripts of walls, speak of domains for sale and let people log in
    if (text_length or 0) < _SMALL_TEXT and links < _SMALL_LINKS:
        says = titles if (text_length or 0) < _NOTICE_TEXT else ""
        small = _of_small(page.decode("utf-8", "replace"), says, url)
        if small is not None:
            return small
    if said := said_not_found(titles):
        return Sign(PageSign.SOFT_404, said)
    if links < 5 or (text_length or 0) < 300:
        return _shell(page.decode("utf-8", "replace"), text_length, links)
    return None


def _of_small(markup: str, titles: str, url: str) -> Sign | None:
    """What a page of little text and few links turned out to be."""
    folded, said = markup.lower(), titles.lower()
    if _hints("wall", folded) and (found := _wall(markup)):
        return Sign(PageSign.BOT_WALL, found[0].strip()[:100])
    if found := (_hints("password", folded) and _password(markup)) or _login(url):
        return Sign(PageSign.LOGIN, found[0][:100])
    if _hints("parking", folded) and (found := _parking(markup)):
        return Sign(PageSign.PARKED, found[0])
    if _hints("maintenance", said) and (found := _maintenance(titles)):
        return Sign(PageSign.MAINTENANCE, found[0])
    return None


def _titles(page: bytes) -> str:
    """The title and the first headings, which is where a page says that it is none."""
    marks = np.frombuffer(page, np.uint8)
    # a search for three letters goes byte by byte: this takes a quarter of it; 0x20 makes letters small
    begins, letters = marks[:-2] == ord("<"), marks[1:-1] | 0x20
    found = [_title(page, at) for at in _places(page, begins & (letters == ord("t")), (b"<title",), 1)]
    headings = _places(page, begins & (letters == ord("h")), (b"<h1", b"<h2"), 2)
    found += [_heading(page, at) for at in headings]
    return "\n".join(_tags.sub(" ", match[1].decode("utf-8", "replace")) for match in found if match)


def _places(page: bytes, may: npt.NDArray[np.bool_], marks: tuple[bytes, ...], most: int) -> list[int]:
    """Where the first of some marks begin, out of where they may."""
    size = len(marks[0])
    found = (int(at) for at in np.flatnonzero(may) if page[at : at + size].lower() in marks)
    return list(islice(found, most))


def _shell(page: str, text_length: int | None, links: int) -> Sign | None:
    """A page that is nothing without scripts, or nothing at all."""
    if _hints("script", page.lower()) and (found := _needs_script(page)):
        return Sign(PageSign.SCRIPT_ONLY, _tags.sub(" ", found[0]).strip()[:100] or found[0][:100])
    if (text_length or 0) < 30 and links == 0:
        kind = PageSign.SCRIPT_ONLY if _script(page) else PageSign.EMPTY
        return Sign(kind, f"{text_length or 0} characters of text and no link")
    return None
