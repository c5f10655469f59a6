"""Does `backlit user` take a second factor off for who lost it, and say whose there are?"""

from pathlib import Path

import pytest

from backlit import app
from backlit.app.clock import now
from backlit.app.codes import code_at, step_of
from backlit.cli.root import run

ANN = "ann@shop.test"
WORDS = "correct horse battery"


def test_a_second_factor_is_told_and_taken_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "root")
    monkeypatch.setattr("backlit.cli.output.on_terminal", lambda: True)

    def said(*words: str) -> str:
        assert run(["user", *words, "--dir", str(tmp_path)]) == 0
        return capsys.readouterr().out

    link = app.user_add(tmp_path, ANN, role="owner").row["link"]
    app.welcome(tmp_path, link.rsplit("/", 1)[1], WORDS)
    secret = app.begin_factor(tmp_path, ANN).row["secret"]
    assert said("ls") == f"{ANN}  owner\n"
    _, entry = app.turn_on_factor(tmp_path, ANN, app.Given(WORDS, code_at(secret, step_of(now()))))
    assert said("ls") == f"{ANN}  owner  second factor\n"
    assert said("edit", ANN, "--name", "Ann") == f"{ANN}  owner  Ann  second factor\n"
    assert said("edit", ANN, "--no-second-factor") == f"{ANN}  owner  Ann\n"
    assert app.of_cookie(tmp_path, entry.token) is None
    assert said("log", "--limit", "1").endswith(f"root: second factor taken off {ANN}\n")
