"""How are Search Console's performance exports laid out: queries, pages, countries, devices, days?

One file per table in a zip, with headers in the user's language. The first column says what is counted; the
other four are clicks, impressions, share and place, known by their shape where their names are not.
"""

import re
from collections.abc import Sequence

from backlit.ingest.assemble import Tally
from backlit.ingest.exports.files import TableFile, table_files
from backlit.ingest.exports.spec import Format, Table
from backlit.ingest.exports.tabular import filled, numbered_rows
from backlit.ingest.exports.values import date_of, plain_name

__all__ = ["TABLES", "dimension_of", "filters_of", "performance_shape"]

TOOL = "search-console"
_COLUMNS = {"clicks": 1, "impressions": 2, "ctr": 3, "position": 4}

#: What the first column is called, in the languages whose names are known.
_DIMENSIONS = {
    "query": "query queries topqueries häufigstesuchanfragen suchanfrage requêteslesplusfréquentes"
    " consultasprincipales querypiùfrequenti principaisconsultas populairezoekopdrachten"
    " najczęstszezapytania 上位のクエリ",
    "page": "page pages toppages landingpages häufigsteseiten seite pageslesplusfréquentes"
    " páginasprincipales pagineprincipali principaispáginas populairepaginas"
    " najpopularniejszestrony 上位のページ",
    "date": "date dates datum fecha data 日付",
    "country": "country countries land pays país paese kraj 国",
    "device": "device devices gerät appareil dispositivo apparaat urządzenie デバイス",
    "search-appearance": "searchappearance darstellunginderseuche darstellungindersuche apparencedansles"
    "résultatsderecherche aparienciaenbúsquedas aspettonellaricerca",
}
_DIMENSION_OF = {name: dimension for dimension, names in _DIMENSIONS.items() for name in names.split()}

_NAMED = " ".join(_DIMENSION_OF)
TABLES = (
    Table(
        TOOL,
        "performance",
        (_NAMED, "clicks", "impressions", "ctr", "position"),
        {
            "value": _NAMED,
            "clicks": "clicks",
            "impressions": "impressions",
            "ctr": "ctr",
            "position": "position",
        },
        "performance",
        width=5,
    ),
    Table(
        TOOL,
        "filters",
        ("filter filtre filtro", "value wert valeur valor valore"),
        {},
        "nothing",
        "It says what the tables beside it are about, and is read with them.",
        width=2,
    ),
)

_is_count = re.compile(r"\d{1,3}(?:[,. \xa0\u202f’']?\d{3})*$").match
_is_share = re.compile(r"\d{1,3}(?:[.,]\d+)?[\s\xa0\u202f]?%$").match
_is_place = re.compile(r"\d{1,4}(?:[.,]\d+)?$").match


def dimension_of(header: str, cells: Sequence[str]) -> str:
    """What the first column names, by its header, else by its cells, else in its own word."""
    known = _DIMENSION_OF.get(plain_name(header))
    if known:
        return known
    said = [cell for cell in cells if cell.strip()]
    if said and all(date_of(cell) for cell in said):
        return "date"
    if said and all(cell.startswith(("https://", "http://")) for cell in said):
        return "page"
    return header.strip().lower()[:60] or "unknown"


def performance_shape(rows: Sequence[list[str]]) -> tuple[Format, dict[str, int], int] | None:
    """The format of a performance table under headers of any language, its columns, and its first row."""
    at = next((n for n, row in enumerate(rows) if filled(row)), None)
    body = [row for row in rows[at + 1 :] if filled(row)] if at is not None else []
    if at is None or not body or len(rows[at]) != 5 or any(_is_share(cell.strip()) for cell in rows[at]):
        return None
    if not all(len(row) == 5 and _is_performance(row) for row in body):
        return None
    reason = f"a column of names, then clicks, impressions, shares and places, under {', '.join(rows[at])!r}"
    return Format(TOOL, "performance", "performance", 0.85, reason), {"value": 0, **_COLUMNS}, at + 1


def _is_performance(row: list[str]) -> bool:
    clicks, impressions, share, place = (cell.strip() for cell in row[1:])
    return bool(_is_count(clicks) and _is_count(impressions) and _is_share(share) and _is_place(place))


_FILTERS = ("filters.csv", "filter.csv", "filtres.csv", "filtros.csv", "filtri.csv")


def filters_of(file: TableFile) -> str | None:
    """The stretch of time that the export beside a table says it is about, in its own words."""
    if file.member is None:
        return None
    beside = next((f for f in table_files(file.path) if (f.member or "").lower().endswith(_FILTERS)), None)
    if beside is None:
        return None
    rows = [cells for _, cells in numbered_rows(beside, ",", Tally())][1:]
    said = [
        row[1].strip() for row in rows if len(row) > 1 and _DIMENSION_OF.get(plain_name(row[0])) == "date"
    ]
    return said[0][:100] if said else None
