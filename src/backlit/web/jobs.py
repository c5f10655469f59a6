"""How are jobs shown, stopped and resumed in a browser, and by programs?

Whoever reaches the server may look. Changing something takes a server that listens on this machine alone,
since it knows no users, and a request that a page of its own made, or no page at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.errors import AccessError, UploadUnknown, UsageError
from backlit.index.target import Target
from backlit.report.progress import about, how_far, how_often, share_done
from backlit.web.admission import asker, may_change, sees, within
from backlit.web.afterwards import afterwards
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, answers, job_schema, refusals, schedule_schema
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_job_pages", "add_jobs"]

State = Literal["waiting", "running", "done", "failed", "cancelled"]
#: Jobs that programs may ask for. Nothing that names a file: it would be read for whoever reaches the server.
ASKABLE = ("rank", "verify", "crawl", "monitor-check", "audit", "report", "read-pages")
_SHOWN = 100
_LONGEST = 8_192
#: Jobs that are looked through for those that wait.
_LATELY = 1_000

_CHANGES: dict[str, Callable[..., Answer]] = {"cancel": app.job_cancel, "resume": app.job_resume}


# for people -----------------------------------------------------------------------


def add_job_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the list of jobs, and a page for each, to the routes of the HTML face."""

    @routes.get("/jobs", dependencies=[Depends(only("state", "target"))])
    def jobs(state: State | None = Query(None), target: str = Query("", max_length=_LONGEST)) -> Response:
        answer, whole = _listed(desk, state, _SHOWN), asker().sites is None
        context = {
            "jobs": answer.rows,
            "state": state,
            "worker": answer.query["worker"],
            "schedules": app.schedule_ls(desk.home).rows if whole else None,
            "option": desk.option,
            "forms": {name: words for name, (words, _, _) in FORMS.items() if whole or name not in _OF_ALL},
            "chosen": target,
            **_WORDS,
        }
        return page("jobs.html.j2", context, desk=desk)

    @routes.get("/jobs.json", dependencies=[Depends(only("state"))])
    def twin(state: State | None = Query(None)) -> Response:
        return envelope_response(_listed(desk, state, _SHOWN))

    @routes.get("/jobs/{job}")
    def job(job: str) -> Response:
        answer = _shown(app.job_show(desk.home, job))
        log = app.job_log(desk.home, job).row["log"] if asker().sites is None else ""
        context = {"job": answer.row, "log": log, "worker": answer.query["worker"], **_WORDS}
        context |= {"ways": afterwards(answer.row), "dropped": _dropped(desk, answer.row), "alone": "page"}
        context["unsaid"] = _unsaid(answer.row)
        return page("job.html.j2", context, desk=desk)

    @routes.get("/jobs/{job}/progress", response_class=HTMLResponse, dependencies=[Depends(only("alone"))])
    def progress(job: str, alone: Literal["", "page"] = "") -> Response:
        answer = _shown(app.job_show(desk.home, job))
        context = {"job": answer.row, "worker": answer.query["worker"], **_WORDS}
        return page("job_progress.j2", context | {"alone": "again" if alone else ""})

    @routes.post("/jobs")
    def ask(form: Fields = Depends(own_form)) -> Response:
        if form.get("what") == "audits":
            _ask_audits(desk)
            return RedirectResponse("/jobs", 303)
        return RedirectResponse(f"/jobs/{_asked(desk, form)}", 303)

    @routes.post("/jobs/{job}/{change}", dependencies=[Depends(own_page)])
    def change(job: str, change: Literal["cancel", "resume"]) -> Response:
        found = _CHANGES[change](desk.home, job).row["id"]
        return RedirectResponse(f"/jobs/{found}", 303)


def _dropped(desk: Desk, job: Row) -> tuple[str, Sequence[str]] | None:
    """Where the files that a job reads were dropped, and what they are called; None where none were."""
    folders = [PurePath(each).parent for each in job["arguments"].get("sources") or ()]
    uploads = {
        (each.parent if each.name.isdigit() and len(each.name) == 3 else each).name for each in folders
    }
    if job["kind"] != "ingest" or len(uploads) != 1 or not may_change():
        return None
    [upload] = uploads
    try:
        return upload, app.upload_names(desk.home, upload)
    except UploadUnknown:
        return None


def _unsaid(job: Row) -> Sequence[str]:
    """What a reading of files did not meet, of all that it counts."""
    met = ("pages", "links", "leads")
    result = job["result"] or {} if job["kind"] == "ingest" else {}
    return [name for name, value in result.items() if not value and name not in met]


def _listed(desk: Desk, state: str | None, limit: int) -> Answer:
    """The jobs that who asks may see."""
    answer = app.jobs_ls(desk.home, state=state, limit=limit, within=within())
    return replace(answer, data=[_own(row) for row in answer.rows])


def _shown(answer: Answer) -> Answer:
    return replace(answer, data=_own(answer.row))


def _own(job: Row) -> Row:
    """A job as it is told: who sees some projects only need not know where files of the server lie."""
    result = job["result"]
    if asker().sites is None or not isinstance(result, dict) or "file" not in result:
        return job
    return job | {"result": result | {"file": PurePath(str(result["file"])).name}}


def _require_own(kind: str, arguments: Mapping[str, Any]) -> None:
    """AccessError where a job is about more than who asks sees."""
    who = asker()
    if who.sites is not None and not app.is_job_within(kind, arguments, who.sees):
        found = f"{who.who} sees some projects only, and it is about more"
        raise AccessError(f"ask for a job of kind {kind}", found, "Name a target of yours.")


#: Forms that ask for what is of the whole home.
_OF_ALL = ("rank", "read-pages")
#: What the form asks for: its words, the kind of the job, and the arguments that a target makes.
FORMS: Mapping[str, tuple[str, str, Callable[[str], dict[str, Any]]]] = {
    "verify": ("verify the links to", "verify", lambda target: {"target": target}),
    "leads": ("read the pages that are said to link to", "verify", lambda t: {"target": t, "leads": True}),
    "crawl": ("crawl the site", "crawl", lambda target: {"seeds": [target]}),
    "audit": ("audit the links to", "audit", lambda target: {"target": target}),
    "read-pages": ("read what pages say, for prospects of", "read-pages", lambda _target: {}),
    "report": ("write a report on the links to", "report", lambda target: {"target": target}),
    "rank": ("rank all domains, for the authority of", "rank", lambda _target: {}),
}


def _asked(desk: Desk, form: Fields) -> str:
    """The job that a form asks for."""
    chosen, target = FORMS.get(form.get("what", "")), form.get("target", "").strip()[:_LONGEST]
    if chosen is None or not target:
        found = "no target is named" if chosen else "there is no such job"
        raise UsageError("ask for a job", found, "Choose what to do, and name a domain or an address.")
    Target.parse(target)
    _, kind, arguments = chosen
    _require_own(kind, arguments(target))
    return str(app.ask_job(desk.home, kind, arguments(target), by="web app", folder=desk.home).row["id"])


def _ask_audits(desk: Desk) -> None:
    """Have each project audited that was not, as of the newest data; none twice that waits for it."""
    waits = {
        job["arguments"].get("target")
        for job in app.jobs_ls(desk.home, limit=_LATELY).rows
        if job["kind"] == "audit" and job["state"] in ("waiting", "running")
    }
    for row in app.project_ls(desk.home, seconds=0).rows:
        is_due = sees(row["slug"]) and (row["needs"]["audit"] is None or row["audit_is_old"])
        if is_due and row["target"] not in waits:
            app.ask_job(desk.home, "audit", {"target": row["target"]}, by="web app", folder=desk.home)


_WORDS: dict[str, Any] = {
    "how_far": how_far,
    "how_often": how_often,
    "share_done": share_done,
    "about": about,
    "alone": "",
}


# for programs ---------------------------------------------------------------------

_REFUSED = refusals(
    {
        400: "There is nothing of that to change",
        404: "There is no such job",
        403: FOREIGN,
    }
)


def add_jobs(routes: APIRouter, desk: Desk) -> None:
    """Add jobs to the routes of REST."""

    @routes.get(
        "/jobs",
        summary="Long tasks that were asked for, the newest first",
        operation_id="jobs",
        responses=answers(job_schema(many=True), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only("state", "limit"))],
    )
    def jobs(state: State | None = Query(None), limit: int = Query(50, ge=1, le=1_000)) -> Response:
        return envelope_response(_listed(desk, state, limit))

    @routes.get(
        "/jobs/{job}",
        summary="One job, by its id or the beginning of it",
        operation_id="job",
        responses=answers(job_schema(many=False), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only())],
    )
    def job(job: str) -> Response:
        return envelope_response(_shown(app.job_show(desk.home, job)))

    @routes.post(
        "/jobs",
        summary=f"Ask for a job of kind {', '.join(ASKABLE[:-1])} or {ASKABLE[-1]}",
        operation_id="ask_job",
        responses=answers(job_schema(many=False), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def ask(kind: str = Body(), arguments: dict[str, Any] = Body(default={})) -> Response:
        if kind not in ASKABLE:
            do = f"Known are {', '.join(ASKABLE)}; files are read by `backlit ingest`."
            raise UsageError(f"ask for a job of kind {kind[:40]!r}", "that cannot be asked for here", do)
        if kind in ("rank", "read-pages") and arguments:
            do = "Leave the arguments out, or use the command with --background."
            raise UsageError(f"ask for a job of kind {kind} with files", "they are files of the server", do)
        if kind == "report" and arguments.get("logo"):
            do = "Leave the logo out, or use `backlit report --background`."
            raise UsageError("ask for a report with a logo", "it is a file of the server", do)
        _require_own(kind, arguments)
        asked = app.ask_job(desk.home, kind, arguments, by="REST", folder=desk.home)
        return envelope_response(asked)

    for name, words in (("cancel", "Stop a job, or do not begin it"), ("resume", "Go on with a job")):
        routes.add_api_route(
            f"/jobs/{{job}}/{name}",
            _change(desk, name),
            methods=["POST"],
            summary=words,
            operation_id=f"{name}_job",
            responses=answers(job_schema(many=False), _REFUSED),
            response_class=JSONResponse,
            dependencies=[Depends(own_page)],
        )

    @routes.get(
        "/schedules",
        summary="What is done again and again, on which targets, and when next",
        operation_id="schedules",
        responses=answers(schedule_schema(), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only())],
    )
    def schedules() -> Response:
        return envelope_response(app.schedule_ls(desk.home))


def _change(desk: Desk, name: str) -> Callable[[str], Response]:
    def change(job: str) -> Response:
        return envelope_response(_shown(_CHANGES[name](desk.home, job)))

    return change
