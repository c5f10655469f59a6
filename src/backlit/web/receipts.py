"""What do programs get who ask why? The receipt of a score, and what it would be with other links."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query, Response

from backlit import app
from backlit.app.link_receipts import link_id_of
from backlit.errors import UsageError
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, object_schema, refusals
from backlit.web.twins import envelope_response

__all__ = ["add_receipts"]

Parts = Annotated[int, Query(description="domains that are told one by one")]
Link = Annotated[str | None, Query(description="the id of a link, to ask about that")]
Added = Annotated[list[str] | None, Query(max_length=100, description="a page or domain; may be repeated")]
Removed = Annotated[
    list[str] | None,
    Query(max_length=100, description="a page, a domain or a filter that chooses links; may be repeated"),
]

_REFUSED = refusals({400: UNANSWERABLE})


def add_receipts(routes: APIRouter, desk: Desk) -> None:
    """Add the two questions about a target's authority to the routes of the REST face."""

    @routes.get(
        "/targets/{target}/explain",
        summary="The receipt of a target's authority, of a link to it by its id, or what a metric means",
        operation_id="explain",
        responses=answers(object_schema("explain"), _REFUSED),
        dependencies=[Depends(only("limit", "link"))],
    )
    def explain(target: str, limit: Parts = 20, link: Link = None) -> Response:
        about = unquote(target)
        if link is not None and link_id_of(link) is None:  # another target is asked for by its own address
            do = "Take one from `backlinks`, or leave `link` out."
            raise UsageError(f"explain the link {link[:60]!r}", "that is no id of a link", do)
        return envelope_response(app.explain(desk.session(), link or about, target=about, limit=limit))

    @routes.get(
        "/targets/{target}/whatif",
        summary="A target's authority with links from some domains more, or without those of others",
        operation_id="whatif",
        responses=answers(object_schema("whatif"), _REFUSED),
        dependencies=[Depends(only("add", "remove"))],
    )
    def whatif(target: str, add: Added = None, remove: Removed = None) -> Response:
        return envelope_response(
            app.whatif(desk.session(), unquote(target), add=add or (), remove=remove or ())
        )
