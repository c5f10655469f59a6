"""What did somebody write into a form? The fields of a request that changes something, read within limits."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request

from backlit.errors import UsageError
from backlit.web.asking import exactly
from backlit.web.security import refuse_foreign

__all__ = ["FORM", "Fields", "own_form", "own_page"]

Fields = Mapping[str, str]
#: Where within a request the fields of its form are kept: they can be read once.
FORM = "backlit.form"

#: Bytes of a form: some ten thousand addresses.
_LIMIT = 1 << 20
_MOST = 100


async def own_page(request: Request) -> None:
    """Refuses requests that change something and come from elsewhere, or whose JSON nobody takes."""
    refuse_foreign(request.headers)
    await exactly(request)


async def own_form(request: Request) -> Fields:
    """The fields of a form of our own pages; of several with one name the last."""
    refuse_foreign(request.headers)
    if FORM not in request.scope:
        request.scope[FORM] = await _read(request)
    fields: Fields = request.scope[FORM]
    return fields


async def _read(request: Request) -> Fields:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LIMIT:
            do = "Send less at once, or use the command line."
            raise UsageError("read the form", f"it has more than {_LIMIT >> 10:,} KiB", do)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST))
    except ValueError as error:  # no UTF-8, or too many fields
        raise UsageError("read the form", str(error)[:100], "Send it from the page.") from error
