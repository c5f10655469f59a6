"""What does a person at a terminal see, and what can crawled text do there?"""

import re

import pytest
from rich.console import Console
from rich.progress import Progress as Line

from backlit import app
from backlit.app.answer import Answer
from backlit.app.progress import ProgressEvent, silent
from backlit.cli.output import _encoded, draw
from backlit.cli.profile import bar, profile_of, spark
from backlit.cli.progress import Stages, shown_progress
from backlit.cli.tables import ANCHORS, BACKLINKS, BEST_PAGES, DOMAINS, LOST, View, table_of
from tests.unit.cli.conftest import TARGET, Backlit, plain

pytestmark = pytest.mark.usefixtures("terminal")


def test_a_list_is_a_table_that_fits(backlit: Backlit) -> None:
    lines = backlit("backlinks", TARGET, "--limit", "5").screen
    assert re.match(rf"{TARGET}  5 of \d+ links, the best of each domain · data as of ", lines[0])
    assert max(map(len, lines)) <= 100
    assert lines[-1] == "More: --limit N, or all of them into a file: -o FILE.csv"


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160])
def test_every_list_and_the_profile_fit_every_width(session: app.Session, width: int) -> None:
    lists: list[tuple[Answer, View]] = [
        (app.backlinks(session, TARGET), BACKLINKS),
        (app.backlinks(session, TARGET, state=("lost",)), LOST),
        (app.domains(session, TARGET), DOMAINS),
        (app.anchors(session, TARGET), ANCHORS),
        (app.best_pages(session, TARGET), BEST_PAGES),
    ]
    shown = [draw(*table_of(answer, view, width=width), width=width) for answer, view in lists]
    shown.append(draw(*profile_of(app.overview(session, TARGET), width=width), width=width))
    assert max(len(line) for text in shown for line in plain(text).splitlines()) <= width


def test_the_profile_fits_one_screen(backlit: Backlit, session: app.Session) -> None:
    lines = backlit("overview", TARGET).screen
    known = app.overview(session, TARGET).rows[0]
    words = [line.split() for line in lines]
    assert len(lines) <= 40
    assert any(line.startswith("Authority unknown  The data holds ") for line in lines)
    assert any(each[:3] == ["Referring", "domains", str(known["referring_domains"])] for each in words)
    assert not any(line.startswith("Not judged yet") for line in lines)


def test_what_nobody_judged_is_named_with_what_would_tell(session: app.Session) -> None:
    row = app.overview(session, TARGET).rows[0] | {"spam_share": None, "unnatural_share": None}
    told = " ".join(plain(draw(*profile_of(Answer([row], {}), width=100), width=100)).split())
    assert f"Not judged yet: spam, unnatural links. `backlit audit {TARGET}` judges the links." in told


def test_a_known_authority_is_drawn_with_its_place(session: app.Session) -> None:
    authority = {"score": 61.6, "percentile": 97.8, "rank": 31, "of": 1204, "se": 2.5}
    row = app.overview(session, TARGET).rows[0] | {"authority": authority}
    lines = plain(draw(*profile_of(Answer(row, {}), width=100), width=100)).splitlines()
    told = " ".join(" ".join(lines[2:4]).split())
    assert told == ("Authority 62 of 100 ± 2.5 ████████████▍ place 31 of 1,204 ranked domains, above 98 %")


def test_lost_links_say_when_and_what_was_found(backlit: Backlit) -> None:
    lines = backlit("backlinks", TARGET, "--state", "lost", "--group", "none").screen
    head = next(line for line in lines if "Lost on" in line)
    assert ("What was found" in head, "Last seen" in head) == (True, False)


def test_a_target_without_links_is_told_how_to_go_on(backlit: Backlit) -> None:
    for name in ("overview", "domains"):
        said = backlit(name, "nobody.example")
        assert said.code == 0
        assert "`backlit index ls` shows what was read" in said.out


def test_an_audit_reads_as_text(backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Answer(
        {
            "target": TARGET,
            "as_of": None,
            "sources": ["one"],
            "headline": ["18 sites link here."],
            "findings": [
                {
                    "level": "look",
                    "sentence": "Odd.",
                    "what_to_do": "Look.",
                    "evidence": [{"n": 3, "x": None, "anchor": "\x1b[2J"}],
                }
            ],
            "anchor_mix": {"told": ["Of 18 domains 40 % call the site by its name.", "Fine."]},
            "conclusion": "That is all.",
            "unknowns": ["The rest."],
        },
        {},
    )
    monkeypatch.setattr(app, "audit", lambda *_, **__: answer, raising=False)
    assert backlit("audit", TARGET).screen == [
        f"Audit of {TARGET}   data as of – · 1 source",
        "",
        "18 sites link here.",
        "",
        "LOOK  Odd.",
        "      Look.",
        "      n: 3  anchor: <U+001B>[2J",
        "",
        "words Of 18 domains 40 % call the site by its name. Fine.",
        "",
        "That is all.",
        "",
        "What this audit cannot know",
        "  The rest.",
    ]


def test_index_ls_shows_both_tables(backlit: Backlit) -> None:
    lines = backlit("index", "ls").screen
    assert [line.split()[1] for line in lines if re.match(r"\d+ \w+$", line)] == ["sources", "versions"]


# hostile text ----------------------------------------------------------------

HOSTILE = "\x1b]0;owned\x07[red]pay\u202elap\x00 \x9b31m"
HARMLESS = "<U+001B>]0;owned<U+0007>[red]pay<U+202E>lap<U+0000> <U+009B>31m"


def test_hostile_text_in_a_list_is_made_visible() -> None:
    row = dict.fromkeys(["source_authority", "rel", "placement", "first_seen", "last_seen"]) | {
        "source_url": f"https://e.example/{HOSTILE}",
        "anchor": HOSTILE,
        "target_url": f"https://{TARGET}/",
        "state": "live",
    }
    answer = Answer([row], {"target": HOSTILE}, total=1)
    shown = draw(*table_of(answer, BACKLINKS, width=400), width=400)
    assert shown.count(HARMLESS) == 3
    assert "\x1b" not in plain(shown)
    assert not any(char in shown for char in "\x07\x9b\u202e\x00")


def test_hostile_text_in_a_profile_is_made_visible(session: app.Session) -> None:
    row = app.overview(session, TARGET).rows[0]
    mix = row["mix"] | {"language": {HOSTILE: 3}, "tld": {"\x1b[2J": 1}}
    answer = Answer(row | {"target": HOSTILE, "mix": mix}, {})
    shown = draw(*profile_of(answer, width=200), width=200)
    assert "\x1b" not in plain(shown)
    assert HARMLESS in shown


def test_hostile_text_in_an_error_is_made_visible(backlit: Backlit) -> None:
    said = backlit("overview", TARGET, "--scope", HOSTILE)
    assert said.code == 2
    assert "\x1b" not in said.err
    assert len(said.err.splitlines()) == 3


# drawing ---------------------------------------------------------------------


def test_a_bar_never_draws_something_as_nothing() -> None:
    lengths = [bar(part, whole, 4) for part, whole in ((0, 10), (1, 1000), (5, 10), (10, 10), (1, 0))]
    assert lengths == ["    ", "▏   ", "██  ", "████", "▏   "]


def test_a_terminal_without_unicode_gets_bars_of_ascii() -> None:
    assert _encoded("a ██▌ · – ü", "ascii") == b"a ##= . - ?"
    assert _encoded("a ██▌ · – ü", "utf-8").decode() == "a ██▌ · – ü"


def test_a_month_without_data_is_no_month_without_links() -> None:
    assert (spark([None, 8, 0, 1, 100]), spark([])) == ("·▁ ▁█", "")


def test_progress_is_silent_where_nobody_watches() -> None:
    with shown_progress(quiet=False) as progress:
        assert progress is silent


def test_progress_shows_one_stage_at_a_time() -> None:
    line = Line(console=Console(quiet=True), disable=True)
    stages = Stages(line)
    stages(ProgressEvent("reading", 5, 10, "bytes"))
    stages(ProgressEvent("reading", 10, 10, "bytes"))
    stages(ProgressEvent("ranking", 0, None, "domains"))
    assert [(task.description, task.completed, task.total) for task in line.tasks] == [("ranking", 0, None)]
