"""Is what a person saw kept like a look, with their name, and does their word alone change no row?"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.net.exchange import Network
from tests.monitor.served import page, said
from tests.monitor.test_verify import LINK, LIVE, TARGET, Web, verdicts, web

__all__ = ["web"]

PAGE = "http://one.example/post"
WALL = said("<title>Just a moment...</title>", status=403)


def test_a_word_makes_a_blocked_link_live_with_who_and_when_and_no_row_of_the_index(
    web: tuple[Web, Network],
) -> None:
    made, network = web
    made.pages["one.example"] = [WALL]
    blocked = made.verify(network, 0)
    assert verdicts(blocked)["one.example"] == ("blocked", ["bot-wall"])
    before = app.open_session(made.home).version.id
    made.now += timedelta(hours=5)
    answer = app.confirm(
        made.home, PAGE, TARGET, seen=True, who=" Ada\nL. ", note="at the end", clock=lambda: made.now
    )
    [row] = answer.row["results"]
    assert (row["verdict"], row["reasons"], row["by_hand"]) == ("live", ["by-hand"], "Ada L.")
    assert (row["evidence"], row["checked_at"]) == ("Ada L. saw it: at the end", made.now)
    assert row["after"]["anchor"] == "the best tea"
    assert app.open_session(made.home).version.id == before


def test_a_saved_source_goes_into_the_index_and_counts_as_a_look(web: tuple[Web, Network]) -> None:
    made, _ = web
    changed = page(LINK.replace("<a ", "<a rel=nofollow "))
    at = made.now + timedelta(days=3)
    answer = app.confirm(made.home, PAGE, TARGET, html=changed.encode(), who="Ada", clock=lambda: at)
    [row] = answer.row["results"]
    assert (row["verdict"], row["reasons"], row["by_hand"]) == ("changed", ["rel"], "Ada")
    links = app.backlinks(app.open_session(made.home), TARGET, group="none", q=f'page:"{PAGE}"').rows
    assert [(link["rel"], link["last_seen"]) for link in links] == [(["nofollow"], at)]
    assert "by-hand" in links[0]["provenance"]["source"]


def test_a_source_without_the_link_waits_for_a_second_look_and_a_word_ends_the_wait(
    web: tuple[Web, Network],
) -> None:
    made, network = web
    nothing = page("nothing").encode()
    start = made.now

    def tell(day: float, **what: object) -> tuple[str, list[str]]:
        at = start + timedelta(days=day)
        row = app.confirm(made.home, PAGE, TARGET, who="Ada", clock=lambda: at, **what).row  # type: ignore[arg-type]
        return row["results"][0]["verdict"], row["results"][0]["reasons"]

    assert tell(31, html=nothing) == ("missing", ["removed"])
    assert tell(31.5, seen=True) == ("live", ["by-hand"])
    made.pages["one.example"] = [said(page("nothing"))]
    assert verdicts(made.verify(network, 3))["one.example"] == ("missing", ["removed"])
    assert made.states()["one.example"] == LIVE  # the first miss was denied, and is not half of a loss
    assert verdicts(made.verify(network, 4.1))["one.example"] == ("lost", ["removed"])
    assert made.states()["one.example"] == ("lost", "removed")


def test_a_page_that_nobody_knew_is_found_by_its_source(tmp_path: Path) -> None:
    row = app.confirm(tmp_path, "walled.example/a", TARGET, html=page(LINK).encode(), who="Ada").row
    [result] = row["results"]
    assert (result["verdict"], result["target_url"]) == ("live", "https://target.example/tea")
    assert app.overview(app.open_session(tmp_path), TARGET).row["links"] == 1


def test_a_wall_that_was_saved_instead_of_the_page_is_no_loss(web: tuple[Web, Network]) -> None:
    made, _ = web
    saved = b"<title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x>"
    row = app.confirm(made.home, PAGE, TARGET, html=saved, who="Ada").row
    assert row["results"][0]["verdict"] in ("blocked", "unverified")


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({}, "neither source nor word"),
        ({"html": b"<p>", "seen": True}, "there are both"),
        ({"html": b" \n"}, "the source is empty"),
        ({"html": b"x" * (6 << 20)}, "has 6,291,456 bytes"),
        ({"seen": True, "who": " "}, "nobody is named"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, what: dict[str, object], found: str) -> None:
    with pytest.raises(UsageError, match=found):
        app.confirm(tmp_path, PAGE, TARGET, **what)  # type: ignore[arg-type]


def test_the_command_reads_a_file_and_tells_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "saved.html"
    saved.write_text(page(LINK))
    home = ["--dir", str(tmp_path / "home")]
    assert run(["verify", TARGET, "--page", PAGE, "--html", str(saved), "--json", *home]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["results"][0]["verdict"] == "live"
    assert run(["verify", TARGET, "--page", PAGE, "--html", str(tmp_path / "none"), *home]) == 2
    assert "No such file" in capsys.readouterr().err
    assert run(["verify", TARGET, "--seen", *home]) == 2
    assert "Name it with --page URL" in capsys.readouterr().err


def test_only_the_links_of_one_page_are_looked_at(web: tuple[Web, Network]) -> None:
    made, network = web
    assert verdicts(made.verify(network, 0, page="http://two.example/post")) == {"two.example": ("live", [])}
    assert verdicts(made.verify(network, 1, page=PAGE, q="rel:nofollow")) == {}
