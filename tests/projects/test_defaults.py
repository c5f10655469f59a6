"""Does a project stand in where a question names nothing, does what is named win, and is it said whence?"""

from pathlib import Path

import pytest

from backlit import app
from backlit.app.project_defaults import at_work, brands_of, name_for, project_of, rivals_of
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.index.target import Target
from backlit.report.brand import Brand
from tests.prospect.test_gap import ONE, TWO, _page
from tests.unit.looks import commit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some who link to two rivals; the project names one of them."""
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    looks = [_page("both.test", ONE, TWO), _page("single.test", TWO), _page("ours.test", ONE)]
    commit(tmp_path, "first", looks)
    app.project_add(tmp_path, "ours.test", slug="ours", rivals=["one.test"], brands=["Our Tea"], name="Ours")
    return tmp_path


def test_the_narrowest_project_speaks_for_a_target(home: Path) -> None:
    app.project_add(home, "blog.ours.test", rivals=["two.test"])
    found = {
        name: project.slug if (project := project_of(home, Target.parse(name))) else None
        for name in ("ours.test", "www.ours.test", "https://ours.test/tea", "blog.ours.test", "notours.test")
    }
    assert found == {
        "ours.test": "ours", "www.ours.test": "ours", "https://ours.test/tea": "ours",
        "blog.ours.test": "blog.ours.test", "notours.test": None,
    }  # fmt: skip
    page, blog = Target.parse("https://blog.ours.test/a"), Target.parse("blog.ours.test")
    [narrow] = [each for each in at_work(home) if each.slug == "blog.ours.test"]
    [wide] = [each for each in at_work(home) if each.slug == "ours"]
    assert project_of(home, page) == narrow
    app.project_archive(home, "blog.ours.test")
    assert project_of(home, blog) == wide


def test_looking_for_a_project_makes_no_database(tmp_path: Path) -> None:
    target = Target.parse("ours.test")
    assert project_of(tmp_path, target) is None
    assert (rivals_of(tmp_path, target, ()).origin, brands_of(tmp_path, target, ()).names) == ("none", ())
    assert (name_for(tmp_path, target), list(tmp_path.iterdir())) == ("", [])


def test_a_gap_takes_the_rivals_of_the_project_unless_some_are_named(home: Path) -> None:
    session = app.open_session(home)
    answer = app.gap(session, "ours.test")
    told = [answer.query[name] for name in ("with", "with_from", "project")]
    assert told == [["one.test"], "project", "ours"]
    assert [row["domain"] for row in answer.rows] == ["both.test"]
    answer = app.gap(session, "ours.test", rivals=["two.test"])
    told = [answer.query[name] for name in ("with", "with_from", "project")]
    assert told == [["two.test"], "named", None]
    app.project_edit(home, "ours", rivals=())
    with pytest.raises(UsageError, match=r"none is named.*in a project"):
        app.gap(session, "ours.test")


def test_prospects_take_rivals_and_names_of_the_project(home: Path) -> None:
    session = app.open_session(home)
    names = ("with", "with_found", "with_from", "names", "names_from", "project")
    query = app.prospects(session, "ours.test", kinds=["gap", "mention"]).query
    assert [query[name] for name in names] == [
        ["one.test"], False, "project", ["Our Tea"], "project", "ours",
    ]  # fmt: skip
    query = app.prospects(
        session, "ours.test", kinds=["gap", "mention"], rivals=["two.test"], brands=["Tea"]
    ).query
    assert [query[name] for name in names] == [["two.test"], False, "named", ["Tea"], "named", None]
    app.project_archive(home, "ours")
    query = app.prospects(session, "ours.test", kinds=["gap", "mention"]).query
    assert [query[name] for name in names] == [[], True, "none", ["ours"], "found", None]


def test_a_report_wears_the_name_that_somebody_gave_the_project(home: Path) -> None:
    session = app.open_session(home)
    assert "Ours" in app.report_file(session, "ours.test", "html").decode()
    brand = app.report_file(session, "ours.test", "html", brand=Brand("Agency")).decode()
    assert ("Agency" in brand, "Ours" in brand) == (True, False)
    app.project_edit(home, "ours", name="")
    assert "Ours" not in app.report_file(session, "ours.test", "html").decode()


def test_the_command_says_whose_rivals_they_are(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gap", "ours.test", "--dir", str(home)]) == 0
    told = capsys.readouterr()
    assert ["both.test" in line for line in told.out.splitlines()[1:]] == [True]
    assert "Compared with the rivals of the project ours: one.test." in told.err
