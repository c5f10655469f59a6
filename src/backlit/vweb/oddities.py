"""Which pages carry which rare feature? One page in a hundred each, so that none is ever missing.

A trait is a function from a finished scene to another. Which trait a page has depends on its
number alone, so a page keeps it in all crawls.
"""

from collections.abc import Callable
from dataclasses import replace

from backlit.vweb.asking import asks, charges, refuses, thanks
from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import MENTION
from backlit.vweb.plan import Site
from backlit.vweb.scene import HIDING, Link, Para, Scene
from backlit.vweb.targets import Targets

__all__ = ["with_oddity"]

_TRAITS = 100
_STRIDE = 37  # prime to 100: neighbouring pages get different traits


def with_oddity(scene: Scene, site: Site, targets: Targets) -> Scene:
    """The scene with the rare feature of its number, if it has one."""
    trait = (scene.page * _STRIDE + targets.plan.seed) % _TRAITS
    apply = _ODD.get(trait)
    if apply is None:
        return scene
    home = scene.page == site.first_page
    return scene if home and trait in _NOT_AT_HOME else apply(scene, site, targets)


def _draw(scene: Scene, targets: Targets) -> Draw:
    return Draw(targets.plan.seed, scene.page, 60)


def _add(scene: Scene, *parts: str | Link, tag: str = "p") -> Scene:
    """Adds a paragraph at the end of the content."""
    at = next(i for i, zone in enumerate(scene.zones) if zone.placement == "content")
    content = scene.zones[at]
    longer = replace(content, paras=(*content.paras, Para(tag, parts)))
    return replace(scene, zones=(*scene.zones[:at], longer, *scene.zones[at + 1 :]))


def _elsewhere(scene: Scene, site: Site, targets: Targets) -> str:
    """The URL of a page of another site."""
    draw = _draw(scene, targets)
    other = targets.topical(draw, site.topic)
    return other.root if other.domain != site.domain else targets.target.root


def _canonical(scene: Scene, target: str) -> Scene:
    head = tuple(link for link in scene.head if link.kind != "canonical")
    return replace(scene, head=(*head, Link(target, "", "canonical", kind="canonical")))


def _iframe(scene: Scene, site: Site, targets: Targets) -> Scene:
    url = _elsewhere(scene, site, targets)
    return _add(scene, Link(url, "", "embed", kind="iframe"), tag="div")


def _map(scene: Scene, site: Site, targets: Targets) -> Scene:
    near = Link(site.root, "", "internal", kind="area", alt=site.brand, spelling=1)
    url = _elsewhere(scene, site, targets)
    far = Link(url, "", "editorial", kind="area", alt="Map", rel="NoFollow", spelling=3)
    return _add(scene, near, far, tag="map")


def _form(scene: Scene, site: Site, targets: Targets) -> Scene:
    url = targets.studio().root + "subscribe?list=news&from=form"
    return _add(scene, Link(url, "", "form", kind="form", spelling=4), tag="div")


def _hidden(scene: Scene, site: Site, targets: Targets) -> Scene:
    techniques = tuple(HIDING)
    how = techniques[scene.page // 8 % len(techniques)]
    customer, words = targets.commercial(_draw(scene, targets))
    return _add(scene, "", Link(customer.root, words, "hidden", hidden=how))


def _mention(scene: Scene, site: Site, targets: Targets) -> Scene:
    """Names the demo's target (gardening) or a rival without a link to it."""
    named = targets.target if site.topic == "gardening" else targets.rivals[scene.page % 2]
    if any(link.target.startswith(named.root) for _, link in scene.links()):
        return scene
    spoken = _add(scene, MENTION[site.language].format(brand=named.brand))
    return replace(spoken, mentions=((named.brand, named.domain),))


def _thrice(scene: Scene, site: Site, targets: Targets) -> Scene:
    """Three links to one target, of which one is not followed and one is an image."""
    url = _elsewhere(scene, site, targets)
    return _add(
        scene,
        "1. ",
        Link(url, "Überblick", "editorial", spelling=0),
        " 2. ",
        Link(url, "Überblick, zweiter Teil", "editorial", rel="nofollow", spelling=5),
        " 3. ",
        Link(url, "", "editorial", image=True, alt="Foto & Plan", spelling=2),
    )


def _alternates(scene: Scene, site: Site, targets: Targets) -> Scene:
    head = (
        Link(f"{site.root}en/", "", "alternate", kind="alternate", alt="en"),
        Link(f"{site.root}fr/", "", "alternate", kind="alternate", alt="fr"),
    )
    return replace(scene, head=scene.head + head)


def _refresh(scene: Scene, site: Site, targets: Targets) -> Scene:
    url = _elsewhere(scene, site, targets)
    return replace(scene, head=(*scene.head, Link(url, "", "refresh", kind="meta_refresh")))


_Trait = Callable[[Scene, Site, Targets], Scene]

#: Residues of the page number. Several residues of one trait make it more frequent.
_ODD: dict[int, _Trait] = {
    0: _iframe,
    1: _map,
    2: lambda scene, site, _: replace(scene, base=f"{site.root}deep/er/"),
    3: lambda scene, site, _: _canonical(scene, site.root),
    4: lambda scene, site, targets: _canonical(scene, _elsewhere(scene, site, targets)),
    5: lambda scene, *_: replace(scene, robots="noindex, follow"),
    6: lambda scene, *_: replace(scene, x_robots="noindex"),
    7: lambda scene, *_: replace(scene, robots="NOFOLLOW"),
    8: _refresh,
    9: lambda scene, *_: replace(scene, zones=(), head=(), title="", style="empty"),
    **dict.fromkeys(range(10, 14), _hidden),
    14: lambda scene, *_: replace(scene, style="broken"),
    15: lambda scene, *_: replace(scene, style="broken"),
    16: _form,
    17: lambda scene, *_: replace(scene, charset="utf-16"),
    18: _alternates,
    **dict.fromkeys(range(19, 24), _mention),
    24: _thrice,
    25: lambda scene, *_: replace(scene, style="shouting"),
    26: lambda scene, *_: replace(scene, x_robots="noindex, nofollow"),
    27: lambda scene, *_: replace(scene, title=""),
    **dict.fromkeys(range(29, 33), lambda scene, site, targets: asks(scene, site, targets.plan)),
    33: lambda scene, site, targets: refuses(scene, site, targets.plan),
    34: lambda scene, site, targets: thanks(scene, site, targets.plan),
    35: lambda scene, site, targets: charges(scene, site, targets.plan),
    28: lambda scene, site, targets: replace(scene, base=_elsewhere(scene, site, targets)),
}
_NOT_AT_HOME = frozenset({3, 4, 5, 6, 7, 8, 9, 26, 27})
