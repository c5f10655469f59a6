"""How are alerts shown, added and tried in a browser and by programs, and read as a feed?

As with jobs: whoever reaches the server may read what was found, and nothing is changed but by a page of ours
or a program on this machine. A server that others reach tells neither addresses nor those of feeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from backlit import app
from backlit.app.alert_messages import HEADINGS, sentence
from backlit.app.answer import Answer, Row
from backlit.errors import UsageError
from backlit.web.admission import asker, may_change, require_within, within
from backlit.web.asking import only
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.feeds import ATOM, atom
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, alert_schema, refusals
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_alert_pages", "add_alerts", "add_feeds"]

_SHOWN, _FEED = 100, 200
_ALERT = Query(None, description="only of this alert")
_EVERY = ("weekly", "daily", "now")


def _one(fields: Fields, name: str) -> str | None:
    return fields.get(name, "").strip() or None


def _kinds(fields: Fields) -> list[str]:
    chosen = [kind for kind in HEADINGS if f"on_{kind}" in fields]
    if not chosen:
        raise UsageError("add an alert", "it would tell of nothing", "Choose one of the kinds of change.")
    return chosen


def _hidden(rows: Sequence[Row]) -> list[Row]:
    """Alerts as a server tells them: where they go only to those who are on this machine."""
    if may_change():
        return list(rows)
    return [row | {"channels": None, "feed": None} for row in rows]


# for people -----------------------------------------------------------------------


def add_alert_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the page of alerts, and what its forms do, to the routes of the HTML face."""
    guarded = [Depends(own_page)]

    def shown(only_of: int | None = None, **more: Any) -> Response:
        rules, own = app.alert_ls(desk.home, within=within()), may_change()
        context = {
            "alerts": _hidden(rules.rows),
            "unseen": rules.query["unseen"],
            "only_of": only_of,
            "events": app.alert_inbox(desk.home, alert=only_of, limit=_SHOWN, within=within()).rows,
            "log": app.alert_log(desk.home, limit=_SHOWN).rows if own and asker().sites is None else None,
            "may_change": own,
            "kinds": HEADINGS,
            "every": _EVERY,
            "sentence": sentence,
            "option": desk.option,
            "added": None,
            "tried": None,
            "form": {},
            **more,
        }
        return page("alerts.html.j2", context, desk=desk)

    @routes.get("/alerts", dependencies=[Depends(only("target", "scope", "q", "kinds", "alert"))])
    def alerts(request: Request, alert: int | None = _ALERT) -> Response:
        return shown(alert, form=dict(request.query_params))

    @routes.get("/alerts.json", dependencies=[Depends(only())])
    def twin() -> Response:
        return _told(app.alert_ls(desk.home, within=within()))

    @routes.post("/alerts/add")
    def add(fields: Fields = Depends(own_form)) -> Response:
        require_within("add an alert", _one(fields, "target") or "", _one(fields, "scope"))
        added = app.alert_add(
            desk.home,
            _one(fields, "target") or "",
            to=(_one(fields, "to") or "").split(),
            kinds=_kinds(fields),
            q=_one(fields, "q"),
            scope=_one(fields, "scope"),
            cadence=_one(fields, "every") or "weekly",
            quiet=_one(fields, "quiet"),
        )
        return shown(added=added.row)

    @routes.post("/alerts/{alert}/test", dependencies=guarded)
    def test(alert: int) -> Response:
        return shown(tried=app.alert_test(desk.home, alert).rows)

    @routes.post("/alerts/{alert}/mute")
    def mute(alert: int, fields: Fields = Depends(own_form)) -> Response:
        app.alert_mute(desk.home, alert, days=_days(_one(fields, "days")))
        return RedirectResponse("/alerts", 303)

    @routes.post("/alerts/{alert}/remove", dependencies=guarded)
    def remove(alert: int) -> Response:
        app.alert_rm(desk.home, alert)
        return RedirectResponse("/alerts", 303)

    @routes.post("/alerts/seen")
    def seen(fields: Fields = Depends(own_form)) -> Response:
        last = _one(fields, "last") or ""
        number = int(last) if last.isascii() and last.isdigit() else 0
        app.alert_seen(desk.home, number, within=within())
        return RedirectResponse("/alerts", 303)

    @routes.post("/alerts/deliveries/{delivery}/replay", dependencies=guarded)
    def replay(delivery: int) -> Response:
        app.alert_replay(desk.home, delivery)
        return RedirectResponse("/alerts#log", 303)


def _days(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"mute for {text[:20]!r} days", "that is no number", "Write 7.") from error


def add_feeds(routes: APIRouter, desk: Desk) -> None:
    """Add the feed of each alert, for whoever has its address."""

    @routes.get("/feeds/{token}.atom")
    def feed(token: str, request: Request) -> Response:
        found = app.alert_feed(desk.home, token, limit=_FEED).row
        text = atom(found["alert"], found["events"], token, str(request.base_url))
        return Response(text, media_type=ATOM)


# for programs ---------------------------------------------------------------------

_REFUSED = refusals(
    {
        400: "It cannot be done as asked",
        403: FOREIGN,
        404: "There is no such alert, delivery or channel",
    }
)
_LIMIT = Query(100, ge=1, le=10_000)


def add_alerts(routes: APIRouter, desk: Desk) -> None:
    """Add alerts to the routes of REST."""
    calls = {**_reading(desk), **_adding(desk), **_changing(desk)}
    for (method, path), (name, summary, view, call) in calls.items():
        taken = ("alert", "limit") if view in ("events", "deliveries") else ()
        told: dict[str, Any] = {"name": name, "summary": summary, "data": alert_schema(view), "taken": taken}
        add_call(routes, method, f"/alerts{path}", call, refused=_REFUSED, **told)


#: By method and path: the name of the operation, what it does, what its answer holds, and who does it.
Calls = dict[tuple[str, str], tuple[str, str, str, Callable[..., Response]]]


def _reading(desk: Desk) -> Calls:
    def alerts() -> Response:
        return _told(app.alert_ls(desk.home, within=within()))

    def events(alert: int | None = _ALERT, limit: int = _LIMIT) -> Response:
        return envelope_response(app.alert_inbox(desk.home, alert=alert, limit=limit, within=within()))

    def deliveries(alert: int | None = _ALERT, limit: int = _LIMIT) -> Response:
        return envelope_response(app.alert_log(desk.home, alert=alert, limit=limit))

    calls: Calls = {
        ("GET", ""): ("alerts", "What is told of, where to, and how often", "alerts", alerts),
        ("GET", "/events"): ("alert_events", "What was found, the newest first", "events", events),
    }
    told = "What was sent and what waits, with every try"
    return calls | {("GET", "/deliveries"): ("deliveries", told, "deliveries", deliveries)}


def _adding(desk: Desk) -> Calls:
    def add(
        target: str = Body(),
        to: list[str] = Body([]),
        kinds: list[str] = Body([]),
        q: str | None = Body(None),
        scope: str | None = Body(None),
        cadence: str = Body("weekly"),
        quiet: str | None = Body(None),
    ) -> Response:
        require_within("add an alert", target, scope)
        asked: dict[str, Any] = {"to": to, "kinds": kinds, "q": q, "scope": scope, "cadence": cadence}
        return envelope_response(app.alert_add(desk.home, target, quiet=quiet, **asked))

    def rotate(channel: int) -> Response:
        return envelope_response(app.alert_rotate(desk.home, channel))

    told = "Tell of changes from now on; the secret of a new webhook is here and nowhere else"
    again = "Give a webhook another secret"
    return {
        ("POST", ""): ("add_alert", told, "alert", add),
        ("POST", "/channels/{channel}/rotate"): ("rotate_secret", again, "rotated", rotate),
    }


def _changing(desk: Desk) -> Calls:
    def seen(last: int = Body(embed=True)) -> Response:
        return envelope_response(app.alert_seen(desk.home, last, within=within()))

    def replay(delivery: int) -> Response:
        return envelope_response(app.alert_replay(desk.home, delivery))

    def test(alert: int) -> Response:
        return envelope_response(app.alert_test(desk.home, alert))

    def mute(alert: int, days: float | None = Body(7, embed=True)) -> Response:
        return envelope_response(app.alert_mute(desk.home, alert, days=days))

    def remove(alert: int) -> Response:
        return envelope_response(app.alert_rm(desk.home, alert))

    told = "Mark what was found as seen, up to an event"
    again = "Send a message again, under its old id"
    quiet = "Send nothing for some days; null ends that"
    return {
        ("POST", "/events/seen"): ("see_alert_events", told, "seen", seen),
        ("POST", "/deliveries/{delivery}/replay"): ("replay_delivery", again, "replayed", replay),
        ("POST", "/{alert}/test"): ("test_alert", "Send a test to each channel, now", "tests", test),
        ("POST", "/{alert}/mute"): ("mute_alert", quiet, "muted", mute),
        ("DELETE", "/{alert}"): ("remove_alert", "Remove an alert; what it found stays", "removed", remove),
    }


def _told(answer: Answer) -> Response:
    return envelope_response(replace(answer, data=_hidden(answer.rows)))
