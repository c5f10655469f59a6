"""Is it said step by step why a link counts, or does not?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import TargetError
from backlit.net.client import Client
from backlit.net.exchange import Network
from tests.monitor.served import page, said
from tests.monitor.test_verify import HASTY, LINK, TARGET, Web
from tests.servers import Request, Script, farm

HREF = 'href="https://target.example/tea"'
#: What a page answers, whether its link counts, and the last but one step.
_COUNTS = "Link 1, to https://target.example/tea: does it count?"
CASES: dict[str, tuple[bytes, bool | None, tuple[str, str]]] = {
    "plain": (said(page(LINK)), True, (_COUNTS, "yes")),
    "nofollow": (said(page(f"<a rel=nofollow {HREF}>x</a>")), False, (_COUNTS, "no")),
    "hidden": (said(page(f"<p hidden>{LINK}")), False, (_COUNTS, "no")),
    "noindex": (said(page(LINK), "X-Robots-Tag: noindex"), False, (_COUNTS, "no")),
    "none": (said(page("nothing")), False, ("Does it link to target.example?", "no")),
    "gone": (said("", status=404), None, ("What does it answer?", "404")),
    "wall": (said("<title>Just a moment...</title>", status=403), None, ("May we read it?", "no")),
    "forbidden": (said(page(LINK)), None, ("May we read it?", "no")),
}  # fmt: skip


def answers(request: Request) -> Script:
    name = request.host.partition(".")[0]
    if request.path == "/robots.txt":
        return [said("User-agent: *\nDisallow: /post\n") if name == "forbidden" else said("", status=404)]
    return [CASES[name][0]]


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with farm(answers) as made:
        yield made


def found(home: Path, network: Network, name: str) -> dict[str, Any]:
    client = Client(network, lambda: 0.5, manners=HASTY)
    row: dict[str, Any] = app.find(home, f"http://{name}.example/post", TARGET, client=client).row
    return row


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("plain", "nofollow")])
def test_the_step_at_which_it_ends(tmp_path: Path, network: Network, name: str) -> None:
    row = found(tmp_path / "home", network, name)
    _, counted, (question, answer) = CASES[name]
    ended = row["steps"][-2]
    assert (row["counted"], ended["question"], ended["answer"]) == (counted, question, answer)
    assert ended["evidence"]


def test_a_link_that_is_there_is_added_on_the_spot(tmp_path: Path, network: Network) -> None:
    home = tmp_path / "home"
    for name, counted in (("plain", True), ("nofollow", False)):
        row = found(home, network, name)
        assert row["counted"] is counted
        assert row["steps"][0]["answer"] == "no"
        assert (row["steps"][-1]["question"], row["steps"][-1]["answer"]) == (
            "Is it in the index now?",
            "yes",
        )
    links = app.backlinks(app.open_session(home), TARGET, group="none").rows
    assert {link["source_domain"] for link in links} == {"plain.example", "nofollow.example"}
    again = found(home, network, "plain")
    assert again["steps"][0]["answer"] == "yes"
    assert again["steps"][0]["evidence"].startswith("live, to https://target.example/tea")


def test_a_known_link_that_is_not_there_is_left_to_verify(tmp_path: Path) -> None:
    made = Web(tmp_path / "home", "one")
    made.ingest()
    made.pages["one.example"] = [said(page('<a href="https://target.example/coffee">coffee</a>'))]
    with farm(made.answers) as network:
        row = found(made.home, network, "one")
    assert (row["steps"][-1]["answer"], "tea" in row["steps"][-1]["evidence"]) == ("not yet", True)
    assert made.states() == {"one.example": ("live", None)}


def test_the_command_says_what_is_no_page(
    tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TargetError, match="no http or https address"):
        app.find(tmp_path, "ftp://files.example/post", TARGET)
    monkeypatch.setattr("backlit.app.finding.way_out", lambda _home: network)
    assert run(["find", "http://gone.example/post", "--for", TARGET, "--dir", str(tmp_path / "home")]) == 0
    said_so = capsys.readouterr().out
    assert said_so.splitlines()[0] == "question\tanswer\tevidence"
    assert "What does it answer?\t404" in said_so
