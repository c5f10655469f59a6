"""In which fields do users meet a link, a lead, a referring domain, an authority?"""

from collections.abc import Mapping
from typing import Any

from backlit.model import (
    VENDOR_METRICS,
    AliasKind,
    Hidden,
    Kind,
    LostReason,
    Placement,
    Reader,
    Robots,
    State,
    link_id,
    name_of,
    rel_tokens,
)
from backlit.urls import icann_domain, parse_url, url_of_key

__all__ = ["Row", "domain_row", "known_authority", "lead_row", "link_row", "page_row", "unknown_authority"]

Row = dict[str, Any]


def link_row(row: Row, names: Mapping[str, str]) -> Row:
    """A link, with where it was read."""
    return {
        "id": str(link_id(row["source_key"], row["target_key"], row["kind"])),
        "source_url": url_of_key(row["source_key"]),
        "source_domain": row["source_domain"],
        "source_title": row["source_title"],
        "target_url": url_of_key(row["target_key"]),
        "via": [_alias_step(step, names) for step in row["via"]] if row["via"] else None,
        "kind": name_of(Kind, row["kind"]),
        "rel": rel_tokens(row["rel"]),
        "placement": name_of(Placement, row["placement"]),
        "hidden": name_of(Hidden, row["hidden"]),
        "anchor": row["anchor"],
        "alt": row["alt"],
        "before": row["before"],
        "after": row["after"],
        "language": row["source_language"],
        "noindex": None if row["source_robots"] is None else bool(row["source_robots"] & Robots.NOINDEX),
        "first_seen": row["first_seen"],
        "absent_at": row["absent_at"],
        "last_seen": row["last_seen"],
        "state": name_of(State, row["state"]),
        "lost_at": row["gone_at"],
        "lost_reason": name_of(LostReason, row["gone_reason"]),
        "source_authority": row["authority"],
        "source_ip": row["source_ip"],
        "links_in_group": row["links_in_group"],
        "value": row.get("value"),
        "value_low": row.get("value_low"),
        "value_high": row.get("value_high"),
        "spam": row.get("spam"),
        "unnatural": row.get("unnatural"),
        "relevance": row.get("relevance"),
        "provenance": {
            "source": names.get(row["source_id"], row["source_id"]),
            "offset": row["offset"],
            "unit": "line" if row["reader"] == Reader.EXPORT else "byte",
            "reader": name_of(Reader, row["reader"]),
        },
        "vendors": row["vendors"],
        "reported_lost": row["reported_lost"],
        "vendor_metrics": {n: row[n] for n in VENDOR_METRICS if row[n] is not None} or None,
    }


def _alias_step(step: Row, names: Mapping[str, str]) -> Row:
    """One step from the page that a link names to the target's own, and who saw it."""
    return {
        "from": url_of_key(step["alias_key"]),
        "to": url_of_key(step["canonical_key"]),
        "kind": name_of(AliasKind, step["kind"]),
        "status": step["status"],
        "first_seen": step["first_seen"],
        "last_seen": step["last_seen"],
        "ended_at": step["ended_at"],
        "hint": step["hint"],
        "source": names.get(step["source_id"], step["source_id"]),
    }


def lead_row(row: Row, names: Mapping[str, str]) -> Row:
    """A page that is said to link, and who says so."""
    return {
        "source_url": url_of_key(row["source_key"]),
        "source_domain": row["source_domain"],
        "target_domain": row["target_domain"],
        "reported_at": row["reported_at"],
        "reported_by": row["reported_by"],
        "source": names.get(row["source_id"], row["source_id"]),
    }


def domain_row(row: Row) -> Row:
    """A referring domain; `platform` where it is a sub-site of one."""
    domain = row["domain"]
    platform = icann_domain(domain)
    ip = row["ip"]
    return {
        "domain": domain,
        "links": row["links"],
        "follow": row["follow"],
        "first_seen": row["first_seen"],
        "last_seen": row["last_seen"],
        "authority": row["authority"],
        "trust": row["trust"],
        "spam": row["spam"],
        "unnatural": row["unnatural"],
        "sitetype": None,
        "platform": platform if platform != domain else None,
        "topic": None,
        "ip": ip,
        "subnet": row["subnet"],
        "country": None,
        "anchor": row["best"]["anchor"],
        "url": url_of_key(row["best"]["source_key"]),
    }


def page_row(row: Row, domain: str) -> Row:
    """A page of the target, by the links it earns; one of another domain leads on to the target's."""
    url = url_of_key(row["target_key"])
    return {
        "url": url,
        "links": row["links"],
        "domains": row["domains"],
        "status": row["status"],
        "authority": row["authority"],
        "equity": row["equity"],
        "internal_links": row["internal_links"],
        "why": row["why"],
        "leads_on": parse_url(url).domain != domain,
    }


def known_authority(found: Row, release: Row, ranked: int | None) -> Row:
    """A score with its place among the ranked domains, those that have one."""
    return {
        "score": found["authority"],
        "measured": found["measured"],
        "percentile": found["percentile"],
        "rank": found["place"],
        "tied": found["tied"],
        "se": found["se"],
        "prior": bool(found["prior"]),
        **_figures(found),
        "of": ranked,
        "pagerank_of": release["domains"],
        "method": release["method"],
        "why": None,
    }


def _figures(found: Row | None) -> Row:
    """What stands beside the score: plain PageRank, and the marks of a farm."""
    names = ("pagerank_rank", "spam_mass", "robust", "voters")
    return {name: None if found is None else found[name] for name in names}


def unknown_authority(
    why: str | None, release: Row | None, ranked: int | None, found: Row | None = None
) -> Row:
    """No score, and the sentence that says why; `found` is its row in the ranking, if it has one."""
    every, method = (release["domains"], release["method"]) if release else (None, None)
    return {
        "score": None,
        "measured": None,
        "percentile": None,
        "rank": None,
        "tied": None,
        "se": None,
        "prior": False,
        **_figures(found),
        "of": ranked,
        "pagerank_of": every,
        "method": method,
        "why": why,
    }
