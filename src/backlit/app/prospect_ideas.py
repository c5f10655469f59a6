"""Which prospects take more than a word: partners, and pages to write?"""

from collections.abc import Mapping

from backlit.app.answer import Row
from backlit.app.prospect_links import needs_own_pages, needs_rivals, quoted_link
from backlit.app.prospect_scene import MOST_LINKS, Scene, ranges, relevance_of
from backlit.index.outlook import authorities_of, domains_linked_from
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.prospect.gap import LIMIT
from backlit.prospect.listing import Found, prospect
from backlit.report.text import clip, path_of, plural
from backlit.urls import icann_domain, parse_url, url_of_key

__all__ = ["content_ideas", "partners"]

#: Pages of a rival that are looked at, those that most domains link to first; domains that make a page one
#: that earns links; domains that are named.
_PAGES, _EARNED, _NAMED = 50, 2, 3
#: Links of one domain that make a habit.
_HABIT = 2


# partners ----------------------------------------------------------------------


def partners(scene: Scene) -> Found:
    """Who links again and again, and whom the target's own pages link to without being linked back."""
    found = Found()
    friends = [row for row in scene.links if _is_friend(row, found)]
    near = relevance_of(scene.profile, friends)
    found.rows = [_friend(row, each) for row, each in zip(friends, near, strict=True)]
    found.rows += _suppliers(scene)
    if not found.rows:
        found.needs = needs_own_pages(scene, "whom they link to")
    return found


def _is_friend(row: Row, found: Found) -> bool:
    """A domain that links from several places, with a followed link in the text that reads as earned."""
    if row["links_in_group"] < _HABIT or row["placement"] not in (None, "content") or row["kind"] != "a":
        return False
    if (row["spam"] or 0.0) >= LIMIT or (row["unnatural"] or 0.0) >= LIMIT:
        found.leave_out("spam" if (row["spam"] or 0.0) >= LIMIT else "unnatural")
        return False
    return not {"nofollow", "ugc", "sponsored"} & set(row["rel"] or ())


def _friend(row: Row, near: float | None) -> Row:
    return prospect(
        "partner",
        row["source_domain"],
        row["source_url"],
        f"Links to you {row['links_in_group']} times, followed and in its text: worth a closer acquaintance.",
        evidence=quoted_link(row),
        needs="Thanks, and something to do together: an interview, data, an event.",
        target_url=row["target_url"],
        title=row["source_title"],
        language=row["language"],
        value_low=row["value_low"],
        value_high=row["value_high"],
        relevance=near,
        authority=row["source_authority"],
        seen_at=row["last_seen"],
    )


def _suppliers(scene: Scene) -> list[Row]:
    """Domains that the target's own pages link to, and that do not link back."""
    linked = domains_linked_from(scene.profile)
    names = [name for name in linked if name not in scene.has | scene.own and icann_domain(name) == name]
    authorities = authorities_of(scene.profile, names)
    told = [{"authority": authorities.get(name)} for name in names]
    return [
        _supplier(name, linked[name], authorities.get(name), least, most)
        for name, (least, most) in zip(names, ranges(told), strict=True)
    ]


def _supplier(
    name: str, where: tuple[str, str], authority: float | None, low: float | None, high: float | None
) -> Row:
    page, linked = map(url_of_key, where)
    return prospect(
        "partner",
        name,
        linked,
        f"Your page {path_of(page)} links to {name}, which does not link to you: a supplier, a customer or a "
        "neighbour may have a page on which you belong.",
        evidence=f"{page} links to {linked}",
        needs="A reason of its own, such as a list of customers: a link for a link is an exchange (LS-02).",
        value_low=low,
        value_high=high,
        authority=authority,
    )


# content -----------------------------------------------------------------------


def content_ideas(scene: Scene) -> Found:
    """The pages of rivals that several domains link to which do not link to the target, each with the page of
    the target that is nearest."""
    if not scene.rivals:
        return Found(needs=needs_rivals(scene))
    found = Found()
    for name, profile in scene.rivals.items():
        earned = _earned(scene, profile)
        for url in sorted(earned, key=lambda url: (-len(earned[url]), url))[:_PAGES]:
            links = list(earned[url].values())
            open_to = [row for row in links if row["source_domain"] not in scene.has]
            if len(open_to) >= _EARNED:
                found.rows.append(_idea(scene, name, url, links, open_to))
            elif len(links) >= _EARNED:
                found.leave_out("fewer")
    return found


def _earned(scene: Scene, profile: Profile) -> dict[str, dict[str, Row]]:
    """The pages of a rival but its home, each with the best link of each domain that is no noise."""
    earned: dict[str, dict[str, Row]] = {}
    question = Question.ask("backlinks", "-authority", "kind:a", group="none")
    for row in scene.rows_of(profile, question, MOST_LINKS):
        url, quiet = row["target_url"], (row["spam"] or 0.0) < LIMIT and (row["unnatural"] or 0.0) < LIMIT
        is_theirs = parse_url(url).domain == profile.domain and path_of(url) != "/"
        if quiet and is_theirs and row["source_domain"] not in scene.own:
            earned.setdefault(url, {}).setdefault(row["source_domain"], row)
    return earned


def _idea(scene: Scene, rival: str, url: str, links: list[Row], open_to: list[Row]) -> Row:
    anchors = [row["anchor"] or row["alt"] or "" for row in open_to]
    nearest, _ = scene.live.nearest(url, anchors)
    named = ", ".join(row["source_domain"] for row in open_to[:_NAMED])
    more = len(open_to) - _NAMED
    worth: Mapping[str, float | None] = {end: _sum(open_to, end) for end in ("value_low", "value_high")}
    return prospect(
        "content-idea",
        None,
        url,
        f"{plural(len(links), 'domain')} link to this page of {rival}; {len(open_to)} do not link to you.",
        evidence=f"Linked from {named}"
        + (f" and {more} more" if more > 0 else "")
        + f", as “{clip(_common(anchors), 80)}”.",
        needs=f"Your page {nearest} is nearest: make it the better answer."
        if nearest
        else "A page of yours on this subject; none is near.",
        target_url=nearest,
        value_low=worth["value_low"],
        value_high=worth["value_high"],
    )


def _common(anchors: list[str]) -> str:
    """The words that are used most."""
    said = [text for text in anchors if text]
    return max(said, key=lambda text: (said.count(text), -len(text), text), default="")


def _sum(links: list[Row], end: str) -> float | None:
    """What the links are worth together; unknown where one is."""
    values = [row[end] for row in links]
    return None if None in values else round(sum(values), 1)
