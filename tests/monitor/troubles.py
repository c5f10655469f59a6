"""What servers do to a link that is gone, forbidden or out of reach. See `scenarios`."""

import gzip
import itertools
import json
from collections.abc import Callable, Iterator, Sequence

from tests.monitor.served import LINK, PATH, TARGET, Scenario, page, said, serving
from tests.servers import CUT, Request, Script

__all__ = ["FAMILIES"]

# missing, then lost ------------------------------------------------------------


def _removed() -> Iterator[Scenario]:
    links = {
        "gone": "nothing", "only words": "the best tea", "commented out": f"<!-- {LINK} -->",
        "in a script": f"<script>var a = '{LINK}'</script>", "in a template": f"<template>{LINK}</template>",
        "in a textarea": f"<textarea>{LINK}</textarea>", "as text": TARGET,
        "escaped": "&lt;a href=&quot;" + TARGET + "&quot;&gt;the best tea&lt;/a&gt;",
        "without href": f'<a data-href="{TARGET}">the best tea</a>', "to another site": '<a href="https://rival.example/">the best tea</a>',
        "to nowhere": '<a href="https://shop.target.example:99999/tea">the best tea</a>', "by script": '<a href="javascript:go()">the best tea</a>',
        "as an image only": f'<img src="{TARGET}">', "a lookalike": '<a href="https://shop.target.example.evil.example/tea">the best tea</a>',
        "in a title": f"<span title='{TARGET}'>the best tea</span>", "in a style": f"<style>a {{ background: url({TARGET}) }}</style>",
    }  # fmt: skip
    for name, link in links.items():
        for secure in (False, True):
            yield Scenario(
                f"missing: {name}, {'https' if secure else 'http'}",
                serving(said(page(link))),
                "missing",
                ("removed",),
                secure=secure,
            )


def _gone() -> Iterator[Scenario]:
    for status in (404, 410):
        bodies = {
            "no body": "",
            "a body": page("", title="Gone"),
            "a body with the link": page(),
            "a login": "<input type=password>",
        }
        for name, body in bodies.items():
            yield Scenario(
                f"missing: {status} with {name}",
                serving(said(body, status=status)),
                "missing",
                ("page-gone",),
            )
        answers = serving(said("", "Location: /old", status=301), old=said("", status=status))
        yield Scenario(f"missing: {status} after a redirect", answers, "missing", ("page-gone",))
    for status in (301, 302, 307, 308):
        for place in ("/", "/other/page", "https://else.example/"):
            answers = serving(said("", f"Location: {place}", status=status))
            yield Scenario(f"missing: {status} to {place}", answers, "missing", ("redirected",))
    refresh = page("nothing", head='<meta http-equiv=refresh content="0;url=/other/page">')
    yield Scenario("missing: a refresh to elsewhere", serving(said(refresh)), "missing", ("redirected",))
    for number in range(4):
        yield Scenario(
            f"missing: no such host {number}",
            serving(b""),
            "missing",
            ("domain-dead",),
            gone=True,
            secure=number % 2 == 0,
        )


SOFT = (
    *(
        "404 Not Found",
        "Page not found",
        "404",
        "Oops! That page can’t be found – 404",
        "Error 404",
        "410 Gone",
    ),
    *(
        "Seite nicht gefunden",
        "Page introuvable",
        "Página no encontrada",
        "Página não encontrada",
        "Pagina non trovata",
    ),
    *(
        "Pagina niet gevonden",
        "Nie znaleziono strony",
        "Страница не найдена",
        "ページが見つかりません",
        "找不到页面",
    ),
    *("Sidan hittades inte", "Sayfa bulunamadı", "This page does not exist", "Article no longer available"),
    *(
        "The page you requested was not found",
        "Die Seite existiert nicht mehr",
        "La page n’existe plus",
        "페이지를 찾을 수 없습니다",
    ),
)
PARKED = (
    "<script src='//www.sedoparking.com/frmpark/x'></script>", "<script>window.location.href='/lander'</script>",
    "<p>This domain is for sale. Buy this domain.</p>", "<iframe src='https://parkingcrew.net/x'></iframe>",
    "<img src='https://d38psrni17bvxu.cloudfront.net/x.png'>", "<a href='https://www.hugedomains.com/x'>Buy</a>",
    "<p>The domain example.com may be for sale</p>", "<p>Diese Domain steht zum Verkauf</p>", "<p>Domain parked by Registrar</p>",
    "<a href='https://www.afternic.com/forsale/x'>Inquire</a>", "<script src='https://parklogic.com/p.js'></script>", "<p>Ce nom de domaine est à vendre</p>",
)  # fmt: skip


def _soft() -> Iterator[Scenario]:
    for title in SOFT:
        html = page("", title=title, text="Try the search or the front page.")
        yield Scenario(f"missing: soft 404 {title}", serving(said(html)), "missing", ("soft-404",))
        long = page("", title=title)
        yield Scenario(
            f"missing: soft 404 on a full page {title}", serving(said(long)), "missing", ("soft-404",)
        )
    for sign in PARKED:
        html = f"<html><head><title>old-blog.example</title></head><body>{sign}<p>Related searches: tea, kettles, cups</p></body></html>"
        yield Scenario(f"missing: parked {sign}", serving(said(html)), "missing", ("parked",))


def _withdrawn() -> Iterator[Scenario]:
    heads = ("<meta name=robots content=noindex>", "<meta name=ROBOTS content='NOINDEX, NOFOLLOW'>", "<meta name=robots content=none>",
             "<meta name=googlebot content=noindex>")  # fmt: skip
    for head in heads:
        yield Scenario(f"changed: {head}", serving(said(page(head=head))), "changed", ("noindex",))
    for value in ("noindex", "none", "noindex, nofollow", "googlebot: noindex"):
        answers = serving(said(page(), f"X-Robots-Tag: {value}"))
        yield Scenario(f"changed: X-Robots-Tag {value}", answers, "changed", ("noindex",))
    for place in ("https://else.example/copy", "/another/article", "https://shop.target.example/"):
        answers = serving(said(page(head=f'<link rel=canonical href="{place}">')))
        yield Scenario(f"changed: canonical {place}", answers, "changed", ("canonical-moved",))
    by_header = serving(said(page(), 'Link: <https://else.example/copy>; rel="canonical"'))
    yield Scenario("changed: canonical by header", by_header, "changed", ("canonical-moved",))


# blocked -----------------------------------------------------------------------

RULES = ("User-agent: *\nDisallow: /\n", "User-agent: Backlit\nDisallow: /2024/\n", "user-agent: backlit\ndisallow: /*tea$\n",
         "User-agent: *\nAllow: /\n\nUser-agent: BACKLIT/1.0\nDisallow: /\n", "User-agent: *\nDisalow: /2024\n", "User-agent *\nDisallow /2024\n",
         "\ufeffUser-agent: *\nDisallow: /\n", "User-agent: a\nUser-agent: Backlit\n\nDisallow: /\n")  # fmt: skip
WALLS = {
    "cloudflare": "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
    "cloudflare 1020": "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
    "incapsula": "<iframe src='/_Incapsula_Resource?x'></iframe>", "perimeterx": "<div id=px-captcha></div>",
    "datadome": "<script src='https://ct.captcha-delivery.com/c.js'></script>", "aws": "<script>AwsWafIntegration.x()</script>",
    "siteground": "<meta http-equiv=refresh content='0;/.well-known/sgcaptcha/?x'>", "sucuri": "<h1>Sucuri WebSite Firewall - Access Denied</h1>",
    "robot check": "<title>Robot Check</title>", "verify": "<title>x</title><p>Please verify you are human</p>",
    "interruption": "<title>Pardon Our Interruption</title>", "denied": "<title>Access Denied</title><h1>Access Denied</h1>",
}  # fmt: skip


def _blocked() -> Iterator[Scenario]:
    for rules in RULES:
        yield Scenario(
            f"blocked: robots {rules!r}", serving(said(page("")), said(rules)), "blocked", ("robots",)
        )
    for status in (500, 502, 503, 429):
        yield Scenario(
            f"blocked: robots.txt answers {status}",
            serving(said(page()), said("", status=status)),
            "blocked",
            ("robots",),
        )
    hop = serving(said("", "Location: /private/tea", status=302), said("User-agent: *\nDisallow: /private\n"))
    yield Scenario("blocked: robots at the second hop", hop, "blocked", ("robots",))
    for name, html in WALLS.items():
        for status in (200, 403, 503, 429):
            if status == 200 and name == "siteground":
                continue  # it is a refresh to a page that is forbidden
            yield Scenario(
                f"blocked: wall {name}, {status}",
                serving(said(html, status=status)),
                "blocked",
                ("bot-wall",),
            )
    for header in ("cf-mitigated: challenge", "x-datadome: protected", "x-amzn-waf-action: challenge"):
        yield Scenario(
            f"blocked: {header}", serving(said("<p>x", header, status=403)), "blocked", ("bot-wall",)
        )
    statuses = {
        401: "login",
        402: "refused",
        403: "refused",
        405: "refused",
        406: "refused",
        418: "refused",
        451: "legal",
        999: "bot-wall",
    }
    for status, reason in statuses.items():
        for body in ("", page("", text="No.")):
            yield Scenario(
                f"blocked: {status}, {len(body)} bytes",
                serving(said(body, status=status)),
                "blocked",
                (reason,),
            )
    form = "<title>Log in</title><form><input name=user><input type='password' name=p></form>"
    for status in (302, 303):
        answers = serving(said("", "Location: /login?next=x", status=status), **{"login?next=x": said(form)})
        yield Scenario(f"blocked: {status} to a login", answers, "blocked", ("login",))
    yield Scenario("blocked: a login in place", serving(said(form)), "blocked", ("login",))
    consent = serving(said("", "Location: /consent?x", status=302))
    yield Scenario("blocked: a consent wall", consent, "blocked", ("consent",))


# unreachable and unverified ----------------------------------------------------


def _unreachable() -> Iterator[Scenario]:
    for status in (500, 501, 502, 503, 504, 505, 507, 508, 520, 521, 522, 523, 524, 525, 526, 530, 599):
        yield Scenario(
            f"unreachable: {status}", serving(said("", status=status)), "unreachable", ("server-error",)
        )
        yield Scenario(
            f"unreachable: {status} and a page",
            serving(said(page(""), status=status)),
            "unreachable",
            ("server-error",),
        )
    for status, reason in (
        (429, "asked-to-wait"),
        (400, "odd-status"),
        (408, "odd-status"),
        (421, "odd-status"),
        (300, "odd-status"),
        (304, "odd-status"),
    ):
        yield Scenario(f"unreachable: {status}", serving(said("", status=status)), "unreachable", (reason,))
    drip = [b"HTTP/1.1 200 OK\r\n", *[b"X", 0.3] * 40]
    scripts: dict[str, tuple[Script, str]] = {
        "says nothing": ([9.0], "timeout"), "drips": (drip, "timeout"), "resets": ([CUT], "closed"), "hangs up": ([], "closed"),
        "ssh": ([b"SSH-2.0-x\r\n\r\n"], "no-http"), "half a status": ([b"HTTP/1.1 2"], "no-http"), "smtp": ([b"220 mail ESMTP\r\n"], "no-http"),
        "resets in headers": ([b"HTTP/1.1 200 OK\r\nA: b\r\n", CUT], "closed"), "loops": ([said("", f"Location: {PATH}", status=302)], "redirect-loop"),
        "to a file": ([said("", "Location: file:///etc/passwd", status=302)], "redirect-to-nowhere"),
        "to metadata": ([said("", "Location: http://169.254.169.254/latest/", status=302)], "refused"),
        "to the inside": ([said("", "Location: http://10.0.0.1/", status=302)], "refused"),
        "other coding": ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"], "no-http"),
    }  # fmt: skip
    for name, (script, reason) in scripts.items():
        for secure in (False, True):
            answers = serving(script if isinstance(script, Sequence) else list(script))
            yield Scenario(
                f"unreachable: {name}, {'https' if secure else 'http'}",
                answers,
                "unreachable",
                (reason,),
                secure=secure,
            )
    yield Scenario("unreachable: headers without end", _flood, "unreachable", ("headers-too-large",))
    yield Scenario("unreachable: twenty redirects", _endless, "unreachable", ("too-many-redirects",))
    for fault in ("expired", "wrong-host", "untrusted"):
        yield Scenario(
            f"unreachable: certificate {fault}",
            serving(said(page())),
            "unreachable",
            (f"tls-{fault}",),
            secure=True,
            tls=fault,
        )
    silent = serving(said(page()), None)
    yield Scenario(
        "unreachable: robots.txt says nothing", _silent_robots(silent), "unreachable", ("timeout",)
    )
    for title in ("Site under maintenance", "Wir sind bald zurück – Wartungsarbeiten", "Coming soon", "Error establishing a database connection",
                  "Account suspended", "Be right back soon", "Site en maintenance", "503 Service Unavailable"):  # fmt: skip
        html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Thank you for your patience.</p></body></html>"
        yield Scenario(
            f"unreachable: maintenance {title}", serving(said(html)), "unreachable", ("maintenance",)
        )


def _flood(request: Request) -> Script:
    if request.path == "/robots.txt":
        return [said("", status=404)]
    return itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: y\r\n", 20_000))


def _endless(request: Request) -> Script:
    if request.path == "/robots.txt":
        return [said("", status=404)]
    number = int(request.path.rpartition("/")[2]) if request.path.startswith("/hop/") else 0
    return [said("", f"Location: /hop/{number + 1}", status=302)]


def _silent_robots(answers: Callable[[Request], Script]) -> Callable[[Request], Script]:
    return lambda request: [9.0] if request.path == "/robots.txt" else answers(request)


def _unverified() -> Iterator[Scenario]:
    half = page("nothing").encode()[:3_000]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    scripts: dict[str, list[bytes | float | object]] = {
        "shorter than said": [head + b"Content-Length: 99999\r\n\r\n" + half], "dies in chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % 99999 + half],
        "stops sending": [head + b"Content-Length: 99999\r\n\r\n" + half, 9.0], "resets": [head + b"Content-Length: 99999\r\n\r\n" + half, 0.1, CUT],
        "cut gzip": [said(gzip.compress(page("nothing").encode() * 3)[:-40], "Content-Encoding: gzip")],
        "too large": [said(page("nothing", text="word " * 1_300_000))],
        "unknown coding": [said(b"xxxx", "Content-Encoding: lzma")], "broken gzip": [said(b"\x1f\x8b\x08\0" + bytes(40), "Content-Encoding: gzip")],
        "bomb": [said(gzip.compress(bytes(80 << 20)), "Content-Encoding: gzip")],
    }  # fmt: skip
    for name, script in scripts.items():
        for secure in (False, True):
            reasons = ("cut-off",) if name not in ("unknown coding", "broken gzip", "bomb") else ()
            yield Scenario(
                f"unverified: {name}, {'https' if secure else 'http'}",
                serving(script),
                "unverified",
                reasons,
                secure=secure,
            )
    for kind in (
        "application/pdf",
        "image/png",
        "application/json",
        "text/plain",
        "application/octet-stream",
    ):
        yield Scenario(
            f"unverified: {kind}", serving(said(b"%PDF-1.7 something", kind=kind)), "unverified", ("no-html",)
        )
    shells = ("<div id=root></div><script src=/app.js></script>", '<div id="app"></div><script></script>', '<div id="__next"></div>',
              "<app-root></app-root>", "<noscript>You need to enable JavaScript to run this app.</noscript>", "<script>document.write('x')</script>")  # fmt: skip
    for shell in shells:
        html = f"<html><head><title>Tea blog</title></head><body>{shell}</body></html>"
        yield Scenario(f"unverified: shell {shell}", serving(said(html)), "unverified", ("script-only",))
    for body in ("", " ", "<html></html>", "<html><head></head><body></body></html>"):
        yield Scenario(f"unverified: empty {body!r}", serving(said(body)), "unverified", ("empty",))
    yield Scenario("unverified: 204", serving(said("", status=204)), "unreachable", ("odd-status",))
    data = json.dumps({"link": TARGET})
    yield Scenario(
        "unverified: json with the link",
        serving(said(data, kind="application/json")),
        "unverified",
        ("no-html",),
    )


FAMILIES = (_removed, _gone, _soft, _withdrawn, _blocked, _unreachable, _unverified)
