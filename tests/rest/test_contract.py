"""Does REST keep to its own description, whatever it is asked, and show nobody what is not theirs?

Requests are made from the description by schemathesis: those that keep to it, and those that do not.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from backlit import app
from backlit.app.deciding import decide
from backlit.web.limits import Buckets
from backlit.web.server import create_app
from tests.unit.looks import Look, commit

#: Requests of each kind to each call, by day and by night; there are a hundred calls, and two kinds.
EXAMPLES = [25, pytest.param(500, marks=pytest.mark.slow)]
OWN = {"Host": "127.0.0.1", "Sec-Fetch-Site": "same-origin"}
#: What names and texts of another client hold, and nobody else may read.
SECRET = "topsecret"
KNOWN = {"target": "shop.test", "slug": "shop.test", "card": "1", "view": "1", "alert": "1", "number": "1"}

load_all_checks()
#: Text that the description lets pass may still be no domain, filter or day: that is for words to say.
NOT_ASKED = [CHECKS.get_one("positive_data_acceptance")]
#: An address holds texts only: one value where several may be is a list of one, and `true` a word.
ANY_TEXT = {
    path: [CHECKS.get_one("negative_data_rejection")]
    for path in ("/api/v1/targets/{target}/whatif", "/api/v1/views/{view}")
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clients with links, ranks, decisions, views, cards and alerts. What pages say is no secret."""
    home = tmp_path_factory.mktemp("contract")
    links = (("https://shop.test/", "the shop"), ("https://other.test/", "the other"))
    commit(home, "crawl", [Look(f"https://p{n}.test/", 1, links) for n in range(12)])
    app.rank(home)
    app.project_add(home, "other.test", name=SECRET, note=SECRET)
    decide(app.open_session(home), "p2.test", "ignore", why=SECRET, target="other.test")
    decide(app.open_session(home), "p1.test", "keep", why="we know them", target="shop.test")
    for target in ("shop.test", f"{SECRET}.test"):
        app.project_add(home, target, note=f"of {target}")
        app.view_save(home, f"view of {target}", "backlinks", query={"q": "rel:follow"}, target=target)
        app.outreach_add(
            home, target, f"https://writer-{target}/page", kind="guest-post", contact=f"me@writer-{target}"
        )
        app.alert_add(home, target)
    return home


@pytest.fixture(scope="module")
def served(home: Path) -> FastAPI:
    return create_app(home, buckets=Buckets(0))


CALLS = [
    pytest.param(path, method, id=f"{method.upper()} {path}")
    for path, methods in create_app(Path("nowhere")).openapi()["paths"].items()
    for method in methods
]


@pytest.fixture(scope="module")
def schema(served: FastAPI) -> Any:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", served, headers=OWN)


def asked(
    operation: Any, mode: GenerationMode, examples: int, headers: Mapping[str, str] = OWN
) -> Iterator[tuple[Any, Any]]:
    """Cases of an operation and what they are answered; every other is about things that there are."""
    done: list[tuple[Any, Any]] = []

    @settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @seed(len(operation.path))
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if len(done) % 2:
            known = {name: KNOWN[name] for name in case.path_parameters or () if name in KNOWN}
            case.path_parameters = (case.path_parameters or {}) | known
        done.append((case, case.call(headers=headers)))

    try:
        run()
    except Unsatisfiable:  # nothing can be wrong with a request that takes nothing
        assert mode is GenerationMode.NEGATIVE
    yield from done


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["within", "beyond"])
@pytest.mark.parametrize(("path", "method"), CALLS)
def test_each_call_keeps_to_what_is_said_of_it(
    schema: Any, path: str, method: str, mode: GenerationMode, examples: int
) -> None:
    for case, answer in asked(schema[path][method], mode, examples):
        case.validate_response(answer, excluded_checks=NOT_ASKED + ANY_TEXT.get(path, []))


def bodies() -> list[Any]:
    """The calls that take a JSON body, with the names that it may hold and the kinds of these."""
    document = create_app(Path("nowhere")).openapi()
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                found.append(pytest.param(path, method, id=f"{method.upper()} {path}"))
    return found


@pytest.mark.parametrize(("path", "method"), bodies())
@pytest.mark.parametrize("name", ["", "nmae"])
def test_a_name_that_a_body_does_not_take_is_refused(
    served: FastAPI, path: str, method: str, name: str
) -> None:
    client = TestClient(served, base_url="http://127.0.0.1", headers=OWN)
    address = re.sub(r"\{(\w+)\}", lambda found: KNOWN.get(found[1], "1"), path)
    answer = client.request(method, address, json={name: None})
    assert answer.status_code == 400, answer.text
    assert f"there is no '{name}'" in answer.json()["detail"]


def test_what_a_body_holds_is_of_the_kind_that_is_said(served: FastAPI) -> None:
    client = TestClient(served, base_url="http://127.0.0.1", headers=OWN)
    told = {
        "/api/v1/targets/shop.test/decisions": {"id": "p3.test", "verdict": "hide", "why": "x"},
        "/api/v1/vet": {"sites": ["a.test", 1]},
        "/api/v1/alerts/events/seen": {"last": True},
    }
    for path, body in told.items():
        answer = client.post(path, json=body)
        assert answer.status_code == 400, (path, answer.text)
        assert "is of another kind" in answer.json()["detail"], (path, answer.text)


@pytest.fixture(scope="module")
def let_in(home: Path) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """The headers of programs that are let in to one client only, by what they may do there."""
    tokens = {
        scope: app.key_add(home, scope, scope=scope, projects=("shop.test",)).row["token"]
        for scope in ("read", "write")
    }
    app.user_add(home, "ann@shop.test", role="owner")
    yield {scope: OWN | {"Authorization": f"Bearer {token}"} for scope, token in tokens.items()}
    app.user_rm(home, "ann@shop.test")


@pytest.mark.parametrize("scope", ["read", "write"])
@pytest.mark.parametrize(("path", "method"), CALLS)
def test_who_is_let_in_to_one_client_reads_nothing_of_another(
    schema: Any, let_in: Mapping[str, Mapping[str, str]], path: str, method: str, scope: str
) -> None:
    for case, answer in asked(schema[path][method], GenerationMode.POSITIVE, 4, let_in[scope]):
        assert SECRET not in answer.text, case.as_curl_command()
        assert answer.status_code < 500, case.as_curl_command()
        if scope == "read":
            assert method == "get" or answer.status_code >= 400, case.as_curl_command()


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_a_stranger_gets_nothing_where_people_sign_in(
    schema: Any, let_in: Mapping[str, Mapping[str, str]], path: str, method: str
) -> None:
    for case, answer in asked(schema[path][method], GenerationMode.POSITIVE, 2):
        assert answer.status_code in ({200} if path.endswith("/health") else {401}), case.as_curl_command()
