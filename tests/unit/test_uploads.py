"""Do files that come through a browser arrive whole, under our names, and leave nothing else behind?"""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app import uploads
from backlit.app.progress import silent
from backlit.app.tasks import TASKS
from backlit.errors import UploadUnknown, UsageError
from backlit.web.server import create_app
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
LINKS = "source_url,target_url,anchor,rel\nhttps://a.test/x,https://shop.test/,Tea,nofollow\n"
LEADS = "Linking page,Last crawled\nhttps://a.test/y,2026-03-01\nhttps://b.test/,2026-03-02\n"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(tmp_path), base_url=BASE, follow_redirects=False, headers=OWN)


def lying(home: Path) -> list[str]:
    """Every file of the uploads, below their folder."""
    folder = home / "uploads"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def drop(client: TestClient, *files: tuple[str, Any], **fields: str) -> Any:
    return client.post("/ingest", files=[("files", file) for file in files], data=fields)


def test_from_a_dropped_file_to_the_link_it_holds(client: TestClient, tmp_path: Path) -> None:
    answer = drop(client, ("links.csv", LINKS), ("more.csv", LEADS), target="shop.test")
    assert answer.status_code == 303
    shown = client.get(answer.headers["location"])
    page = Outline(shown.text)
    assert "https://a.test/x" in page.text
    assert "pages that are said to link" in page.text
    mark = answer.headers["location"].split("/")[2].partition("?")[0]
    assert lying(tmp_path) == [f"{mark}/001/links.csv", f"{mark}/002/more.csv", f"{mark}/upload.json"]
    asked = client.post(f"/ingest/{mark}/read", data={"target": "shop.test"})
    job = app.job_show(tmp_path, asked.headers["location"].rpartition("/")[2]).row
    assert (job["kind"], job["arguments"]) == (
        "ingest",
        {
            "sources": [
                str(tmp_path / "uploads" / mark / name) for name in ("001/links.csv", "002/more.csv")
            ],
            "target": "shop.test",
        },
    )
    TASKS["ingest"].run(tmp_path, job["arguments"], silent)
    session = app.open_session(tmp_path)
    assert [row["source_url"] for row in app.backlinks(session, "shop.test").rows] == ["https://a.test/x"]
    assert app.leads(session, "shop.test").total == 2
    assert client.post(f"/ingest/{mark}/read").status_code == 400  # once
    assert client.post(f"/ingest/{mark}/discard").status_code == 400  # links lead to its files
    assert app.upload_ls(tmp_path).rows == []


def test_crawl_files_and_packed_ones_keep_their_endings(client: TestClient, tmp_path: Path) -> None:
    files = (
        ("a.WARC.gz", b"x"),
        ("b.warc.wat.gz", b"y"),
        ("c.csv.gz", gzip.compress(LINKS.encode())),
        ("d.zip", b"PK"),
    )
    mark = drop(client, *files).headers["location"].split("/")[2]
    assert lying(tmp_path)[:4] == [
        f"{mark}/{name}" for name in ("001/a.warc.gz", "002/b.warc.wat.gz", "003/c.csv.gz", "004/d.zip")
    ]
    row = app.upload_show(tmp_path, mark).row
    assert [(file["name"], file["kind"]) for file in row["files"]] == [
        ("a.WARC.gz", "crawl"), ("b.warc.wat.gz", "crawl"), ("c.csv.gz", "tables"), ("d.zip", "tables"),
    ]  # fmt: skip
    assert [table["yields"] for table in row["files"][3]["tables"]] == ["nothing"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/cron.d/x.csv", "x"),
        ("..\\..\\x.csv", "x"),
        ("/abs/x.csv", "x"),
        ("@list.csv", "_list"),
        ("-.csv", "file"),
        (".csv", "file"),
        ("...csv", "file"),
        ("*.csv", "_"),
        ("$(id);`x`&|'\u202e.csv", "_(id)__x_____"),
        ("\x00\x1b[31m.csv", "_00__31m"),
        ("<b>.csv", "_b_"),
        ("a" * 3_000 + ".csv", "a" * 180),
        ("日" * 100 + ".CSV", "日" * 60),
    ],
)
def test_whatever_a_file_is_called_it_lies_where_we_say(
    client: TestClient, tmp_path: Path, name: str, kept: str
) -> None:
    answer = drop(client, (name, LINKS))
    mark = answer.headers["location"].split("/")[2]
    assert lying(tmp_path) == [f"{mark}/001/{kept}.csv", f"{mark}/upload.json"]
    page = client.get(f"/ingest/{mark}").text
    assert ("<b>" in page, "\x1b" in page, "\x00" in page) == (False, False, False)
    assert len(app.upload_show(tmp_path, mark).row["names"][0]) <= 200


def test_what_an_export_is_called_says_of_which_site_and_day_it_is(
    client: TestClient, tmp_path: Path
) -> None:
    name = "https___www.shop.test_-Latest links-2026-03-05.csv"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.csv", LINKS)
        archive.writestr("two.csv", LINKS + "\n" + LINKS.partition("\n")[2])
    answer = drop(client, (name, LEADS), ("exports.zip", packed.getvalue()))
    mark = answer.headers["location"].split("/")[2]
    tables = [table for file in app.upload_show(tmp_path, mark).row["files"] for table in file["tables"]]
    assert [(each["source"], each["target"], each["total"], each["total_is"]) for each in tables] == [
        (name, "shop.test", 2, "exact"),
        ("exports.zip/one.csv", "shop.test", 1, "exact"),
        ("exports.zip/two.csv", "shop.test", 2, "exact"),
    ]
    assert f"{tables[0]['date']:%Y-%m-%d}" == "2026-03-05"
    shown = Outline(client.get(answer.headers["location"]).text)
    assert [len(shown.all("h2")), len(shown.all("h3"))] == [2, 2]
    said = " ".join(shown.text.split())
    assert "2 rows, about shop.test, of 5 Mar 2026. Columns" in said
    assert said.count("when it was dropped: its name and its first lines say no day") == 2


def test_what_was_dropped_before_is_there(client: TestClient, tmp_path: Path) -> None:
    mark = drop(client, ("links.csv", LINKS)).headers["location"].split("/")[2]
    folder = tmp_path / "uploads" / mark
    (folder / "001" / "links.csv").rename(folder / "links.csv")
    (folder / "001").rmdir()
    (folder / "links.csv").rename(folder / "001.csv")
    [file] = app.upload_show(tmp_path, mark).row["files"]
    assert (file["name"], file["tables"][0]["source"]) == ("links.csv", "001.csv")


def test_what_a_file_says_stays_text(client: TestClient) -> None:
    words = "<script>alert(1)</script>"
    table = f'source_url,target_url,anchor,{words}\nhttps://a.test/,https://shop.test/,"{words}",x\n'
    page = client.get(drop(client, ("x.csv", table)).headers["location"]).text
    assert words not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "files",
    [
        [("x.exe", b"MZ")],
        [("good.csv", LINKS), ("sheet.xlsx", b"PK")],
        [(f"{n}.csv", LINKS) for n in range(51)],
        [],
    ],
    ids=["kind", "one of two", "too many", "none"],
)
def test_what_cannot_be_taken_leaves_nothing(client: TestClient, tmp_path: Path, files: Any) -> None:
    answer = drop(client, *files) if files else client.post("/ingest", files=[("files", ("", b""))])
    assert answer.status_code == 400
    assert "Take" in answer.text
    assert lying(tmp_path) == []


def test_too_many_bytes_leave_nothing(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_BYTES", 100)
    answer = drop(client, ("a.csv", "x" * 60), ("b.csv", "y" * 60))
    assert answer.status_code == 400
    assert "backlit ingest FILE" in answer.text
    assert lying(tmp_path) == []


BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nothing", PART, PART + b"abc", PART + b"abc\r\n--b", PART + b"abc\r\n--b\r\n",
        b"--b\r\n" + b"X" * 5_000 + b": y\r\n\r\nz\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="t"\r\n\r\n' + b"z" * 9_000 + b"\r\n--b--\r\n",
        PART.replace(b"form-data", b"\xff\xfe") + b"abc\r\n--b--\r\n",
    ],
    ids=range(9),
)  # fmt: skip
def test_a_form_that_breaks_off_leaves_nothing(client: TestClient, tmp_path: Path, body: bytes) -> None:
    answer = client.post("/ingest", content=body, headers=BOUNDARY)
    if answer.status_code == 303:  # what is whole after all is taken whole
        assert body.endswith(b"--b--\r\n")
    else:
        assert answer.status_code == 400
        assert lying(tmp_path) == []
    for kind in ("text/plain", "multipart/form-data", "multipart/form-data; boundary=" + "b" * 300):
        assert client.post("/ingest", content=body, headers={"Content-Type": kind}).status_code == 400


def test_another_site_and_strangers_drop_nothing(client: TestClient, tmp_path: Path) -> None:
    files = [("files", ("a.csv", LINKS))]
    foreign = {"Sec-Fetch-Site": "cross-site"}
    others = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE, headers=OWN)
    for path in ("/ingest", "/api/v1/uploads"):
        assert client.post(path, files=files, headers=foreign).status_code == 403
        assert others.post(path, files=files).status_code == 403
    assert lying(tmp_path) == []


@pytest.mark.parametrize("mark", ["0" * 16, "..%2f..", "0123456789ABCDEF", "x" * 500])
def test_a_mark_that_is_none_opens_nothing(client: TestClient, tmp_path: Path, mark: str) -> None:
    for path in (f"/ingest/{mark}", f"/api/v1/uploads/{mark}/ingest"):
        method = "GET" if path.startswith("/ingest") else "POST"
        assert client.request(method, path).status_code in (303, 404, 405)
    with pytest.raises(UploadUnknown):
        app.upload_show(tmp_path, mark)


def test_programs_do_the_same(client: TestClient, tmp_path: Path) -> None:
    files = [("files", ("a.csv", LINKS))]
    data = client.post("/api/v1/uploads", files=files).json()["data"]
    assert [file["tables"][0]["rows"][0]["source_url"] for file in data["files"]] == ["https://a.test/x"]
    gone = client.delete(f"/api/v1/uploads/{data['upload']}")
    assert (gone.status_code, lying(tmp_path)) == (200, [])
    again = client.post("/api/v1/uploads", files=files).json()["data"]["upload"]
    assert client.post(f"/api/v1/uploads/{again}/ingest?target=com").status_code == 400
    job = client.post(f"/api/v1/uploads/{again}/ingest?target=shop.test").json()["data"]
    assert (job["kind"], job["state"]) == ("ingest", "waiting")
    about = json.loads((tmp_path / "uploads" / again / "upload.json").read_text(encoding="utf-8"))
    assert about["job"] == job["id"]
    with pytest.raises(UsageError, match="asked for before"):
        app.upload_ingest(tmp_path, again)


def test_no_target_ends_in_an_empty_page(client: TestClient) -> None:
    drop(client, ("links.csv", LINKS))
    front = Outline(client.get("/start").text)
    assert front.all("a", href="/ingest")
    page = Outline(client.get("/ingest?target=new.test").text)
    assert page.by_id("about")["value"] == "new.test"
    assert all(words in page.text for words in ("Search Console", "Bing", "Common Crawl", "links.csv"))


def test_before_anything_was_read_each_page_of_a_target_leads_to_its_files(tmp_path: Path) -> None:
    client = TestClient(create_app(tmp_path), base_url=BASE, raise_server_exceptions=False)
    answer = client.get("/t/new.test/audit")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert Outline(answer.text).all("a", href="/ingest?target=new.test")
    others = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE, raise_server_exceptions=False)
    assert not Outline(others.get("/t/new.test/audit").text).all("a", href="/ingest?target=new.test")


def test_the_job_of_an_upload_names_its_files_as_they_were_called(client: TestClient, tmp_path: Path) -> None:
    mark = drop(client, ("My links.csv", LINKS)).headers["location"].rpartition("/")[2]
    job = app.upload_ingest(tmp_path, mark, target="shop.test").row["id"]
    page = Outline(client.get(f"/jobs/{job}").text)
    assert page.all("a", href=f"/ingest/{mark}")
    assert "My links.csv" in page.text
    assert str(tmp_path / "uploads") not in page.text
