"""Does what goes wrong say what was asked, what was found and what to do, with its exit code?"""

import os
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import DataError, HomeBusy, PartialResult, SourceMissing
from tests.unit.cli.conftest import TARGET, Backlit, failing, process


def test_a_missing_home_is_three_lines_and_code_3(backlit: Backlit, tmp_path: Path) -> None:
    said = backlit("overview", TARGET, "--dir", str(tmp_path))
    assert (said.code, said.out) == (3, "")
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["asked", "found", "do"]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["overveiw", TARGET], "No such command 'overveiw'. Did you mean 'overview'?"),
        (["links", TARGET], "No such command 'links'."),
        (["overview"], "Missing argument 'TARGET'."),
        (["domains", TARGET, "--limit", "0"], "Invalid value for '--limit'"),
        (["domains", TARGET, "--nope"], "No such option: --nope"),
        (["domains", TARGET, "--sort", "-colour"], "there is no such field"),
        (["backlinks", TARGET, "--state", "gone"], "there is no such state"),
        (["backlinks", TARGET, "--group", "mood"], "there is no such group"),
        (["overview", TARGET, "--as-of", "soon"], "that is no date"),
        (["overview", "::"], ""),
        (["ingest", "x", "--internal", "some"], "there is no such choice"),
        (["index"], "Missing command."),
        (["bench", "nothing"], "there is no such benchmark"),
    ],
)
def test_a_wrong_question_is_code_2_and_says_what_works(
    backlit: Backlit, arguments: list[str], found: str
) -> None:
    said = backlit(*arguments)
    lines = said.err.splitlines()
    assert (said.code, said.out, [line.split(":")[0] for line in lines]) == (2, "", ["asked", "found", "do"])
    assert found in lines[1]


def test_what_hardly_looks_alike_is_not_suggested(backlit: Backlit) -> None:
    assert backlit("value", TARGET).err.splitlines()[1] == "found:  No such command 'value'."
    assert backlit("index", "chekc").err.splitlines()[1].endswith("Did you mean 'check'?")


@pytest.mark.parametrize(
    ("arguments", "do"),
    [
        (["overview"], "Write `backlit overview TARGET`; `backlit overview --help` shows what works."),
        (
            ["policy", "show", TARGET],
            "Write `backlit policy show`; `backlit policy show --help` shows what works.",
        ),
        (
            ["monitor", "add"],
            "Write `backlit monitor add PAGE...`; `backlit monitor add --help` shows what works.",
        ),
        (["policy"], "`backlit policy --help` shows what works."),
    ],
)
def test_a_mistyped_command_is_told_how_it_is_written(
    backlit: Backlit, arguments: list[str], do: str
) -> None:
    assert backlit(*arguments).err.splitlines()[2] == f"do:     {do}"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HomeBusy("a", "b", "c"), 4),
        (SourceMissing("a", "b", "c"), 5),
        (DataError("a", "b", "c"), 6),
        (PartialResult("a", "b", "c"), 7),
    ],
)
def test_every_error_of_ours_has_its_code(
    backlit: Backlit, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    monkeypatch.setattr(app, "rank", failing(error), raising=False)
    said = backlit("rank")
    assert (said.code, said.out, said.err) == (code, "", "asked:  a\nfound:  b\ndo:     c\n")


def test_an_unforeseen_error_is_one_line_and_debug_shows_where(
    backlit: Backlit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "rank", failing(KeyError("x")), raising=False)
    said = backlit("rank")
    hint = "(the same command with --debug shows where)"
    assert (said.code, said.err) == (1, f"backlit: unexpected KeyError: 'x' {hint}\n")
    assert "Traceback (most recent call last):" in backlit("rank", "--debug").err


def test_an_interrupted_ingest_says_how_to_go_on(backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "ingest", failing(KeyboardInterrupt()), raising=False)
    said = backlit("ingest", "x.wat.gz")
    assert (said.code, said.err) == (
        130,
        "backlit: Interrupted. Run the same command again to continue.\n",
    )


def test_a_reader_that_leaves_early_is_no_error(home: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = process(["domains", TARGET], home, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_behind_stdout_is_code_6(home: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    done = process(["domains", TARGET], home, stdout=full)
    os.close(full)
    assert (done.returncode, done.stderr.splitlines()[1]) == (6, "found:  no space left on the device")
