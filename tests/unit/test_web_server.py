"""How an app is put together: routes are made once, and each app answers from its own home."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from backlit import app
from backlit.app.reaching import REACHED
from backlit.web.limits import Buckets
from backlit.web.server import create_app
from tests.unit.looks import Look, commit

BASE = "http://127.0.0.1:8000"


def test_apps_of_one_process_answer_each_from_their_own_home(tmp_path: Path) -> None:
    clients = {}
    for name in ("one", "two"):
        commit(tmp_path / name, "crawl", [Look(f"https://{name}.test/", 1, (("https://shop.test/", name),))])
        app.project_add(tmp_path / name, f"{name}.example")
        clients[name] = TestClient(create_app(tmp_path / name), base_url=BASE)
    for name in ("one", "two", "one"):
        [row] = clients[name].get("/api/v1/targets/shop.test/backlinks").json()["data"]
        assert (row["source_domain"], row["anchor"]) == (f"{name}.test", name)
        assert f"{name}.example" in clients[name].get("/").text


def test_apps_of_one_process_have_each_their_own_limits_and_manners(tmp_path: Path) -> None:
    wary = TestClient(create_app(tmp_path, host="0.0.0.0", buckets=Buckets(2)), base_url=BASE)
    own = TestClient(create_app(tmp_path), base_url=BASE)
    codes = [wary.get("/api/v1/targets").status_code for _ in range(4)]
    assert codes[-1] == 429
    assert own.get("/api/v1/targets").status_code != 429
    headers = {"Sec-Fetch-Site": "same-origin"}
    wary = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE)  # pages are limited, too
    assert wary.post("/projects", data={"target": "shop.example"}, headers=headers).status_code == 403
    assert own.post("/projects", data={"target": "shop.example"}, headers=headers).status_code != 403


def test_a_server_that_others_reach_is_not_asked_whether_strangers_come_in(tmp_path: Path) -> None:
    client = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE)
    assert client.post(f"{REACHED}token").status_code == 404


def test_health_is_told_without_a_look_at_links(tmp_path: Path) -> None:
    commit(tmp_path, "crawl", [Look("https://one.test/", 1, (("https://shop.test/", "a"),))])
    for path in (tmp_path / "warehouse" / "backlit" / "links" / "data").glob("*.parquet"):
        path.unlink()
    answer = TestClient(create_app(tmp_path), base_url=BASE).get("/api/v1/health").json()
    assert (answer["status"], answer["snapshot"]) == ("ok", str(app.open_session(tmp_path).version.id))


def test_who_leaves_while_a_form_is_sent_is_no_error(tmp_path: Path) -> None:
    said: list[Any] = []

    async def leave() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def hear(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"",
        "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
        "root_path": "", "headers": [(b"host", b"127.0.0.1:8000"), (b"sec-fetch-site", b"same-origin")],
    }  # fmt: skip
    answered = create_app(tmp_path)(scope, leave, hear)
    with ThreadPoolExecutor(1) as pool:  # a browser of other tests holds the loop of this thread
        pool.submit(asyncio.run, answered).result()  # and raises nothing, which would be in the log
    assert said[0]["status"] == 499
