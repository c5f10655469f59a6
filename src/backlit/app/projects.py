"""Which sites does somebody work on, and what is taken for granted about each? Projects: added, changed, put
away."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.errors import ProjectUnknown, UsageError
from backlit.index.target import Target
from backlit.prospect.outreach_words import clean
from backlit.store.database import opened
from backlit.store.place import has_state
from backlit.store.projects import Project, ProjectEvent, Projects
from backlit.urls import parse_url

__all__ = ["project_add", "project_archive", "project_edit", "project_row", "project_show"]

#: Rivals are read one by one; of names those are looked for that say something new.
MOST_RIVALS, MOST_BRANDS = 20, 8
#: In characters.
_SLUG, _NAME, _BRAND, _NOTE = 100, 80, 60, 2_000
_label = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
#: What name servers know, or an address.
_host = re.compile(rf"(?=.{{1,253}}$)(?:{_label}\.)*{_label}|\[[0-9a-f:.]+\]").fullmatch
_slug = re.compile(r"[a-z0-9]+(?:[.-]+[a-z0-9]+)*")


def project_add(
    home: Path,
    target: str,
    *,
    slug: str | None = None,
    name: str | None = None,
    rivals: Sequence[str] = (),
    brands: Sequence[str] = (),
    country: str | None = None,
    note: str = "",
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Work on a site from now on: a domain or host, and all below it.

    Its rivals, names of the brand and own name hold wherever a question leaves them open. UsageError where
    the target has a project, or one is called so.
    """
    site = _site(target)
    asked = f"make a project of {site.name}"
    project = Project(
        _slugged(asked, slug, site.name),
        site.name,
        _named(asked, name, site.name),
        _rivals(asked, site, rivals),
        _brands(asked, brands),
        _country(asked, country),
        _note(asked, note),
    )
    with opened(home) as engine:
        kept = Projects(engine).add(project, who or user(), clock())
    return Answer(project_row(kept), {"project": kept.slug})


def project_edit(
    home: Path,
    slug: str,
    *,
    name: str | None = None,
    rivals: Sequence[str] | None = None,
    brands: Sequence[str] | None = None,
    country: str | None = None,
    note: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Change what is known of a project; what is None stays, and what is empty is taken away."""
    asked = f"change project {slug[:_SLUG]}"
    with _there(home, slug) as engine:
        projects = Projects(engine)
        site = Target.parse(projects.one(slug).target)
        given: dict[str, Any] = {}
        if name is not None:
            given["name"] = _named(asked, name, site.name)
        if rivals is not None:
            given["rivals"] = _rivals(asked, site, rivals)
        if brands is not None:
            given["brands"] = _brands(asked, brands)
        if country is not None:
            given["country"] = _country(asked, country)
        if note is not None:
            given["note"] = _note(asked, note)
        kept = projects.change(slug, who or user(), clock(), **given)
    return Answer(project_row(kept), {"project": kept.slug})


def project_archive(
    home: Path, slug: str, *, undo: bool = False, who: str | None = None, clock: Clock = now
) -> Answer:
    """Put a project away, or with `undo` take it up again; nothing of it is lost."""
    with _there(home, slug) as engine:
        kept = Projects(engine).archive(slug, who or user(), clock(), undo=undo)
    return Answer(project_row(kept), {"project": kept.slug})


def project_show(home: Path, slug: str) -> Answer:
    """A project, and in `log` what happened to it, newest first; ProjectUnknown where there is none."""
    with _there(home, slug) as engine:
        projects = Projects(engine)
        project = projects.one(slug)
        log = [_event_row(each) for each in projects.events(project)]
    return Answer(project_row(project) | {"log": log}, {"project": slug})


def project_row(project: Project) -> Row:
    """A project as faces print it."""
    return {
        "slug": project.slug,
        "target": project.target,
        "name": project.name,
        "rivals": list(project.rivals),
        "brands": list(project.brands),
        "country": project.country,
        "note": project.note,
        "added_at": project.at,
        "added_by": project.who,
        "archived_at": project.archived_at,
    }


def _event_row(event: ProjectEvent) -> Row:
    return {"id": event.id, "at": event.at, "who": event.who, "what": event.what, "changed": dict(event.told)}


def _there(home: Path, slug: str) -> Any:
    """The database of a home; where nothing was ever kept, there is no such project, and none is made."""
    if not has_state(home):
        found = "there is no project here"
        raise ProjectUnknown(
            f"look at project {slug[:_SLUG]!r}", found, "`backlit project add TARGET` adds one."
        )
    return opened(home)


# what was typed -----------------------------------------------------------------


def _site(target: str) -> Target:
    """The host that a project is about; the address of its front page means it, too."""
    asked = f"make a project of {target.strip()[:200]!r}"
    found = _of_front_page(Target.parse(target))
    if found.scope == "url":
        raise UsageError(asked, "that is a page", f"Name its site: {parse_url(found.name).host}.")
    if not _host(found.name):
        raise UsageError(asked, "no site can have that name", "Name a domain or a host, as example.com.")
    return found


def _of_front_page(target: Target) -> Target:
    """The host whose front page was named, as browsers show it; any other target as it is."""
    if target.scope != "url":
        return target
    url = parse_url(target.name)
    return target if url.href.partition("://")[2].partition("/")[2] else Target.parse(url.host)


def _slugged(asked: str, slug: str | None, site: str) -> str:
    given = site if slug is None else slug.strip().lower()
    plain = re.sub(r"[^a-z0-9.]+", "-", given).strip(".-")[:_SLUG].strip(".-") if slug is None else given
    if len(plain) > _SLUG or not _slug.fullmatch(plain):
        do = f"Use letters a to z, digits, dots and hyphens, {_SLUG} at most: example-com."
        raise UsageError(asked, f"{plain[:60]!r} cannot be its short name", do)
    return plain


def _named(asked: str, name: str | None, site: str) -> str:
    said = clean(name or "", _NAME * 4)
    if len(said) > _NAME:
        raise UsageError(asked, f"its name has {len(said)} characters", f"{_NAME} at most.")
    return said or site


def _rivals(asked: str, site: Target, rivals: Sequence[str]) -> tuple[str, ...]:
    found: dict[Target, str] = {}
    for each in filter(None, map(str.strip, rivals)):
        rival = _of_front_page(Target.parse(each))
        if rival.scope != "url" and not _host(rival.name):
            raise UsageError(asked, f"no site can be named {each[:100]!r}", "Name a domain or a URL.")
        if site.lower <= rival.lower and rival.upper <= site.upper:
            raise UsageError(asked, f"its rival {each[:100]!r} is the site itself", "Leave it out.")
        found.setdefault(rival, rival.name)
    if len(found) > MOST_RIVALS:
        raise UsageError(asked, f"{len(found)} rivals are named", f"Name {MOST_RIVALS} at most.")
    return tuple(found.values())


def _brands(asked: str, brands: Sequence[str]) -> tuple[str, ...]:
    spelt: dict[str, str] = {}
    for each in filter(None, (clean(each, _BRAND * 4) for each in brands)):
        spelt.setdefault(each.casefold(), each)
    found = tuple(spelt.values())
    long = [each for each in found if len(each) > _BRAND]
    if long:
        raise UsageError(asked, f"the name {long[0][:40]!r}… is too long", f"{_BRAND} characters at most.")
    if len(found) > MOST_BRANDS:
        do = f"Name {MOST_BRANDS} at most: case and spaces make no difference."
        raise UsageError(asked, f"{len(found)} names of the brand are given", do)
    return found


def _country(asked: str, country: str | None) -> str | None:
    said = (country or "").strip().upper()
    if not said:
        return None
    if len(said) != 2 or not said.isascii() or not said.isalpha():
        raise UsageError(asked, f"{said[:20]!r} is no country", "Write its two letters, as IE.")
    return said


def _note(asked: str, note: str) -> str:
    lines = [clean(line, _NOTE * 4) for line in note[: _NOTE * 4].splitlines()]
    said = "\n".join(lines).strip()
    if len(said) > _NOTE or len(note) > _NOTE * 4:
        raise UsageError(asked, f"its note has more than {_NOTE} characters", "Say it shorter.")
    return said
