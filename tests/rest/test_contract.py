"""Does REST keep to its own description, whatever it is asked, and show nobody what is not theirs?

Requests are made from the description by schemathesis: those that keep to it, and those that do not.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
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
ANY_TEXT = {"/api/v1/targets/{target}/whatif": [CHECKS.get_one("negative_data_rejection")]}


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
