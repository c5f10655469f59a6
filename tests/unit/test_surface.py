"""Are the commands those that the surface names, each with help that ends in an example?"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from backlit.cli.reference import commands, main, reference
from backlit.cli.root import run

SURFACE = Path(__file__).resolve().parents[3] / "shared" / "design" / "surface.md"

COMMANDS = dict(commands())

#: What this version has. A name here is a contract: scripts rely on it.
NAMES = [
    "backlit alert add",
    "backlit alert inbox",
    "backlit alert log",
    "backlit alert ls",
    "backlit alert mute",
    "backlit alert replay",
    "backlit alert rm",
    "backlit alert rotate",
    "backlit alert run",
    "backlit alert test",
    "backlit anchors",
    "backlit audit",
    "backlit backlinks",
    "backlit backup",
    "backlit bench",
    "backlit best-pages",
    "backlit broken",
    "backlit changes",
    "backlit config show",
    "backlit crawl",
    "backlit decide",
    "backlit demo",
    "backlit disavow diff",
    "backlit disavow export",
    "backlit disavow import",
    "backlit disavow lint",
    "backlit disavow review",
    "backlit disavow simulate",
    "backlit disavow uploaded",
    "backlit diversity",
    "backlit doctor",
    "backlit domains",
    "backlit dossier",
    "backlit explain",
    "backlit find",
    "backlit gap",
    "backlit graph",
    "backlit impact",
    "backlit index check",
    "backlit index compact",
    "backlit index gc",
    "backlit index ls",
    "backlit index rollback",
    "backlit ingest",
    "backlit jobs cancel",
    "backlit jobs log",
    "backlit jobs ls",
    "backlit jobs resume",
    "backlit jobs schedule ls",
    "backlit jobs schedule set",
    "backlit jobs show",
    "backlit jobs wait",
    "backlit jobs work",
    "backlit key add",
    "backlit key ls",
    "backlit key rm",
    "backlit monitor add",
    "backlit monitor check",
    "backlit monitor ls",
    "backlit monitor rm",
    "backlit outreach add",
    "backlit outreach allow",
    "backlit outreach approve",
    "backlit outreach draft",
    "backlit outreach edit",
    "backlit outreach forget",
    "backlit outreach log",
    "backlit outreach ls",
    "backlit outreach move",
    "backlit outreach public-url",
    "backlit outreach send",
    "backlit outreach show",
    "backlit outreach suppress",
    "backlit outreach templates",
    "backlit outreach undo",
    "backlit overview",
    "backlit policy accept",
    "backlit policy apply",
    "backlit policy check",
    "backlit policy edit",
    "backlit policy log",
    "backlit policy show",
    "backlit policy suggest",
    "backlit project add",
    "backlit project archive",
    "backlit project edit",
    "backlit project ls",
    "backlit project show",
    "backlit prospects",
    "backlit rank",
    "backlit ranks fetch",
    "backlit ranks import",
    "backlit report",
    "backlit restore",
    "backlit share add",
    "backlit share ls",
    "backlit share rm",
    "backlit sql",
    "backlit undo",
    "backlit up",
    "backlit user add",
    "backlit user edit",
    "backlit user link",
    "backlit user log",
    "backlit user ls",
    "backlit user rm",
    "backlit verify",
    "backlit version",
    "backlit vet",
    "backlit view ls",
    "backlit view open",
    "backlit view rm",
    "backlit view save",
    "backlit whatif",
]


def test_the_commands_of_this_version() -> None:
    assert sorted(COMMANDS) == NAMES


@pytest.mark.skipif(not SURFACE.is_file(), reason="the design is not beside the checkout")
def test_every_command_is_one_that_the_surface_names() -> None:
    text = re.sub(r" \[--[a-z-]+\]", "", SURFACE.read_text(encoding="utf-8").replace(r"\|", "|"))
    named = re.findall(r"`backlit ([a-z-]+)(?: ([a-z|]+))?", text)
    named += [
        (name, "")
        for row in re.findall(r"`backlit project …`.*", text)
        for name in re.findall("`([a-z]+)[ `]", row)
    ]
    known = {f"backlit {name}" for name, _ in named}
    known |= {f"backlit {name} {verb}" for name, verbs in named for verb in verbs.split("|") if verb}
    free = re.findall(r"`(?:backlit )?([a-z]+) …`", text)  # groups whose verbs the surface leaves open
    unknown = {name for name in set(COMMANDS) - known if name.split()[1] not in free}
    more = {f"backlit alert {verb}" for verb in ("inbox", "log", "mute", "replay", "rotate", "run")}
    more |= {f"backlit outreach {verb}" for verb in ("allow", "edit", "forget", "show", "templates", "undo")}
    more |= {"backlit outreach public-url", "backlit config show"}
    more |= {f"backlit view {verb}" for verb in ("ls", "open", "rm", "save")}  # docs/how-to/saved-views.md
    more |= {f"backlit share {verb}" for verb in ("add", "ls", "rm")}  # docs/how-to/share-a-page.md
    more |= {
        f"backlit policy {verb}" for verb in ["accept", "apply", "check", "edit", "log", "show", "suggest"]
    }
    assert unknown == {"backlit version"} | more


@pytest.mark.parametrize("name", [*NAMES, "backlit", "backlit index"])
def test_help_ends_with_an_example_of_the_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*name.split()[1:], "--help"]) == 0
    told, example = capsys.readouterr().out.split("\nExample:\n")
    assert told.startswith(f"Usage: {name} ")
    lines = example.splitlines()
    assert lines
    assert all(line.startswith(f"  {name}") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_does(name: str) -> None:
    assert [param.name for param in COMMANDS[name].params if not param.help] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_can_be_told_the_home_and_print_json(name: str) -> None:
    options = {option for param in COMMANDS[name].params for option in param.opts}
    assert {"--dir", "--json", "--quiet", "--debug"} <= options


def test_help_loads_nothing_heavy() -> None:
    heavy = ("pyarrow", "duckdb", "numpy", "numba", "rich", "fastapi", "pyiceberg", "backlit.model")
    loaded = f"print([name for name in {heavy!r} if name in sys.modules])"
    code = f"import sys; from backlit.cli.root import run; run(['--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_reference_describes_every_command() -> None:
    page = reference()
    assert sorted(re.findall(r"^## (backlit [a-z -]+?)(?: [A-Z.|]+)*$", page, re.MULTILINE)) == NAMES


def test_the_reference_is_checked_against_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "docs" / "cli.md"
    assert (main(["--check", str(path)]), main([str(path)]), main(["--check", str(path)])) == (1, 0, 0)
    path.write_text(path.read_text() + "more\n")
    assert main(["--check", str(path)]) == 1
    assert "scripts/docs writes it again" in capsys.readouterr().err
