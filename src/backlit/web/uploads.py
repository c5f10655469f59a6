"""How do links get in by the browser? Which ways there are, the field for files, what they hold, and go."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse

from backlit import app
from backlit.app.acting import user
from backlit.app.clock import now
from backlit.errors import UsageError
from backlit.index.target import Target
from backlit.web.admission import may_change
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import answers, job_schema, refusals
from backlit.web.receiving import receive
from backlit.web.render import page
from backlit.web.security import refuse_foreign
from backlit.web.twins import envelope_response

__all__ = ["add_upload_pages", "add_uploads"]

_LONGEST = 2_000
#: Ways to one's links: where, in how many minutes, how exactly, and what it does not see.
ROUTES: Sequence[tuple[str, int, str, str]] = (
    (
        "Google Search Console",
        3,
        "Open Links, then Export external links: Latest links and More sample links, one after the other, or"
        " both in one zip.",
        "A sample of pages, without the words, and no rel: each has to be looked at, which Backlit does.",
    ),
    (
        "Bing Webmaster Tools",
        3,
        "Open Backlinks, choose Pages, and Download all.",
        "What Bing saw: fewer pages, with their words.",
    ),
    (
        "Ahrefs, Semrush, Majestic, Moz, DataForSEO",
        5,
        "In the report of backlinks choose all links, not one per domain, and export as CSV.",
        "As far as your plan exports. Two tools know more than one: drop them together.",
    ),
    (
        "Analytics or the log of your server",
        5,
        "Export referrals from GA4, Matomo, Plausible or Umami, or take access logs as they are.",
        "Only links that somebody clicked.",
    ),
    (
        "A crawl of your own",
        30,
        "WARC or WAT files of any crawler, or backlit crawl, of sites that may link to you.",
        "Only the sites that you name.",
    ),
    (
        "Common Crawl",
        120,
        "Fetch WAT files of the newest crawl, and read them with backlit ingest.",
        "A part of the web, some weeks old; many gigabytes.",
    ),
)
_KINDS = {
    "links": "links",
    "leads": "pages that are said to link, to be verified",
    "visits": "visits from other sites",
    "performance": "clicks and impressions",
    "decisions": "decisions made elsewhere",
    "nothing": "nothing that can be used",
}


def add_upload_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the page of ways in, the upload and what it holds, to the routes of the HTML face."""

    @routes.get("/ingest", dependencies=[Depends(only("target"))])
    def ways(target: str = Query("", max_length=_LONGEST)) -> Response:
        return _ways(desk, target)

    @routes.post("/ingest")
    async def take(request: Request) -> Response:
        refuse_foreign(request.headers)
        try:
            mark, fields = await _taken(desk, request)
        except UsageError as error:
            return _ways(desk, request.query_params.get("target", ""), problem=error)
        target = fields.get("target", "").strip()[:_LONGEST]
        return RedirectResponse(_address(mark, target), 303)

    @routes.get("/ingest/{upload}", dependencies=[Depends(only("target"))])
    def shown(upload: str, target: str = Query("", max_length=_LONGEST)) -> Response:
        return _shown(desk, upload, target)

    @routes.post("/ingest/{upload}/read")
    def read(upload: str, form: Fields = Depends(own_form)) -> Response:
        target = form.get("target", "").strip()[:_LONGEST]
        try:
            job = app.upload_ingest(desk.home, upload, target=target or None)
        except UsageError as error:
            return _shown(desk, upload, target, problem=error)
        return RedirectResponse(f"/jobs/{job.row['id']}", 303)

    @routes.post("/ingest/{upload}/discard", dependencies=[Depends(own_page)])
    def discard(upload: str) -> Response:
        app.upload_discard(desk.home, upload)
        return RedirectResponse("/ingest", 303)


async def _taken(desk: Desk, request: Request) -> tuple[str, dict[str, str]]:
    drop = await run_in_threadpool(app.upload_begin, desk.home)
    try:
        fields = await receive(request, drop)
        return drop.end(user(), now()), fields
    except BaseException:  # also of who went away: nothing of it stays
        drop.abandon()
        raise


def _address(mark: str, target: str) -> str:
    return f"/ingest/{mark}" + (f"?{urlencode({'target': target})}" if target else "")


def _ways(desk: Desk, target: str, *, problem: UsageError | None = None) -> Response:
    context = {
        "target": target, "routes": ROUTES, "problem": problem, "waiting": app.upload_ls(desk.home).rows,
        "option": desk.option, "may_change": may_change(), "most": app.UPLOAD_BYTES >> 30,
    }  # fmt: skip
    return page("uploads.html.j2", context, 400 if problem else 200, desk=desk)


def _shown(desk: Desk, upload: str, target: str, *, problem: UsageError | None = None) -> Response:
    row = app.upload_show(desk.home, upload).row
    tables = [table for file in row["files"] for table in file["tables"]]
    context = {
        "row": row, "target": target or _told_target(tables), "problem": problem, "kinds": _KINDS,
        "can_read": any(file["kind"] == "crawl" for file in row["files"])
        or any(table["yields"] != "nothing" for table in tables),
        "needs_target": any(table["yields"] == "leads" and not table["target"] for table in tables),
        "option": desk.option,
    }  # fmt: skip
    return page("upload.html.j2", context, 400 if problem else 200, desk=desk)


def _told_target(tables: Sequence[app.Row]) -> str:
    """The one domain that all tables are about; empty where they name none, or several."""
    told = {table["target"] for table in tables if table["target"]}
    return str(told.pop()) if len(told) == 1 else ""


# for programs ---------------------------------------------------------------------------


def add_uploads(routes: APIRouter, desk: Desk) -> None:
    """Add uploads to the routes of REST."""
    refused = refusals({400: "The files cannot be taken", 404: "There is no such upload"})

    @routes.post(
        "/uploads",
        summary="Take files as multipart/form-data: what each would give, and a mark to have them read by",
        operation_id="add_upload",
        responses=answers(_schema(), refused),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
        openapi_extra={
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
        },
    )
    async def add(request: Request) -> Response:
        mark, _ = await _taken(desk, request)
        return envelope_response(await run_in_threadpool(app.upload_show, desk.home, mark))

    @routes.post(
        "/uploads/{upload}/ingest",
        summary="Have an upload read into the index: the job",
        operation_id="ingest_upload",
        responses=answers(job_schema(many=False), refused),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def ingest(upload: str, target: str | None = Query(None, max_length=_LONGEST)) -> Response:
        if target:
            Target.parse(target, "domain")
        return envelope_response(app.upload_ingest(desk.home, upload, target=target, by="REST"))

    @routes.delete(
        "/uploads/{upload}",
        summary="Remove an upload that was not read",
        operation_id="discard_upload",
        responses=answers(_schema(), refused),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def discard(upload: str) -> Response:
        return envelope_response(app.upload_discard(desk.home, upload))


_FORM = {
    "type": "object",
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}
_BODY = {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}


def _schema() -> dict[str, Any]:
    file = {
        "name": {"type": "string"},
        "bytes": {"type": "integer"},
        "kind": {"enum": ["crawl", "tables", "unknown"]},
        "tables": {"type": "array", "items": {"type": "object"}},
        "problem": {"type": ["object", "null"]},
    }
    return {
        "type": "object",
        "properties": {
            "upload": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            "who": {"type": "string"},
            "names": {"type": "array", "items": {"type": "string"}},
            "job": {"type": ["string", "null"]},
            "files": {"type": "array", "items": {"type": "object", "properties": file}},
        },
    }
