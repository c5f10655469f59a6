"""Why does a target have its authority, and what would change it? The page of the receipt, and its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import FilterError, TargetError, UsageError
from backlit.report import receipt
from backlit.web.asking import Ask, asked
from backlit.web.behind import Behind
from backlit.web.desk import Desk
from backlit.web.render import Frame, page

__all__ = ["add_authority"]

_MOST_PARTS = 1_000


@dataclass(frozen=True, slots=True)
class Supposed:
    """The form of what-if: what it was asked, and what came of it or why nothing did."""

    add: str
    remove: str
    row: Mapping[str, Any] | None = None
    problem: UsageError | FilterError | None = None

    @property
    def added(self) -> Sequence[str]:
        """The names to add: pages and domains hold no blanks, so blanks part them."""
        return self.add.split()

    @property
    def removed(self) -> Sequence[str]:
        """One filter, or one name; a filter may hold blanks."""
        return [self.remove] if self.remove else []


def add_authority(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a target's authority to the routes of the HTML face."""

    @routes.get("/t/{target}/authority", response_class=HTMLResponse)
    def authority(
        ask: Ask = Depends(asked("authority")),
        add: str = Query("", max_length=4_096),
        remove: str = Query("", max_length=4_096),
        parts: int = Query(20, ge=1, le=_MOST_PARTS),
    ) -> Response:
        answer, why = _receipt(desk, ask, parts)
        supposed = _supposed(desk, ask, Supposed(add.strip(), remove.strip()))
        told = receipt.lines(answer.row) if why is None else []
        more = min(answer.row["parts_total"], _MOST_PARTS) if why is None else 0
        context = {
            "frame": Frame(ask, "authority", answer, desk.option, desk.leads(ask)),
            "row": answer.row if why is None else None,
            "why": why,
            "told": told,
            "chart": receipt.shares_chart(told, lambda domain: Behind(ask).domain(domain)),
            "marks": receipt.marks(answer.row) if why is None else (),
            "group_sentence": receipt.group_sentence,
            "supposed": supposed,
            "rest": _rest(ask, supposed, parts),
            "more": more,
            "all_parts": f"{ask.url('authority').partition('?')[0]}?parts={more}",
        }
        return page("authority.html.j2", context, 400 if supposed.problem else 200, desk=desk)


def _receipt(desk: Desk, ask: Ask, parts: int) -> tuple[Answer, str | None]:
    """The receipt; for a domain that has none the overview, whose authority says why it is null."""
    try:
        return app.explain(desk.session(), ask.target, limit=parts), None
    except TargetError:
        raise
    except UsageError as error:
        answer = desk.answer("overview", Ask(ask.target))
        own = answer.row["authority"] or {}
        return answer, own.get("why") or f"{error.found}. {error.do}"


def _supposed(desk: Desk, ask: Ask, form: Supposed) -> Supposed:
    if not form.add and not form.remove:
        return form
    try:
        answer = app.whatif(desk.session(), ask.target, add=form.added, remove=form.removed)
    except (UsageError, FilterError) as error:
        return Supposed(form.add, form.remove, problem=error)
    return Supposed(form.add, form.remove, row=answer.row)


def _rest(ask: Ask, form: Supposed, parts: int) -> Mapping[str, str]:
    """The same two answers for programs."""
    start = f"/api/v1/targets/{quote(ask.target, safe='')}"
    changes = [("add", each) for each in form.added] + [("remove", each) for each in form.removed]
    return {
        "explain": f"{start}/explain" + (f"?limit={parts}" if parts != 20 else ""),
        "whatif": f"{start}/whatif?{urlencode(changes)}" if changes else "",
    }
