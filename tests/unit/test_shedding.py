"""Are those refused who come while too much is asked, and only those, and only then?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit.web import shedding
from backlit.web.server import create_app
from backlit.web.shedding import Crowd, Shedding
from tests.unit.looks import Look, commit

Sent = list[dict[str, Any]]


def scope(path: str, accept: bytes = b"text/html") -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(b"accept", accept)],
        "query_string": b"",
    }


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request"}


async def _asked(shedding: Shedding, path: str, accept: bytes = b"text/html") -> Sent:
    sent: Sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    await shedding(scope(path, accept), _nothing, send)
    return sent


async def _crowd() -> dict[str, Sent]:
    """Two who are answered slowly, those who come meanwhile, and one who comes afterwards."""
    gate, inside = asyncio.Event(), asyncio.Semaphore(0)

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        inside.release()
        if not _scope["path"].startswith(("/static", "/api/v1/health")):
            await gate.wait()
        if _scope["path"] == "/breaks":
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": 200, "headers": []})

    shedding = Shedding(app, most=2)
    slow = [asyncio.create_task(_asked(shedding, path)) for path in ("/one", "/breaks")]
    await inside.acquire()
    await inside.acquire()
    found = {path: await _asked(shedding, path) for path in ("/three", "/static/app.css", "/api/v1/health")}
    found["/api/v1/me"] = await _asked(shedding, "/api/v1/me", b"application/json")
    gate.set()
    one, breaks = slow
    found["/one"] = await one
    with pytest.raises(ZeroDivisionError):  # and frees its place all the same
        await breaks
    found["/after"] = await _asked(shedding, "/after")
    return found


def test_who_comes_while_others_wait_is_told_when_to_come_again() -> None:
    with ThreadPoolExecutor(1) as apart:  # a browser of other tests may hold the loop of this thread
        found = apart.submit(asyncio.run, _crowd()).result()
    statuses = {path: sent[0]["status"] for path, sent in found.items()}
    assert statuses == {
        "/three": 429, "/api/v1/me": 429,
        "/static/app.css": 200, "/api/v1/health": 200, "/one": 200, "/after": 200,
    }  # fmt: skip
    for path in ("/three", "/api/v1/me"):
        headers = dict(found[path][0]["headers"])
        assert headers[b"retry-after"] == b"2", path
    assert b"2 others are answered already" in found["/three"][1]["body"]
    assert dict(found["/api/v1/me"][0]["headers"])[b"content-type"] == b"application/problem+json"
    assert b'"code":"busy"' in found["/api/v1/me"][1]["body"].replace(b" ", b"")


def test_while_many_ask_a_page_of_an_earlier_version_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_app(tmp_path), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    commit(tmp_path, "first", [Look("https://one.test/", 1, (("https://shop.test/", "a"),))])
    assert "one.test" in client.get("/t/shop.test/domains").text
    commit(tmp_path, "second", [Look("https://two.test/", 2, (("https://shop.test/", "b"),))])
    with monkeypatch.context() as patch:
        patch.setattr("backlit.web.shedding.BUSY", 1)
        earlier = client.get("/t/shop.test/domains").text
    now = client.get("/t/shop.test/domains").text
    note = "Newer data has come in, and is put together while many others ask."
    assert (note in earlier, "two.test" in earlier) == (True, False)
    assert (note in now, "two.test" in now) == (False, True)


def test_many_are_those_who_are_answered_at_a_time_or_came_in_a_short_time() -> None:
    now = [100.0]
    crowd = Crowd(lambda: now[0])
    for _ in range(shedding.BUSY):
        assert not crowd.is_busy()
        crowd.enter()
    assert crowd.is_busy()
    for _ in range(shedding.BUSY):
        crowd.leave()
    assert not crowd.is_busy()
    for _ in range(shedding.MANY - shedding.BUSY):
        now[0] += shedding.WITHIN / shedding.MANY
        crowd.enter()
        crowd.leave()
    assert crowd.is_busy()
    now[0] += shedding.WITHIN
    assert not crowd.is_busy()
