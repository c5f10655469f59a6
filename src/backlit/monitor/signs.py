"""Does a page say, without a status that says so, that it is none? Walls, parked domains, soft 404s.

A sign never makes a link lost by itself: it is only asked for where the link was not found, and gives the
reason, or keeps the look from counting at all. Each names the text that it rests on.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Sign", "SignKind", "sign_of"]

#: Characters of a page that are looked at, from its beginning and to its end.
_HEAD, _TAIL = 60_000, 20_000
#: Characters of text and number of links below which a page may be a wall or a notice.
_SMALL_TEXT, _SMALL_LINKS = 2_000, 40


class SignKind(StrEnum):
    """What a page turned out to be."""

    BOT_WALL = "bot-wall"
    LOGIN = "login"
    CONSENT = "consent"
    PARKED = "parked"
    SOFT_404 = "soft-404"
    MAINTENANCE = "maintenance"
    SCRIPT_ONLY = "script-only"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a page turned out to be, and by which words."""

    kind: SignKind
    evidence: str


_wall_headers = {
    "cf-mitigated": re.compile("challenge"),
    "x-datadome": re.compile(""),
    "x-dd-b": re.compile(""),
    "x-amzn-waf-action": re.compile("challenge|captcha"),
    "x-sucuri-block": re.compile(""),
    "sg-captcha": re.compile(""),
}


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
_parking = _any(
    *(r"sedoparking\.com", r"parkingcrew\.net", r"bodis\.com", r"hugedomains\.com", r"afternic\.com"),
    *(
        r"dan\.com/(?:buy-domain|parking)",
        r"undeveloped\.com",
        r"parklogic\.com",
        r"skenzo\.com",
        r"voodoo\.com",
    ),
    *(r"d38psrni17bvxu\.cloudfront\.net", r"above\.com/marketplace", r"domainmarket\.com"),
    r"window\.location(?:\.href)?\s*=\s*[\"']/lander",
    r"(?:this|the) domain (?:name )?(?:\S{3,60} )?(?:is|may be) (?:for sale|parked)",
    *(r"buy this domain", r"domain (?:is )?parked (?:free|by|with)", r"diese domain steht zum verkauf"),
    *(r"domaine est à vendre", r"dominio está (?:en|a la) venta", r"domena (?:jest )?na sprzedaż"),
    *(r"домен прода[её]тся", r"ドメインは.{0,10}販売"),
)
_THING = "(?:page|site|post|article|document|content|file|url|address)"
_not_found = _any(
    *(r"(?<!\d)404(?!\d)", r"(?<!\d)410(?!\d)", "not found", "no longer (?:exists|available)"),
    rf"{_THING}(?: you(?:[’']re| are)? (?:requested|looking for))? (?:was|is|could|has|can)?\s?"
    r"(?:not|n[’']t|no longer)(?: be)? (?:found|available|exist)",
    *(rf"{_THING} (?:doesn[’']t|does not) exist", "nicht (?:gefunden|verfügbar)", "existiert nicht"),
    *(
        "(?:page|article) (?:introuvable|non trouvée?)",
        "n[’']existe (?:pas|plus)",
        "no (?:encontrad[ao]|existe)",
    ),
    *("no se encontró", "não (?:encontrad[ao]|existe)", "non (?:trovat[ao]|esiste)", "niet gevonden"),
    *(
        "bestaat niet",
        "nie (?:znaleziono|istnieje)",
        "не найден",
        "не существует",
        "hittades inte",
        "finns inte",
    ),
    *(
        "ikke fundet",
        "ei löydy",
        "bulunamadı",
        "見つかりません",
        "存在しません",
        "找不到",
        "不存在",
        "찾을 수 없",
    ),
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
_title = re.compile(r"<title[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL).search
_heading = re.compile(r"<h[12][^>]*>(.{0,300}?)</h[12]", re.IGNORECASE | re.DOTALL)
_tags = re.compile(r"<[^>]*>")


def sign_of(
    markup: str, headers: Iterable[tuple[str, str]], url: str, *, text_length: int | None, links: int
) -> Sign | None:
    """What a page turned out to be; None for a page like any other.

    `text_length` (characters, None where it was not read) and `links` tell a page from a shell.
    """
    page = markup if len(markup) <= _HEAD + _TAIL else markup[:_HEAD] + markup[-_TAIL:]
    is_small = (text_length or 0) < _SMALL_TEXT and links < _SMALL_LINKS
    for name, value in headers:
        pattern = _wall_headers.get(name.lower())
        if pattern is not None and pattern.search(value):
            return Sign(SignKind.BOT_WALL, f"{name}: {value}"[:100])
    if found := _consent(url):
        return Sign(SignKind.CONSENT, found[0])
    titles = _titles(page)
    # real pages carry the scripts of walls, speak of domains for sale and let people log in
    if is_small and (found := _wall(page)):
        return Sign(SignKind.BOT_WALL, found[0].strip()[:100])
    if is_small and (found := _password(page) or _login(url)):
        return Sign(SignKind.LOGIN, found[0][:100])
    if is_small and (found := _parking(page)):
        return Sign(SignKind.PARKED, found[0])
    if is_small and (found := _maintenance(titles)):
        return Sign(SignKind.MAINTENANCE, found[0])
    if found := _not_found(titles):
        return Sign(SignKind.SOFT_404, found[0])
    return _shell(page, text_length, links)


def _titles(page: str) -> str:
    """The title and the first headings, which is where a page says that it is none."""
    title = _title(page)
    headings = [match[1] for _, match in zip(range(2), _heading.finditer(page), strict=False)]
    return "\n".join(_tags.sub(" ", text) for text in [title[1] if title else "", *headings])


def _shell(page: str, text_length: int | None, links: int) -> Sign | None:
    """A page that is nothing without scripts, or nothing at all."""
    is_bare = links < 5 or (text_length or 0) < 300
    if is_bare and (found := _needs_script(page)):
        return Sign(SignKind.SCRIPT_ONLY, _tags.sub(" ", found[0]).strip()[:100] or found[0][:100])
    if (text_length or 0) < 30 and links == 0:
        kind = SignKind.SCRIPT_ONLY if _script(page) else SignKind.EMPTY
        return Sign(kind, f"{text_length or 0} characters of text and no link")
    return None
