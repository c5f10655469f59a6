"""How links are hidden, and how honest pages fold them away.

Each row is a style sheet and the markup around a link, `@` standing for the link's text with its
element. Names are those of no part of a page, as spammers choose them; honest patterns bear the usual ones.
"""

__all__ = ["FOLDED", "HIDING"]

_A = '<a href="https://far.example/x">cheap words</a>'


def _div(style: str) -> tuple[str, str]:
    return "", f'<div style="{style}">See {_A} here</div>'


def _rule(declarations: str, selector: str = ".qx") -> tuple[str, str]:
    return f"{selector}{{{declarations}}}", f'<div class="qx" id="zz">See {_A} here</div>'


def _link(attributes: str, inner: str = "cheap words", css: str = "") -> tuple[str, str]:
    return css, f'<p>See <a href="https://far.example/x" {attributes}>{inner}</a> here</p>'


HIDING: dict[str, tuple[str, str]] = {
    "display": _div("display:none"),
    "display, important": _div("color:red; DISPLAY : none !important"),
    "display by a rule": _rule("display:none"),
    "display by an id": _rule("display: none", "#zz"),
    "display by a descendant rule": _rule("display:none", "body div.qx"),
    "display by a child rule": _rule("display:none", "body .qx > a"),
    "display by an attribute": _rule("display:none", 'div.qx[id="zz"]'),
    "display by a screen rule": ("@media screen{.qx{display:none}}", f'<div class="qx">{_A}</div>'),
    "display by a rule that outweighs": (
        "#zz.qx{display:none} .qx{display:block}",
        f'<div class="qx" id="zz">{_A}</div>',
    ),
    "visibility": _div("visibility:hidden"),
    "visibility by a rule": _rule("visibility:hidden"),
    "visibility, collapsed": _div("visibility: collapse"),
    "opacity": _div("opacity:0"),
    "opacity by a rule": _rule("opacity:0"),
    "opacity by a filter": _div("filter:opacity(0)"),
    "no height": _div("height:0;overflow:hidden"),
    "no height by a rule": _rule("max-height:0;overflow:hidden"),
    "one pixel": _div("width:1px;height:1px;overflow:hidden"),
    "no font size": _div("font-size:0"),
    "font of a pixel by a rule": _rule("font-size:1px"),
    "scaled to nothing": _div("transform:scale(0)"),
    "left of the screen": _div("position:absolute;left:-9999px"),
    "left of the screen by a rule": _rule("position:absolute;left:-5000px"),
    "above the screen": _div("position:fixed;top:-1000em"),
    "right of the screen": _div("position:absolute;left:10000px"),
    "negative margin": _div("margin-left:-9999px"),
    "negative indent": _link('style="text-indent:-9999px;display:block"'),
    "negative indent by a rule": _rule("text-indent:-999em", "div.qx"),
    "moved away": _div("transform:translateX(-9999px)"),
    "moved away by a rule": _rule("transform:translate(-2000px, 0)"),
    "clipped": _div("position:absolute;clip:rect(0,0,0,0)"),
    "clipped by a path": _div("clip-path:inset(100%)"),
    "clipped by a rule": _rule("clip-path:circle(0)"),
    "its own colour": _div("color:#fff;background:#ffffff"),
    "own colour by a rule": _rule("color:#eee;background-color:#eeeeee"),
    "the colour behind it": (
        "",
        f'<div style="background:#123456"><p>{_link("style=color:#123456")[1]}</p></div>',
    ),
    "nearly the colour behind it": (
        ".qx{background:#fff}",
        f'<div class="qx">{_link("style=color:#fdfdfd")[1]}</div>',
    ),
    "the colour of a font element": (
        "",
        '<table bgcolor="#ffffff"><tr><td><a href="https://far.example/x">'
        '<font color="#ffffff">cheap</font></a></td></tr></table>',
    ),
    "transparent": _link('style="color:transparent"'),
    "transparent by alpha": _link('style="color:rgba(0,0,0,0)"'),
    "hidden attribute": ("", f"<div hidden>{_A}</div>"),
    "noscript": ("", f"<noscript><p>See {_A}</p></noscript>"),
    "template": ("", f"<template><p>See {_A}</p></template>"),
    "an image of one pixel": _link("", '<img src="p.gif" width="1" height="1">'),
    "an image of one pixel by style": _link("", '<img src="p.gif" style="width:1px;height:1px">'),
    "a hidden word in the link": _link("", '<span style="display:none">cheap words</span>'),
    "a small word in the link": _link("", '<b><span style="font-size:0px">cheap words</span></b>'),
    "deep within": ("", f'<div style="display:none"><ul><li><p><i>{_A}</i></p></li></ul></div>'),
}

FOLDED: dict[str, tuple[str, str]] = {
    "screen reader text": (
        ".sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}",
        f'<span class="sr-only">{_A}</span>',
    ),
    "visually hidden inline": ("", f'<p class="visually-hidden" style="clip:rect(0 0 0 0)">{_A}</p>'),
    "skip link": (
        ".skip-link{position:absolute;left:-9999px}.skip-link:focus{left:0}",
        '<a class="skip-link" href="https://far.example/x">Skip to content</a>',
    ),
    "shown on focus": (".jump{position:absolute;top:-9999px}.jump:focus{top:0}", f'<p class="jump">{_A}</p>'),
    "tab panel": (
        ".tab-pane{display:none}.tab-pane.active{display:block}",
        f'<div class="tab-pane" id="two">{_A}</div>',
    ),
    "tab panel by role": ("", f'<div role="tabpanel" hidden>{_A}</div>'),
    "panel of a control": ("", f'<button aria-controls="more">More</button><div id="more" hidden>{_A}</div>'),
    "panel that a click's script names": (
        "",
        f'<a href="#" onclick="toggleDetails(\'more\', this)">More</a>'
        f'<div id="more" style="display:none">{_A}</div>',
    ),
    "panel after a button": (
        "",
        f'<button aria-expanded="false">More</button><div style="display:none">{_A}</div>',
    ),
    "panel of an anchor": ("", f'<a href="#more">More</a><div id="more" style="display:none">{_A}</div>'),
    "accordion": (
        ".accordion .body{max-height:0;overflow:hidden}",
        f'<div class="accordion"><div class="body">{_A}</div></div>',
    ),
    "accordion by a class": (
        ".ans{display:none}.open .ans{display:block}",
        f'<div><div class="ans">{_A}</div></div>',
    ),
    "accordion by :checked": (
        ".ans{max-height:0;overflow:hidden} input:checked ~ .ans{max-height:20em}",
        f'<input type="checkbox"><div class="ans">{_A}</div>',
    ),
    "drop-down": (
        ".sub{display:none} li:hover .sub{display:block}",
        f'<ul><li>More<ul class="sub"><li>{_A}</li></ul></li></ul>',
    ),
    "drop-down inline": ("", f'<ul class="dropdown-menu" style="display:none"><li>{_A}</li></ul>'),
    "drop-down off the screen": (
        "li ul.kids{position:absolute;left:-999em} li:hover ul.kids{left:auto}",
        f'<ul><li>More<ul class="kids"><li>{_A}</li></ul></li></ul>',
    ),
    "menu for small screens": (
        "@media (max-width:600px){.wide{display:none}}",
        f'<div class="wide">{_A}</div>',
    ),
    "menu for large screens": (
        ".narrow{display:none}@media (max-width:600px){.narrow{display:block}}",
        f'<div class="narrow">{_A}</div>',
    ),
    "not in print": ("@media print{.extra{display:none}}", f'<div class="extra">{_A}</div>'),
    "drawer": (".drawer{position:fixed;transform:translateX(-100%)}", f'<div class="drawer">{_A}</div>'),
    "dialog": ("", f'<div role="dialog" aria-modal="true" style="display:none">{_A}</div>'),
    "modal": (".modal{display:none}", f'<div class="modal fade">{_A}</div>'),
    "details": ("", f"<details><summary>More</summary><p>{_A}</p></details>"),
    "found in page": ("", f'<div hidden="until-found">{_A}</div>'),
    "popover": ("", f'<div popover id="pop">{_A}</div>'),
    "fades in": (
        ".card{opacity:0;animation:fade 1s forwards}@keyframes fade{to{opacity:1}}",
        f'<div class="card">{_A}</div>',
    ),
    "the whole page until it is ready": ("body{visibility:hidden;opacity:0}", f"<p>{_A}</p>"),
    "hidden without scripts": (
        "</style></head><noscript><style>.js{display:none}</style></noscript><style>",
        f'<p class="js">{_A}</p>',
    ),
    "a logo": (
        ".logo{text-indent:-9999px;background:url(logo.png)}",
        '<a class="logo" href="https://far.example/x">Far Ltd</a>',
    ),
    "white on dark": ("", f'<div style="background:#222"><p>{_link("style=color:#fff")[1]}</p></div>'),
    "white on a picture": (
        "",
        f'<div style="background:url(dark.jpg)"><p>{_link("style=color:#fff")[1]}</p></div>',
    ),
    "grey on white": _link('style="color:#777"'),
    "half transparent": _div("opacity:.5"),
    "a little out of place": _div("position:relative;left:-20px;margin-left:-15px"),
    "small print": _div("font-size:11px"),
    "short with a scroll bar": _div("height:200px;overflow:auto"),
    "shown by a later rule": (".qx{display:none} .qx{display:block}", f'<div class="qx">{_A}</div>'),
    "another element is hidden": (".zz{display:none}", f'<div class="qx">{_A}</div><div class="zz">no</div>'),
    "made visible again": (
        "",
        f'<div style="visibility:hidden"><p style="visibility:visible">{_A}</p></div>',
    ),
    "a large picture": _link("", '<img src="p.jpg" width="300" height="200">'),
    "a picture without sizes": _link("", '<img src="p.jpg">'),
    "a page for those without scripts": (
        "",
        f"<noscript><div>{'The whole discussion stands in here. ' * 200}{_A}</div></noscript>",
    ),
}
