"""Which of many sites are worth a link? The form for a list of them, and the same answer for programs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import JSONResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.app.vetting import MOST_VETTED
from backlit.errors import UsageError
from backlit.prospect.vet import SORTS
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, UNANSWERABLE, answers, refusals, vet_schema
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_vet", "add_vet_page"]

Site = Annotated[str, Body(max_length=2_083)]
Sites = Annotated[list[Site], Body(min_length=1, max_length=MOST_VETTED, description="domains or URLs")]
TargetOf = Annotated[str | None, Body(max_length=2_083, description="whose links they would be")]
Sort = Annotated[
    Literal["advice", "authority", "relevance", "unnatural", "spam", "domain"], Body(description="best first")
]
_BLANK = {"sites": "", "target": "", "sort": "advice"}


def add_vet_page(routes: APIRouter, desk: Desk) -> None:
    """Add the form for sites to be vetted to the routes of the HTML face."""

    @routes.get("/vet", dependencies=[Depends(only("sites", "target"))])
    def form_of_vet(sites: str = "", target: str = "") -> Response:
        return _shown(desk, _BLANK | {"sites": sites, "target": target})

    @routes.post("/vet")
    def vet(form: Fields = Depends(own_form)) -> Response:
        form = {name: form.get(name, blank).strip() for name, blank in _BLANK.items()}
        try:
            answer = _vetted(desk, form["sites"].splitlines(), form["target"] or None, form["sort"])
        except UsageError as error:
            return _shown(desk, form, problem=error)
        return _shown(desk, form, answer)


def _shown(
    desk: Desk, form: Fields, answer: Answer | None = None, problem: UsageError | None = None
) -> Response:
    context = {
        "form": form,
        "answer": answer,
        "problem": problem,
        "sorts": SORTS,
        "most": MOST_VETTED,
        "option": desk.option,
    }
    return page("vet.html.j2", context, 400 if problem else 200, desk=desk)


def _vetted(desk: Desk, sites: list[str], target: str | None, sort: str) -> Answer:
    return app.vet(desk.session(), sites, target=target, sort=sort)


def add_vet(routes: APIRouter, desk: Desk) -> None:
    """Add vetting to the routes of REST: a list is too long for an address."""

    @routes.post(
        "/vet",
        summary="Whether links from some sites are worth having, before anybody agrees to anything",
        operation_id="vet",
        responses=answers(vet_schema(), refusals({400: UNANSWERABLE, 403: FOREIGN})),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def vet(sites: Sites, target: TargetOf = None, sort: Sort = "advice") -> Response:
        return envelope_response(_vetted(desk, sites, target, sort))
