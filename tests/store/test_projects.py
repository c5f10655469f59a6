"""Are projects kept whole, changed with who and when, and is none doubled between processes?"""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit.app.brand_terms import BrandTerms
from backlit.errors import ProjectUnknown, UsageError
from backlit.index.target import Target
from backlit.store.database import opened
from backlit.store.projects import Project, ProjectEvent, Projects

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
SHOP = Project(
    "shop", "shop.test", "Läden & 日本", ("rival.test", "https://b.test/x"), ("Shop <b>",), "IE", "a\nb"
)


def test_projects_come_back_whole(home: Path) -> None:
    other = Project("b", "b.test", "b.test")
    with opened(home) as engine:
        kept = [Projects(engine).add(each, "ann", NOON) for each in (SHOP, other)]
    with opened(home) as engine:
        assert Projects(engine).all() == [kept[1], kept[0]]  # by their names
        assert Projects(engine).one("shop") == kept[0]
    assert kept[0] == replace(SHOP, id=1, at=NOON, who="ann")


def test_a_change_is_told_with_what_was_and_by_whom(home: Path) -> None:
    with opened(home) as engine:
        projects = Projects(engine)
        kept = projects.add(SHOP, "ann", NOON)
        changed = projects.change("shop", "ben", LATER, country=None, rivals=("c.test",), name=SHOP.name)
        assert changed == replace(kept, country=None, rivals=("c.test",)) == projects.one("shop")
        assert projects.change("shop", "eve", LATER, country=None) == changed  # nothing is different
        assert projects.events(changed) == [
            ProjectEvent(
                2, LATER, "ben", "changed",
                {"country": ["IE", None], "rivals": [["rival.test", "https://b.test/x"], ["c.test"]]},
            ),
            ProjectEvent(1, NOON, "ann", "added", {}),
        ]  # fmt: skip


def test_what_is_archived_is_out_of_the_way_until_it_is_taken_up_again(home: Path) -> None:
    with opened(home) as engine:
        projects = Projects(engine)
        kept = projects.add(SHOP, "ann", NOON)
        away = projects.archive("shop", "ann", LATER)
        assert (projects.all(), projects.all(archived=True)) == ([], [away])
        assert away == replace(kept, archived_at=LATER)
        assert projects.archive("shop", "ben", LATER) == away  # twice is once
        with pytest.raises(UsageError, match="project archive shop --undo"):
            projects.add(SHOP, "ann", LATER)
        assert projects.archive("shop", "ben", LATER, undo=True) == kept
        assert [(each.what, each.who) for each in projects.events(kept)] == [
            ("restored", "ben"),
            ("archived", "ann"),
            ("added", "ann"),
        ]


def test_a_target_has_one_project_at_work(home: Path) -> None:
    with opened(home) as engine:
        projects = Projects(engine)
        projects.add(SHOP, "ann", NOON)
        with pytest.raises(UsageError, match="is called so"):
            projects.add(replace(SHOP, target="b.test"), "ann", NOON)
        with pytest.raises(UsageError, match="the project shop does already"):
            projects.add(replace(SHOP, slug="two"), "ann", NOON)
        projects.archive("shop", "ann", NOON)
        projects.add(replace(SHOP, slug="two"), "ann", NOON)
        with pytest.raises(UsageError, match="the project two does already"):
            projects.archive("shop", "ann", NOON, undo=True)
        for call in (projects.one, lambda slug: projects.archive(slug, "ann", NOON)):
            with pytest.raises(ProjectUnknown, match="project ls"):
                call("none")
        assert [each.slug for each in projects.all(archived=True)] == ["shop", "two"]


def test_brand_terms_are_read_again_when_somebody_asks_for_what_is_new(home: Path) -> None:
    target, terms = Target.parse("www.shop.test"), BrandTerms(home)
    assert terms.of(target) == ()
    with opened(home) as engine:
        Projects(engine).add(SHOP, "ann", NOON)
    assert terms.of(target) == ()  # within one question they stay as they are
    terms.refresh()
    assert terms.of(target) == ("Shop <b>",)
    assert terms.of(Target.parse("b.test")) == ()
    with opened(home) as engine:
        Projects(engine).archive("shop", "ann", NOON)
    terms.refresh()
    assert terms.of(target) == ()


def _add(home: Path, number: int) -> None:
    added = 0
    for each in range(10):
        try:
            with opened(home) as engine:
                Projects(engine).add(Project(f"p{each}", f"p{each}.test", "x"), str(number), NOON)
            added += 1
        except UsageError:
            pass
        with opened(home) as engine:
            Projects(engine).add(Project(f"{number}-{each}", f"{number}-{each}.test", "x"), "", NOON)
    raise SystemExit(added)


def test_two_processes_at_once_add_each_project_once(home: Path) -> None:
    with opened(home):
        pass
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_add, args=(home, number)) for number in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sum(each.exitcode or 0 for each in both) == 10
    with opened(home) as engine:
        slugs = [each.slug for each in Projects(engine).all()]
    assert sorted(slugs) == sorted(
        [f"p{each}" for each in range(10)] + [f"{n}-{each}" for n in range(2) for each in range(10)]
    )
