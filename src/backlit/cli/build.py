"""How does an index come about? Ingest, rank, and what is in it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face, command, index
from backlit.cli.handing import Background, done
from backlit.cli.helping import RUN, START
from backlit.cli.look import AsOf, Scope
from backlit.errors import PartialResult, UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row

__all__ = ["write_log"]

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...", help="Files, globs, folders, @LIST (a file of names) or - (names from stdin)."
    ),
]
Crawl = Annotated[str | None, typer.Option(metavar="NAME", help="A name for these sources together.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes that read. Default: one per processor.")
]
#: Whose links within one domain are kept.
INTERNAL = ("none", "projects", "all")
Internal = Annotated[
    str,
    typer.Option(metavar="none|projects|all", help="Which links within one domain are kept as links."),
]
About = Annotated[
    str | None,
    typer.Option(
        "--for",
        "--target",
        metavar="DOMAIN",
        help="Whose links a list of pages is about, where it does not say.",
    ),
]
Dated = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="The date of exports that do not state it.")
]
Mapped = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="Which column of a table is which field; may be repeated."
    ),
]
Upkeep = Annotated[
    bool, typer.Option("--upkeep/--no-upkeep", help="Whether to merge small files and forget old versions.")
]
Look = Annotated[bool, typer.Option("--preview", help="Show what exports would give; write nothing.")]

#: Problems named on stderr; the log has the rest.
_SHOWN_PROBLEMS = 3


@command(
    "ingest",
    "backlit ingest crawl/*.warc.wat.gz --crawl 2026-10",
    "backlit ingest backlinks.csv --preview",
    "backlit ingest 'Latest links.csv' --for example.com",
    panel=START,
    resumable=True,
)
def ingest(
    face: Face,
    sources: Sources,
    *,
    crawl: Crawl = None,
    workers: Workers = None,
    internal: Internal = "none",
    target: About = None,
    date: Dated = None,
    mapped: Mapped = None,
    preview: Look = False,
    upkeep: Upkeep = True,
    background: Background = False,
) -> int:
    """Read crawl files, exports and lists into the index.

    WAT and WARC files, the exports of other tools and lists of linking pages: the kind of each is
    detected. A source that is in the index already is not read again, so an ingest that was
    interrupted goes on where it was; everything arrives in one commit. Small files are merged and old
    versions forgotten in passing.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.cli.preview import mapping_of, shown

    mapping = mapping_of(mapped)
    if preview:
        seen = app.preview(sources, mapping=mapping, target=target, date=date)
        put_json(seen.envelope()) if face.as_json else put(shown(seen))
        return 0
    if internal not in INTERNAL:
        known = "Known are none, projects and all."
        raise UsageError(f"--internal {internal}", "there is no such choice", known)
    options: dict[str, Any] = {"crawl": crawl, "workers": workers, "internal": internal, "target": target}
    options |= {"mapping": mapping, "date": date, "upkeep": upkeep}
    answer = done(
        face,
        "ingest",
        {"sources": sources, **options},
        lambda progress: app.ingest(face.home, sources, **options, progress=progress),
        background=background,
    )
    if answer is None:
        return 0
    _report_problems(face, answer.rows[0])
    _report_upkeep(face, answer.row["upkeep"])
    if face.as_json:
        put_json(answer.envelope())
    else:
        put(_ingested(answer.rows[0], target))
    return PartialResult.exit_code if answer.row["refused"] else 0


def _ingested(data: "Row", target: str | None = None) -> str:
    from backlit.report.text import count, plural

    already = f", {count(data['already'])} in the index already" if data["already"] else ""
    counts = {name: data[f"{name}s"] for name in ("page", "link", "lead", "prior_rank")}
    found = [plural(n, name.replace("_", " ")) for name, n in counts.items() if n]
    found += [plural(data[table], *words) for table, words in _OTHER_ROWS.items() if data.get(table)]
    size, seconds = data["bytes_read"] / 1e6, data["seconds"]
    rate = f", {size / seconds:,.1f} MB/s" if size >= 1 and seconds else ""
    amount = f"{size:,.1f} MB" if size >= 1 else f"{size * 1e3:,.1f} KB"
    read, targets = (
        plural(data["files"] - data["already"] - data["refused"], "source"),
        plural(data["targets"], "page"),
    )
    lines = [
        f"Read {read}{already}: {', '.join(found) or 'nothing new'}.",
        f"{amount} in {seconds:,.1f} s{rate}. The new links point to {targets}.",
        _next(data, target or "DOMAIN"),
    ]
    return "\n".join(lines) + "\n"


#: What rows are called that are kept for other reports.
_OTHER_ROWS = {
    "visits": ("row of visits", "rows of visits"),
    "performance": ("row of search performance", "rows of search performance"),
    "decisions": ("decision", "decisions"),
}


def _next(data: "Row", domain: str) -> str:
    if data.get("already") and data["already"] + data["refused"] == data["files"]:
        return "Nothing has changed. `backlit index ls` lists what was read."
    if data["leads"] and not data["links"]:  # nothing to rank yet: somebody has to read those pages first
        return f"Next: backlit verify {domain} --leads, which reads those pages"
    if data.get("prior_ranks") and not data["links"]:
        return "Next: backlit ingest SOURCE..., for links: these are ranks of domains alone"
    if not data["links"] and any(data.get(table) for table in _OTHER_ROWS):
        return "Next: backlit index ls, which lists what every source tells"
    return f"Next: backlit rank, then backlit overview {domain}"


def _report_upkeep(face: Face, done: "Row | None") -> None:
    if done and done["problem"]:
        face.remark(f"tidying up was put off. {done['problem']}")


def _report_problems(face: Face, data: "Row") -> None:
    """What could not be read: the first on stderr, all that is known in a log."""
    problems: list[dict[str, Any]] = data.get("problems") or []
    if not data["records_bad"] and not problems:
        return
    log = write_log(face.home, problems, datetime.now(UTC)) if problems else None
    for each in problems[:_SHOWN_PROBLEMS]:
        face.remark(_problem(each))
    if not data["records_bad"]:  # what was said are notes
        return
    skipped = f", {data['bytes_skipped']:,} bytes passed over" if data["bytes_skipped"] else ""
    where = f"; see {log}" if log else ""
    face.remark(f"warning: {_unusable(data)}{skipped}{where}")


def _unusable(data: "Row") -> str:
    """Crawl files have damaged records; tables have rows that name no link."""
    bad, problems = data["records_bad"], data.get("problems") or []
    if problems and not any(_is_crawl(each["source"]) for each in problems):
        what = "that cannot be used" if data.get("prior_ranks") else "without a link"
        return f"{bad:,} {'row' if bad == 1 else 'rows'} {what}"
    return f"{bad:,} damaged {'record' if bad == 1 else 'records'}"


def _is_crawl(name: str) -> bool:
    return any(kind in name.lower() for kind in (".warc", ".wat"))


def _problem(problem: dict[str, Any]) -> str:
    from backlit.report.text import visible

    where = f", at {problem['offset']}" if problem["offset"] else ""
    return visible(f"{problem['source']}{where}: {problem['why']}")


def write_log(home: Path, problems: list[dict[str, Any]], now: datetime) -> Path:
    """The problems of one run, a line each, in the home's logs."""
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"ingest-{now:%Y%m%dT%H%M%S.%fZ}.log"
    path.write_text("".join(f"{_problem(each)}\n" for each in problems), encoding="utf-8")
    return path


Seeds = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Domains that vouch, one a line, [group] lines between. Default: our list."
    ),
]


Owners = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|none",
        help="Domains and their owners, one a line: those of one owner vote as one. Default: as before.",
    ),
]


@command(
    "rank",
    "backlit rank",
    "backlit rank --seeds trusted.txt --owners owners.csv",
    "backlit rank --json",
    panel=START,
)
def rank(face: Face, *, seeds: Seeds = None, owners: Owners = None, background: Background = False) -> None:
    """Rank the domains of the index by who links to them.

    Trust starts at seeds, domains that somebody vouches for, and goes along links.
    """
    from backlit import app
    from backlit.cli.output import put, put_json

    answer = done(
        face,
        "rank",
        {"seeds": seeds, "owners": owners},
        lambda _progress: app.rank(face.home, seeds=seeds, owners=owners),
        background=background,
    )
    if answer is None:
        return
    if face.as_json:
        put_json(answer.envelope())
    else:
        put(_ranked(answer.rows[0]))


def _ranked(data: "Row") -> str:
    from backlit.report.text import count, visible

    lines = [
        f"Ranked {count(data['domains'])} domains by {count(data['edges'])} links between them "
        f"in {data['seconds']:,.1f} s: {data['iterations']} rounds, residual {data['residual']:.1e}."
    ]
    lines.append(_method(data))
    if said := data["parameters"].get("owners"):
        lines.append(_owners(said))
    if data.get("unrankable"):
        lines.append(f"No authority was given. {visible(data['unrankable'])}")
    return "\n".join([*lines, "Next: backlit overview DOMAIN"]) + "\n"


def _method(data: "Row") -> str:
    from backlit.report.text import plural, visible

    seeds = data["parameters"]["seeds"]
    named = f"{visible(seeds['list'])} {visible(seeds['version'])}".strip()
    if data["parameters"]["note"]:
        return f"Method {data['method']}, which knows no trust. {visible(data['parameters']['note'])}"
    found = sum(seeds["groups"].values())
    return f"Method {data['method']}: trust from {plural(found, 'seed')} (list: {named})."


def _owners(said: "Row") -> str:
    from backlit.report.text import plural, visible

    known = plural(said["domains"], "domain")
    return f"Owners of {known} are known (list: {visible(said['list'])}): what they share is one vote."


OfTarget = Annotated[
    str | None,
    typer.Argument(metavar="TARGET", help="Instead: who knows the links of this URL, host or domain."),
]


@command(
    "ls",
    "backlit index ls",
    "backlit index ls example.com",
    "backlit index ls --json",
    panel=RUN,
    of=index,
    files=True,
)
def index_ls(face: Face, target: OfTarget = None, *, scope: Scope = None, as_of: AsOf = None) -> None:
    """List what the index was read from, and its versions; of a target who knows its links.

    In a pipe both are one list: the column `what` says source or version.

    With a target: what each source knows, how far two of them agree (in --json), and with three or
    more how many domains at least none of them has seen.
    """
    if target is not None:
        from backlit.cli.sources import who_knows

        who_knows(face, target, scope, as_of)
        return
    from backlit import app
    from backlit.cli.output import draw, put, put_json, put_rows, way_of, write_file
    from backlit.cli.tables import SOURCES, VERSIONS, table_of

    session = face.session()
    sources, versions = app.sources(session), app.versions(session)
    way = way_of(face)
    if face.out is not None:
        nested = face.out.suffix.lower() == ".json"
        write_file(face, _nested(sources, versions) if nested else _listed(sources, versions), face.out)
    elif way == "json":
        put_json(_nested(sources, versions).envelope())
    elif way == "screen":
        put(draw(*table_of(sources, SOURCES), *table_of(versions, VERSIONS)))
    else:
        put_rows(face, _listed(sources, versions).rows)


def _nested(sources: "Answer", versions: "Answer") -> "Answer":
    from dataclasses import replace

    return replace(sources, data={"sources": sources.rows, "versions": versions.rows}, total=None, limit=None)


def _listed(sources: "Answer", versions: "Answer") -> "Answer":
    from dataclasses import replace

    rows = [{"what": "source", **row} for row in sources.rows]
    return replace(sources, data=rows + [{"what": "version", **row} for row in versions.rows])
