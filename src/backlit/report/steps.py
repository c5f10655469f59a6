"""What comes next, in which order, and why? Only what the data show; nothing where there is nothing to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from backlit.report.text import plural, visible

__all__ = ["next_steps"]

Row = Mapping[str, Any]

#: Readings from which nobody is asked for a link.
_LIMIT = 60.0
_HELD_BACK = frozenset(("nofollow", "ugc", "sponsored"))


def next_steps(
    target: str, audit: Row, broken: Sequence[Row], lost: Sequence[Row], unread: int, leads: int
) -> list[dict[str, str]]:
    """The steps: what earns most for least first. `lost` are changes at sites that have no other link, the
    strongest first."""
    name = visible(target)
    made = (_redirect(name, broken), _ask_back(name, lost), _look(name, audit), _verify(name, unread, leads))
    return [step for step in made if step is not None]


def _step(id: str, what: str, why: str, command: str) -> dict[str, str]:  # noqa: A002 - the field's name
    return {"id": id, "what": what, "why": why, "command": command}


def _redirect(name: str, broken: Sequence[Row]) -> dict[str, str] | None:
    if not broken:
        return None
    links = sum(row["links"] for row in broken)
    most = max(broken, key=lambda row: (row["domains"], row["links"]))
    return _step(
        "redirect",
        f"Redirect {plural(len(broken), 'page')} of yours that {'is' if len(broken) == 1 else 'are'} gone.",
        f"{plural(links, 'link leads', 'links lead')} to {'it' if len(broken) == 1 else 'them'}; "
        f"most sites lead to {visible(most['target_url'])}.",
        f"backlit broken {name} --redirects nginx",
    )


def _ask_back(name: str, lost: Sequence[Row]) -> dict[str, str] | None:
    """Links that were taken out of pages which still stand, of sites worth asking. Prospects of that kind are
    more: links that passed nothing and moved pages are among them."""
    worth = [row["link"] for row in lost if row["reason"] == "removed" and _is_worth(row["link"])]
    if not worth:
        return None
    sites = list(dict.fromkeys(link["source_domain"] for link in worth))
    best = visible(sites[0])
    return _step(
        "ask-back",
        f"Ask {plural(len(sites), 'site')} for the links that they took out.",
        f"The {'pages stand' if len(worth) > 1 else 'page stands'}, the "
        f"{'links are' if len(worth) > 1 else 'link is'} gone"
        + (f"; the strongest is {best}." if len(sites) > 1 else f": {best}."),
        f"backlit backlinks {name} --state lost --sort -lost_at",
    )


def _is_worth(link: Row) -> bool:
    readings = max(link.get("spam") or 0.0, link.get("unnatural") or 0.0)
    if readings >= _LIMIT or _HELD_BACK & set(link["rel"] or ()):
        return False
    is_shown = link["kind"] in ("a", "area") and link["hidden"] in (None, "visible")
    return is_shown and link["placement"] != "comment"  # what somebody left in a comment nobody took out


def _look(name: str, audit: Row) -> dict[str, str] | None:
    groups = audit.get("clusters_total") or 0
    if not groups:
        return None
    first = audit["clusters"][0]
    return _step(
        "audit",
        f"Look at {plural(groups, 'group')} of links that {'reads' if groups == 1 else 'read'} as unnatural.",
        f"First {visible(first['cluster'])}: {plural(first['links'], 'link')}. A reading is no verdict, and "
        "search engines leave most such links out.",
        f"backlit audit {name}",
    )


def _verify(name: str, unread: int, leads: int) -> dict[str, str] | None:
    if unread:
        many = plural(unread, "link")
        return _step(
            "verify",
            f"Have the pages of {many} read again.",
            f"Nobody looked at {'it' if unread == 1 else 'them'} in the period.",
            f"backlit verify {name}",
        )
    if leads:
        return _step(
            "leads",
            f"Read {plural(leads, 'page')} that {'is' if leads == 1 else 'are'} said to link.",
            "Nobody has looked yet.",
            f"backlit verify {name} --leads",
        )
    return None
