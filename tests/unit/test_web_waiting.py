"""Does nobody look at a blank window while a page of a large index is made, and is each made once?"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from fastapi import Response
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.errors import UsageError
from backlit.index import judgements
from backlit.web.meanwhile import Meanwhile
from backlit.web.server import create_app

AUDIT = f"/t/{DEMO_TARGET}/audit"


class Gate:
    """A use case that is held up until it may go on, and how often it was asked."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call, self.asked, self.may_go = call, 0, threading.Event()

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.asked += 1
        assert self.may_go.wait(60)
        return self._call(*given, **named)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(app.audit)
    monkeypatch.setattr(app, "audit", gate)
    yield gate
    gate.may_go.set()


@pytest.fixture
def client(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The app over the demo, as if that were large, where nobody waits at all."""
    monkeypatch.setattr(judgements, "QUICK_INDEX", 0)
    monkeypatch.setattr("backlit.web.desk.Meanwhile", lambda: Meanwhile(0))
    return TestClient(create_app(demo_home), base_url="http://127.0.0.1:8000")


def wait_for(client: TestClient, path: str) -> Any:
    """What comes in the end to who looks again and again."""
    while (answer := client.get(path)).status_code == 202:
        threading.Event().wait(0.02)
    return answer


def test_who_asks_for_what_takes_long_is_told_so_and_gets_it_in_the_end(
    client: TestClient, gate: Gate
) -> None:
    told = [client.get(AUDIT) for _ in range(3)]
    assert [(each.status_code, each.headers["cache-control"]) for each in told] == [(202, "no-store")] * 3
    answer = told[-1]
    assert "This is being put together" in answer.text
    assert f"Link audit of <bdi>{DEMO_TARGET}</bdi>" in answer.text
    assert f'href="{AUDIT}"' in answer.text
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    gate.may_go.set()
    found = wait_for(client, AUDIT)
    assert (found.status_code, gate.asked) == (200, 1)
    assert "data-again" not in found.text
    assert wait_for(client, AUDIT).status_code == 200
    assert gate.asked == 2  # what was shown is not shown again: it may have changed


def test_it_calls_the_site_by_its_letters(client: TestClient, gate: Gate) -> None:
    assert not gate.may_go.is_set()
    assert "Link audit of <bdi>grün.example</bdi>" in client.get("/t/xn--grn-ioa.example/audit").text


def test_every_page_that_takes_long_comes_in_the_end(client: TestClient) -> None:
    for page in ("", "/backlinks", "/domains", "/anchors", "/pages", "/changes", "/diversity", "/broken"):
        answer = wait_for(client, f"/t/{DEMO_TARGET}{page}?scope=host")
        assert (page, answer.status_code) == (page, 200)


def test_other_questions_are_other_pages(client: TestClient, gate: Gate) -> None:
    for asked in (AUDIT, f"{AUDIT}?scope=host", f"{AUDIT}?as_of=2026-04-30"):
        assert client.get(asked).status_code == 202
    gate.may_go.set()
    for asked in (AUDIT, f"{AUDIT}?scope=host", f"{AUDIT}?as_of=2026-04-30"):
        assert wait_for(client, asked).status_code == 200
    assert gate.asked == 3


def test_what_goes_wrong_meanwhile_is_said(client: TestClient) -> None:
    answer = wait_for(client, f"{AUDIT}?as_of=1990-01-01")
    assert answer.status_code == 400
    assert "its data begin on" in answer.text


def test_programs_and_files_wait(client: TestClient, gate: Gate) -> None:
    gate.may_go.set()
    assert client.get(f"/api/v1/targets/{DEMO_TARGET}/audit").status_code == 200
    assert client.get(f"{AUDIT}.json").status_code == 200


def test_pages_of_a_small_index_are_waited_for(
    demo_home: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backlit.web.desk.Meanwhile", lambda: Meanwhile(0))
    gate.may_go.set()
    assert TestClient(create_app(demo_home), base_url="http://127.0.0.1:8000").get(AUDIT).status_code == 200


# the pages that are being made -------------------------------------------------------


def test_what_was_made_and_not_asked_for_again_is_forgotten() -> None:
    clock, made, gate = [0.0], [], threading.Event()
    meanwhile = Meanwhile(0, lambda: clock[0])

    def make() -> Response:
        gate.wait(60)
        made.append(1)
        return Response(str(len(made)))

    def begin() -> None:
        gate.clear()
        assert meanwhile.soon("a", make) is None
        gate.set()
        wait([meanwhile._made["a"].page])
        while not meanwhile._made["a"].ended:
            threading.Event().wait(0.01)

    def told() -> bytes:
        found = meanwhile.soon("a", make)
        assert found is not None
        return bytes(found.body)

    begin()
    clock[0] = 30.0
    assert told() == b"1"
    begin()
    clock[0] = 60.1
    gate.clear()
    assert meanwhile.soon("a", make) is None  # it is made anew
    gate.set()
    wait([meanwhile._made["a"].page])
    assert told() == b"3"
    meanwhile.end()


def test_while_many_are_made_who_asks_for_more_waits() -> None:
    gate, meanwhile = threading.Event(), Meanwhile(0)

    def held() -> Response:
        gate.wait(60)
        return Response("held")

    for number in range(32):
        assert meanwhile.soon(number, held) is None
    found = meanwhile.soon(32, lambda: Response("made here"))
    assert found is not None
    assert bytes(found.body) == b"made here"
    assert meanwhile.soon(0, held) is None
    gate.set()
    meanwhile.end()


def test_an_error_is_raised_for_who_asked_and_forgotten() -> None:
    meanwhile, asked = Meanwhile(10), []

    def refuse() -> Response:
        asked.append(1)
        raise UsageError("read it", "it is none", "Name another.")

    for number in (1, 2):
        with pytest.raises(UsageError, match="it is none"):
            meanwhile.soon("a", refuse)
        assert len(asked) == number
    with pytest.raises(TimeoutError):  # one of the page's own is no sign that it takes long
        meanwhile.soon("b", lambda: (_ for _ in ()).throw(TimeoutError()))
    assert not meanwhile._made
    meanwhile.end()
