"""What becomes of people's decisions in filters?

They are kept higher up, and come and go while a target's links lie in memory: what holds is asked for with
each filter that names it, and laid into two tables beside the links. A decision on one link is known by the
ends of the link, one on a domain by its name. A link's own entry says what holds for it, whatever its
domain's says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from backlit.model import Verdict

__all__ = ["DECIDED", "DECIDED_LINKS", "OF_DOMAIN", "OF_LINK", "Decided", "renew", "verdict_codes"]

#: Their columns are named unlike those of links: a query over links speaks of both.
DECIDED = """
CREATE TABLE IF NOT EXISTS decided_domains (of_domain VARCHAR, verdict VARCHAR);
CREATE TABLE IF NOT EXISTS decided_links (
    of_source VARCHAR, of_target VARCHAR, of_kind INTEGER, verdict VARCHAR)
"""
#: The verdict that holds for a row of domains, in SQL, and the one for a link.
OF_DOMAIN = "(SELECT verdict FROM decided_domains WHERE of_domain = domain)"
OF_LINK = """coalesce(
    (SELECT verdict FROM decided_links
        WHERE of_source = source_key AND of_target = target_key AND of_kind = kind),
    (SELECT verdict FROM decided_domains WHERE of_domain = source_domain))"""


DECIDED_LINKS = pa.schema(
    [
        ("of_source", pa.string()),
        ("of_target", pa.string()),
        ("of_kind", pa.int32()),
        ("verdict", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What holds: verdicts by domain and the numbers of decisions by link, which tell two states apart;
    `keys` finds the links of these ids, laid out as DECIDED_LINKS."""

    domains: Mapping[str, str]
    links: Mapping[str, str]
    keys: Callable[[], pa.Table]


def verdict_codes(sql: str) -> dict[str, int | str]:
    """What `decision:` can name, and the condition that each is."""
    known = {each.value: f"{sql} = '{each.value}'" for each in Verdict if each is not Verdict.UNDO}
    return {"none": f"{sql} IS NULL", **known}


def renew(connection: duckdb.DuckDBPyConnection, found: Decided) -> None:
    """Lay what holds into the tables, at once: who reads meanwhile reads the whole of what held before."""
    names, verdicts = (pa.array(list(part), pa.string()) for part in (found.domains, found.domains.values()))
    rows = {
        "decided_domains": pa.table({"of_domain": names, "verdict": verdicts}),
        "decided_links": found.keys(),
    }
    for table, each in rows.items():
        connection.register(f"new_{table}", each)
    connection.execute("BEGIN")
    try:
        for table in rows:
            connection.execute(f"DELETE FROM {table}; INSERT INTO {table} FROM new_{table}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        for table in rows:
            connection.unregister(f"new_{table}")
