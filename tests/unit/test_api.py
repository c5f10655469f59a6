"""The public names are these and no others, and they work from Python as they do elsewhere."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

import backlit
from backlit.errors import HomeMissing, UsageError
from tests.servers import Request, Script, served
from tests.unit.looks import Look, commit

PAGE = "https://blog.test/"


def test_the_public_names_are_listed_sorted_and_there() -> None:
    assert backlit.__all__ == sorted(backlit.__all__)
    assert [name for name in backlit.__all__ if not hasattr(backlit, name)] == []
    assert set(dir(backlit)) == {*backlit.__all__, "__version__"}


def test_importing_backlit_loads_nothing_heavy() -> None:
    heavy = ["duckdb", "pyarrow", "numba", "pyiceberg", "fastapi", "selectolax", "rich", "typer"]
    code = f"import sys, backlit; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_folder_without_an_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HomeMissing, match="backlit ingest"):
        backlit.open(tmp_path / "none").target("example.com")


@pytest.fixture
def target(tmp_path: Path) -> backlit.Target:
    links = (("https://shop.test/tea", "<b>tea</b>"), ("https://shop.test/cup", "cup"))
    commit(tmp_path, "a", [Look(PAGE, 1, links), Look("https://other.test/", 2, links[:1])])
    return backlit.open(tmp_path).target("shop.test")


def test_results_come_in_every_form(target: backlit.Target, tmp_path: Path) -> None:
    result = target.backlinks(group="none", sort="source")
    assert (len(result), result.total, result.next) == (3, 3, None)
    assert [row["anchor"] for row in result] == ["cup", "<b>tea</b>", "<b>tea</b>"]
    assert result.arrow().num_rows == 3
    assert isinstance(result.pl(), pl.DataFrame)
    result.to_parquet(tmp_path / "links.parquet")
    assert pq.read_table(tmp_path / "links.parquet").num_rows == 3
    assert "<b>tea" not in result._repr_html_()
    assert repr(result) == f"<Result 3 of 3 rows, as of {result.as_of}>"


def test_every_report_has_its_method(target: backlit.Target) -> None:
    assert target.overview()["referring_domains"] == 2
    assert [row["domain"] for row in target.domains(sort="domain")] == ["blog.test", "other.test"]
    assert [(row["anchor"], row["domains"]) for row in target.anchors()] == [("<b>tea</b>", 2), ("cup", 1)]
    assert [row["url"] for row in target.best_pages(sort="url")] == [
        "https://shop.test/cup",
        "https://shop.test/tea",
    ]
    assert target.audit()["target"] == "shop.test"


def answers(request: Request) -> Script:
    """One page that links to the shop, and nothing else."""
    body = b'<title>Tea</title><p>I buy at <a href="https://shop.test/tea">the shop</a>, and like it.'
    status = b"200 OK" if request.path == "/" else b"404 Not Found"
    shown = body if request.path == "/" else b""
    length = str(len(shown)).encode()
    return [b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %s\r\n\r\n" % (status, length), shown]


def test_pages_are_looked_at_and_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLIT_INTRANET", "127.0.0.0/8")
    index = backlit.open(tmp_path)
    with served(answers) as server:
        page = f"http://127.0.0.1:{server.port}/"
        assert index.crawl(page, limit=5, sitemaps=False)["pages"] == 1
        assert index.find(page, target="shop.test")["steps"][-1]["answer"] == "yes"
        added = index.monitor_add(page, "@list", target="shop.test", kind="own")
        assert [line.split(":")[0] for line in added["refused"]] == ["@list"]
        assert [row["state"] for row in index.monitor_check(everything=True)["monitors"]] == ["live"]
        assert index.target("shop.test").verify(page=page)["found"] == 1
    assert [(row["url"], row["kind"], row["state"]) for row in index.monitor_ls()] == [(page, "own", "live")]
    assert index.monitor_rm(page)["removed"] == 1
    assert index.monitor_ls().rows == []


def test_extract_reads_one_page() -> None:
    found = backlit.extract('<p>Try <a href="//shop.test/tea" rel="UGC nofollow">this tea</a> now', PAGE)
    assert [(x.target_url, x.target_domain, x.rel, x.anchor, x.before, x.after) for x in found.links] == [
        ("https://shop.test/tea", "shop.test", ("nofollow", "ugc"), "this tea", "Try", "now")
    ]
    with pytest.raises(UsageError):
        backlit.extract("<p>", "mailto:someone")
