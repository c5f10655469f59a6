"""Can SQL read the tables, and can it do anything else?"""

from pathlib import Path

import polars as pl
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import StaticTable

import backlit
from backlit import app
from backlit.errors import QueryError, UsageError, VersionUnknown
from backlit.index.query import VIEWS, Limits, open_query
from backlit.index.tables import SCHEMAS, Index
from backlit.model import State
from tests.unit.cli.conftest import Said
from tests.unit.looks import Look, commit, day

PAGE, TARGET = "https://blog.test/", "https://shop.test/tea"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sql")
    commit(
        folder, "a", [Look(PAGE, 1, ((TARGET, "=1+1"),)), Look("https://other.test/", 2, ((TARGET, "tea"),))]
    )
    commit(folder, "b", [Look(PAGE, 9)])
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home)


def test_the_tables_and_the_folded_links_can_be_asked(session: app.Session) -> None:
    for name, schema in SCHEMAS.items():
        columns = [row["column_name"] for row in app.sql(session, f"DESCRIBE {name}").rows]
        assert set(columns) == set(schema.names), name
    sql = "SELECT source_domain, state FROM {} ORDER BY 1"
    expected = [
        {"source_domain": "blog.test", "state": int(State.LOST)},
        {"source_domain": "other.test", "state": int(State.LIVE)},
    ]
    assert app.sql(session, sql.format("backlinks")).rows == expected
    assert app.sql(session, sql.format("backlinks_of('shop.test')")).rows == expected
    assert len(VIEWS) == 2


def test_a_date_and_a_version_are_read_as_they_were(session: app.Session) -> None:
    states = "SELECT list(state ORDER BY source_domain) AS s FROM backlinks"
    live = int(State.LIVE)
    assert app.sql(session, states, as_of="2026-01-05").rows == [{"s": [live, live]}]
    oldest = session.index.versions()[1].id
    answer = app.sql(session, states, as_of=str(oldest))
    assert (answer.rows, answer.snapshot) == ([{"s": [live, live]}], oldest)
    with pytest.raises(VersionUnknown):
        app.sql(session, states, as_of="1234567890123456")


def test_the_answer_names_its_limits_and_what_it_left_out(session: app.Session) -> None:
    answer = app.sql(session, "FROM range(5)", limit=3)
    assert (len(answer.rows), answer.total, answer.total_is) == (3, 4, "at_least")
    assert answer.query["limits"] == {
        "seconds": 30.0,
        "memory": "1GB",
        "threads": 2,
        "spill": "4GB",
        "rows": 3,
    }
    whole = app.sql(session, "FROM range(3)", limit=3)
    assert (whole.total, whole.total_is) == (3, "exact")
    assert sum(len(batch) for batch in app.sql_rows(session, "FROM range(25000)")) == 25_000


ESCAPES = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "FROM '/etc/passwd'",
    "FROM 'http://127.0.0.1:1/x.parquet'",
    "FROM read_parquet('{link}')",
    "FROM read_parquet('{home}/secret.parquet')",
    "FROM read_parquet('{data}/../../../../../layout.json')",
    "FROM read_text('{home}/layout.json')",
    "FROM read_blob('{home}/catalog.db')",
    "FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "FROM query('COPY (SELECT 1) TO ''{out}''')",
    "FROM enable_logging(storage='file', storage_path='{out}')",
    "FROM enable_profiling()",
    "FROM sqlite_scan('{home}/catalog.db', 'iceberg_tables')",
    "SELECT getenv('HOME')",
    "ATTACH '{out}'",
    "COPY (SELECT 1) TO '{out}'",
    "COPY (SELECT 1) TO '{data}'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "EXPORT DATABASE '{out}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET memory_limit = '64GB'",
    "RESET lock_configuration",
    "CALL enable_logging()",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO no_links FROM links",
    "DROP VIEW links",
    "SELECT 1; COPY (SELECT 1) TO '{out}'",
    "BEGIN",
    "",
    "--",
    "SELEC 1",
]


@pytest.mark.parametrize("sql", ESCAPES)
def test_nothing_else_can_be_read_written_or_set(home: Path, session: app.Session, sql: str) -> None:
    data = session.index.files(session.version, "links")[0]
    link, out = home / "link.parquet", home / "out"
    if not link.exists():  # a Parquet file that is not among the planned ones, and another name of it
        pl.DataFrame({"secret": [1]}).write_parquet(home / "secret.parquet")
        link.symlink_to(home / "secret.parquet")
    before = Path(data).read_bytes()
    with pytest.raises(QueryError):
        app.sql(session, sql.format(home=home, data=data, link=link, out=out))
    assert not out.exists()
    assert Path(data).read_bytes() == before


def test_time_and_memory_run_out_with_a_word(session: app.Session) -> None:
    with pytest.raises(QueryError, match=r"longer than 0\.2 seconds"):
        app.sql(session, "SELECT count(*) FROM range(1000000000) a, range(1000) b", seconds=0.2)
    small = Limits(memory="60MB", spill="1MB")
    query = open_query(
        session.index, session.version, "SELECT list(range) FROM range(100000000)", limits=small
    )
    with pytest.raises(QueryError, match="more than 60MB"):
        query.rows(None)
    query.close()
    with pytest.raises(UsageError):
        app.sql(session, "SELECT 1", seconds=-1)


def test_python_gets_rows_too(home: Path) -> None:
    result = backlit.open(home).sql("SELECT source_domain FROM backlinks ORDER BY 1")
    assert [row["source_domain"] for row in result] == ["blog.test", "other.test"]


def test_the_command_prints_writes_and_refuses(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from backlit.cli.root import run

    monkeypatch.setenv("BACKLIT_DIR", str(home))

    def call(*arguments: str) -> Said:
        code = run(["sql", *arguments])
        heard = capsys.readouterr()
        return Said(code, heard.out, heard.err)

    said = call("SELECT anchor FROM links WHERE anchor IS NOT NULL ORDER BY 1")
    assert (said.code, said.out.splitlines()) == (0, ["anchor", "'=1+1", "tea"])
    assert call("FROM range(9)", "--limit", "2", "--json").envelope["page"]["total_is"] == "at_least"
    path = tmp_path / "rows.parquet"
    assert call("FROM range(3)", "-o", str(path)).code == 0
    assert pl.read_parquet(path)["range"].to_list() == [0, 1, 2]
    refused = call("DROP VIEW links")
    assert (refused.code, refused.out) == (2, "")
    assert "it is not one SELECT but DROP" in refused.err


# other engines -----------------------------------------------------------------------------------


def test_the_tables_open_with_pyiceberg_alone_and_with_polars(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")
    catalog = SqlCatalog("backlit", uri=f"sqlite:///{home / 'catalog.db'}", warehouse=str(home / "warehouse"))
    session = app.open_session(home)
    ours = {name: app.sql(session, f"SELECT count(*) AS n FROM {name}").rows[0]["n"] for name in SCHEMAS}
    for name, count in ours.items():
        location = catalog.load_table(f"backlit.{name}").metadata_location
        alone = StaticTable.from_metadata(location)
        assert alone.scan().to_arrow().num_rows == count, name
    links = StaticTable.from_metadata(catalog.load_table("backlit.links").metadata_location)
    frame = pl.scan_iceberg(links).filter(pl.col("gone_at").is_not_null()).collect()
    assert frame.select("source_domain", "gone_at").rows() == [("blog.test", day(9))]
    assert Index.open(home).version().tables["links"] == links.metadata.current_snapshot_id
