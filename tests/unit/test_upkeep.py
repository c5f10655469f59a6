"""Check, collect, go back, back up and restore: what is damaged is found, what is needed stays."""

import json
import os
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.app.secret_file import secret_in
from backlit.errors import (
    AccessError,
    BacklitError,
    HomeMissing,
    IndexDamaged,
    IndexTooNew,
    SourceMissing,
    UsageError,
)
from backlit.index.check import check
from backlit.index.compact import MERGE_AT
from backlit.index.engine import connect
from backlit.index.leases import Lease
from backlit.index.storage import sweep_workspaces, write_lock
from backlit.index.tables import Index
from backlit.index.upkeep import KEEP, SAFE_AGE, reachable
from tests.faults.kill_ingest import digest
from tests.unit.looks import Look, commit, day
from tests.unit.test_history_fuzz import fates

ALL = timedelta(0)


def fill(home: Path, crawls: int = 3) -> None:
    for n in range(crawls):
        links = tuple((f"https://shop.test/{i}", f"text {i} of {n}") for i in range(4))
        commit(home, f"crawl{n}", [Look(f"https://p{i}.test/", n, links) for i in range(3)])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "home"
    fill(home)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A home of one's own: Iceberg's paths are absolute, so a copy is restored from a backup."""
    app.backup(made, tmp_path / "backup")
    app.restore(tmp_path / "home", tmp_path / "backup")
    return tmp_path / "home"


def needed(home: Path) -> list[Path]:
    """Every file that the index hangs on."""
    small = [home / name for name in ("catalog.db", "catalog.sum", "layout.json")]
    return sorted({*reachable(Index.open(home), logs=False), *small})


def test_a_sound_index_is_found_sound(made: Path) -> None:
    for deep in (False, True):
        found = check(Index.open(made), deep=deep)
        assert (found.damages, found.unrecorded) == ((), 0)
        assert found.files == len(needed(made)) - 3


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    path.write_bytes(data)


def damage_many(home: Path, number: int, seed: int) -> dict[str, int]:
    """Flip bytes, check, put them back, until so many were flipped; count what was missed, and what was
    answered wrongly. Tables do not depend on each other: one file of each is damaged at a time."""
    chance, paths = random.Random(seed), needed(home)
    whole, right = {path: path.read_bytes() for path in paths}, fates(home)
    apart: dict[str, list[Path]] = {}
    for path in paths:
        apart.setdefault(table_of(home, path), []).append(path)
    counts = {"flips": 0, "missed": 0, "unnamed": 0}
    while counts["flips"] < number:
        group = [""] if chance.random() < 0.2 else [table for table in apart if table]
        damaged = [_one_of(apart[table], whole, chance) for table in group][: number - counts["flips"]]
        for path in damaged:
            flip(path, chance)
        named = names_of_damage(home, damaged)
        counts["flips"] += len(damaged)
        counts["missed"] += 0 if named else len(damaged)
        counts["unnamed"] += sum(
            str(path.relative_to(home)) not in named and path.name != "catalog.sum" for path in damaged
        )
        for path in damaged:
            path.write_bytes(whole[path])
    assert fates(home) == right
    return counts


def table_of(home: Path, path: Path) -> str:
    """The table that a file belongs to; nothing for the catalog and what stands beside it."""
    parts = path.relative_to(home).parts
    return parts[2] if parts[0] == "warehouse" else ""


def _one_of(paths: list[Path], whole: dict[Path, bytes], chance: random.Random) -> Path:
    """A file, half of the time by its size: small files break differently from large ones."""
    by_size = chance.choices(paths, [len(whole[path]) for path in paths])[0]
    return by_size if chance.random() < 0.5 else chance.choice(paths)


def names_of_damage(home: Path, damaged: list[Path]) -> set[str]:
    try:
        return {each.file for each in check(Index.open(home), deep=True).damages}
    except BacklitError:  # it does not even open, and says why: that tells of one file
        return {str(path.relative_to(home)) for path in damaged} if len(damaged) == 1 else set()


def test_every_flipped_byte_is_found(home: Path) -> None:
    assert damage_many(home, 60, seed=1) == {"flips": 60, "missed": 0, "unnamed": 0}


@pytest.mark.parametrize("harm", ["cut", "gone", "grown"])
def test_the_quick_check_names_files_of_another_size(home: Path, harm: str) -> None:
    [path, *_] = [
        path for path in needed(home) if path.parent.parent.name == "links" and path.suffix == ".parquet"
    ]
    match harm:
        case "cut":
            os.truncate(path, 50)
        case "gone":
            path.unlink()
        case "grown":
            path.write_bytes(path.read_bytes() + b"x")
    [found] = check(Index.open(home)).damages
    assert (found.file, found.table) == (str(path.relative_to(home)), "links")
    assert ("missing" in found.problem) == (harm == "gone")
    assert "backup" in found.do


def test_going_back_brings_the_rows_of_then_and_can_be_undone(home: Path) -> None:
    versions = Index.open(home).versions()
    newest, then = digest(home), versions[-2]
    told = app.rollback(home, str(then.id))
    assert (told.row["snapshot"], told.row["before"]) == (str(then.id), str(versions[-1].id))
    assert Index.open(home).version().tables == then.tables
    assert {row["name"] for row in app.sources(app.open_session(home)).rows} == {
        "crawl0.warc.gz",
        "crawl1.warc.gz",
    }
    app.rollback(home, str(versions[-1].id))
    assert digest(home) == newest


def test_a_version_that_is_not_kept_is_named_with_those_that_are(home: Path) -> None:
    newest = Index.open(home).version()
    with pytest.raises(UsageError, match=str(newest.id)):
        app.rollback(home, "4711471147114711")
    with pytest.raises(UsageError, match="no such version is kept"):
        app.rollback(home, "2001-01-01")


def test_what_was_rolled_back_can_be_ingested_again(home: Path, tmp_path: Path) -> None:
    right = digest(home)
    app.rollback(home, str(Index.open(home).versions()[-2].id))
    links = tuple((f"https://shop.test/{i}", f"text {i} of 2") for i in range(4))
    commit(home, "crawl2", [Look(f"https://p{i}.test/", 2, links) for i in range(3)])
    assert digest(home) == right
    assert check(Index.open(home), deep=True).damages == ()


def test_collecting_forgets_old_versions_and_removes_only_what_nobody_needs(home: Path) -> None:
    app.compact(home, whole=True)
    old = len(Index.open(home).versions()) - 1
    before, right = set(needed(home)), fates(home)
    stray = home / "warehouse" / "backlit" / "links" / "data" / "half.parquet"
    stray.write_bytes(b"half")
    would = app.gc(home, keep=ALL, safe_age=ALL, dry=True).row
    assert (would["versions"], stray.exists(), set(needed(home))) == (old, True, before)
    gone = app.gc(home, keep=ALL, safe_age=ALL).row
    assert gone["versions"] == old
    assert not stray.exists()
    assert len(Index.open(home).versions()) == 1
    assert check(Index.open(home), deep=True).damages == ()
    assert fates(home) == right


def test_young_files_and_versions_that_somebody_reads_stay(home: Path) -> None:
    stray = home / "warehouse" / "young.parquet"
    stray.write_bytes(b"on its way to a commit")
    first = Index.open(home).versions()[1]
    with Lease(home, first.id):
        app.gc(home, keep=ALL)
        assert stray.exists()
        assert first.id in {version.id for version in Index.open(home).versions()}
        app.gc(home, keep=ALL, safe_age=ALL)
        assert Index.open(home).files(first, "links")
        assert all(Path(path).exists() for path in Index.open(home).files(first, "links"))
    app.gc(home, keep=ALL, safe_age=ALL)
    assert len(Index.open(home).versions()) == 1


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_a_backup_restored_elsewhere_is_the_same_index(made: Path, tmp_path: Path, name: str) -> None:
    app.backup(made, tmp_path / name)
    app.restore(tmp_path / "else where", tmp_path / name)
    assert digest(tmp_path / "else where") == digest(made)
    assert fates(tmp_path / "else where") == fates(made)
    old = [version.id for version in Index.open(made).versions()]
    assert [version.id for version in Index.open(tmp_path / "else where").versions()] == old
    commit(tmp_path / "else where", "more", [Look("https://p9.test/", 9, (("https://shop.test/1", "new"),))])
    assert check(Index.open(tmp_path / "else where"), deep=True).damages == ()


@pytest.mark.parametrize("name", ["folder", "file.tar"])
def test_others_on_the_machine_read_no_backup_and_no_key_that_was_restored(
    made: Path, tmp_path: Path, name: str
) -> None:
    secret_in(made / "cursor.key")
    app.backup(made, tmp_path / name)
    assert (tmp_path / name).stat().st_mode & 0o007 == 0
    app.restore(tmp_path / "home", tmp_path / name)
    assert (tmp_path / "home" / "cursor.key").stat().st_mode & 0o007 == 0


def test_a_backup_overwrites_nothing_and_neither_does_a_restore(home: Path, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="something is there already"):
        app.backup(home, tmp_path / "backup")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    with pytest.raises(AccessError, match="something is there already"):
        app.backup(home, tmp_path / "mine")
    with pytest.raises(AccessError, match="holds an index already"):
        app.restore(home, tmp_path / "backup")
    with pytest.raises(AccessError, match=r"something is there already \(letter\)"):
        app.restore(tmp_path / "mine", tmp_path / "backup")
    assert (tmp_path / "mine" / "letter").read_text() == "dear"
    with pytest.raises(AccessError, match="lies in the home itself"):
        app.backup(home, home / "backups" / "today")


def test_a_home_within_the_home_is_not_backed_up(made: Path, tmp_path: Path) -> None:
    home = tmp_path / "outer"
    shutil.copytree(made, home / "demo")
    app.restore(tmp_path / "copy", _backed_up(made, tmp_path / "plain"))
    shutil.copytree(home / "demo", tmp_path / "copy" / "demo")
    app.backup(tmp_path / "copy", tmp_path / "both")
    assert not (tmp_path / "both" / "demo").exists()


def _backed_up(home: Path, target: Path) -> Path:
    app.backup(home, target)
    return target


def test_a_home_is_one_home_by_whatever_way_it_is_reached(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    for way in (tmp_path / "link", home / ".." / home.name):
        assert check(Index.open(way), deep=True).damages == ()


def test_a_backup_and_a_restore_that_were_stopped_go_on(made: Path, tmp_path: Path) -> None:
    app.backup(made, tmp_path / "whole")
    part = tmp_path / "part"
    shutil.copytree(tmp_path / "whole", part)
    (part / "backup.json").rename(part / "backup.unfinished")
    lost = next((part / "warehouse").rglob("*.parquet"))
    lost.unlink()
    done = app.backup(made, part).row
    assert lost.exists()
    assert done["skipped"] == done["files"] - 1
    app.restore(tmp_path / "home", part)
    (tmp_path / "home" / "layout.json").unlink()  # as if it had been stopped before the last step
    (tmp_path / "home" / "restore.unfinished").touch()
    assert app.restore(tmp_path / "home", part).row["skipped"] > 0
    assert digest(tmp_path / "home") == digest(made)


def test_damage_is_neither_backed_up_nor_restored(home: Path, tmp_path: Path) -> None:
    flip(next((tmp_path / "backup" / "warehouse").rglob("*.parquet")), random.Random(1))
    with pytest.raises(IndexDamaged, match="not those that were written"):
        app.restore(tmp_path / "new", tmp_path / "backup")
    with pytest.raises(HomeMissing):
        app.open_session(tmp_path / "new")
    flip(next(path for path in needed(home) if path.suffix == ".parquet"), random.Random(2))
    with pytest.raises(IndexDamaged, match="not those that were written"):
        app.backup(home, tmp_path / "again")
    assert not (tmp_path / "again" / "backup.json").exists()


def test_hostile_and_later_backups_are_refused(home: Path, tmp_path: Path) -> None:
    listing = tmp_path / "backup" / "backup.json"
    facts = json.loads(listing.read_text())
    listing.write_text(json.dumps({**facts, "files": {**facts["files"], "../../evil": [1, "x"]}}))
    with pytest.raises(IndexDamaged, match="leads out of the backup"):
        app.restore(tmp_path / "new", tmp_path / "backup")
    for name in (".bashrc", "folder/.ssh/key", "two\nlines"):
        listing.write_text(json.dumps({**facts, "files": {**facts["files"], name: [1, "x"]}}))
        with pytest.raises(IndexDamaged, match="no backup writes a file of the name"):
            app.restore(tmp_path / "new", tmp_path / "backup")
    listing.write_text(json.dumps({**facts, "home": "/nowhere"}))
    with pytest.raises(IndexDamaged, match="do not lie in the home it names"):
        app.restore(tmp_path / "elsewhere", tmp_path / "backup")
    listing.write_text(json.dumps({**facts, "format": 99}))
    with pytest.raises(IndexTooNew):
        app.restore(tmp_path / "new", tmp_path / "backup")
    listing.unlink()
    with pytest.raises(SourceMissing, match="no finished backup"):
        app.restore(tmp_path / "new", tmp_path / "backup")


def test_dates_find_the_version_of_then(home: Path) -> None:
    versions = Index.open(home).versions()
    assert app.rollback(home, day(99_999).date().isoformat()).row["snapshot"] == str(versions[-1].id)


# in passing ------------------------------------------------------------------------


def many_small(home: Path, number: int) -> None:
    for n in range(number):
        commit(home, f"small{n}", [Look(f"https://p{n}.test/", n, (("https://shop.test/", "text"),))])


def test_small_files_are_merged_in_passing_and_no_answer_changes(tmp_path: Path) -> None:
    many_small(tmp_path, MERGE_AT - 1)
    assert app.tidy(tmp_path) is None
    commit(tmp_path, "last", [Look("https://p99.test/", 9, (("https://shop.test/", "text"),))])
    before, reader = fates(tmp_path), app.open_session(tmp_path)
    rows = app.domains(reader, "shop.test", sort="domain").rows
    done = app.tidy(tmp_path)
    assert done == {"merged": 3 * (MERGE_AT - 1), "versions": 0, "files": 0, "prepared": 0, "problem": None}
    assert (fates(tmp_path), app.tidy(tmp_path)) == (before, None)
    assert app.domains(reader, "shop.test", sort="domain").rows == rows


def test_old_versions_are_forgotten_in_passing_but_not_under_a_reader(tmp_path: Path) -> None:
    many_small(tmp_path, 2)
    reader = app.open_session(tmp_path)
    commit(tmp_path, "last", [Look("https://p99.test/", 9, (("https://shop.test/", "text"),))])
    later = datetime.now(UTC) + KEEP + SAFE_AGE
    assert app.tidy(tmp_path, clock=lambda: later - timedelta(hours=1)) is None
    done = app.tidy(tmp_path, clock=lambda: later + timedelta(hours=1))
    assert done is not None
    assert (done["versions"], done["problem"]) == (2, None)  # that of the making, and the first
    assert {version.id for version in Index.open(tmp_path).versions()} >= {reader.version.id}
    assert [row["domain"] for row in app.domains(reader, "shop.test", sort="domain").rows] == [
        "p0.test",
        "p1.test",
    ]


def test_upkeep_that_cannot_be_done_is_told_and_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_small(tmp_path, MERGE_AT)
    monkeypatch.setattr("backlit.index.compact._PATIENCE", 0.0)
    with write_lock(tmp_path):
        done = app.tidy(tmp_path)
    assert done is not None
    assert "is writing to it" in done["problem"]
    assert (app.tidy(tmp_path) or {})["problem"] is None


def test_what_was_spilled_goes_with_a_process_that_was_killed(tmp_path: Path) -> None:
    spilled = tmp_path / "tmp"
    spilled.mkdir()
    gone = subprocess.Popen(["true"])
    gone.wait()
    connection = connect(temporary=spilled, memory="32MB", threads=1)
    connection.execute("CREATE TABLE rows AS SELECT md5(i::VARCHAR) AS row FROM range(2000000) AS r(i)")
    ours = {path.name for path in spilled.iterdir()}
    assert ours
    for name in ours:
        assert name.startswith(f"duckdb_temp_{os.getpid()}_")
        (spilled / name.replace(f"_{os.getpid()}_", f"_{gone.pid}_")).touch()
    (spilled / "duckdb_temp_of_somebody").touch()
    sweep_workspaces(tmp_path)
    assert {path.name for path in spilled.iterdir()} == ours | {"duckdb_temp_of_somebody"}
    connection.close()
