"""Twenty kinds of page to put a link into: `{css}` goes to the head, `{slot}` where the link is."""

__all__ = ["TEMPLATES"]

_TEXT = "The river rose in March and the mill stood still until the bridge was mended again. "
_MENU = '<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>'


def _page(body: str, head: str = "", attributes: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>A page</title>{head}"
        f"<style>{{css}}</style></head><body {attributes}>{body}</body></html>"
    )


TEMPLATES: dict[str, str] = {
    "article": _page(
        f"{_MENU}<main><article><h1>Mill</h1><p>{_TEXT * 3}</p>{{slot}}<p>{_TEXT}</p></article></main>"
    ),
    "post": _page(f"<div class=post><div class=entry-content><p>{_TEXT}</p>{{slot}}</div></div>"),
    "end of the body": _page(f"<h1>Mill</h1><p>{_TEXT * 5}</p><footer>2024</footer>{{slot}}"),
    "start of the body": _page(f"{{slot}}<h1>Mill</h1><p>{_TEXT * 5}</p>"),
    "footer": _page(f"<p>{_TEXT}</p><footer><p>Contact</p>{{slot}}</footer>"),
    "sidebar": _page(f"<p>{_TEXT}</p><aside class=sidebar><h3>Friends</h3>{{slot}}</aside>"),
    "header": _page(f"<header><h1>Mill</h1>{{slot}}</header><p>{_TEXT}</p>"),
    "table": _page(f"<table><tr><td><p>{_TEXT}</p></td><td>{{slot}}</td></tr></table>"),
    "old page": "<html><head><title>Mill</title><style>{css}</style></head><body><center>"
    f"<font size=2><p>{_TEXT}</p></font>{{slot}}</center></body></html>",
    "comments": _page(f"<p>{_TEXT}</p><ol class=commentlist><li class=comment>{{slot}}</li></ol>"),
    "forum": _page(f"<div class=topic><div class=message><p>{_TEXT}</p>{{slot}}</div></div>"),
    "shop": _page(f"<div class=product><h1>Flour</h1><p>{_TEXT}</p>{{slot}}<p>3 EUR</p></div>"),
    "list": _page(f"<ul><li>One</li><li>Two<div>{{slot}}</div></li></ul><p>{_TEXT}</p>"),
    "deep": _page(f"<div><div><section><div><div><p>{_TEXT}</p>{{slot}}</div></div></section></div></div>"),
    "other sheets": _page(f"<p>{_TEXT}</p>{{slot}}", "<style>p{{margin:0}} h1{{color:#333}}</style>"),
    "scripts": _page(
        f"<p>{_TEXT}</p><script>if (a < b) {{{{ document.title = 'x' }}}}</script>{{slot}}",
        "<script>var css = '.x{{}}';</script>",
    ),
    "amp": _page(f"<article><p>{_TEXT}</p>{{slot}}</article>", "<style>body{{animation:start 8s}}</style>"),
    "quirks": "<title>Mill</title><style>{css}</style><p>" + _TEXT + "{slot}<p>" + _TEXT,
    "long": _page(f"{_MENU}<p>{_TEXT * 60}</p>{{slot}}<p>{_TEXT * 60}</p>"),
    "classes": _page(f"<p>{_TEXT}</p>{{slot}}", "", 'class="home page-id-2 wp-custom" style="margin:0"'),
}
