"""What does the description of REST say of the answers? Schemas of the envelope and of each answer's rows.

The rows of lists are described by the columns that their files have; the others by the fields named here,
which a test holds against real answers.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from backlit.report.columns import COLUMNS

__all__ = [
    "FOREIGN",
    "PROBLEM",
    "UNANSWERABLE",
    "alert_schema",
    "answers",
    "enveloped",
    "find_schema",
    "gap_schema",
    "graph_schema",
    "job_schema",
    "list_schema",
    "mended",
    "monitor_schema",
    "object_schema",
    "outreach_schema",
    "project_schema",
    "prospects_schema",
    "refusals",
    "schedule_schema",
    "share_schema",
    "vet_schema",
    "view_schema",
]

Schema = dict[str, Any]
#: What FastAPI takes as `responses`.
Responses = dict[int | str, dict[str, Any]]

#: What 403 means of whatever changes something.
FOREIGN = "The request came from another site, or the server listens to others"
#: What 400 means of a question.
UNANSWERABLE = "The question cannot be answered as asked"

_OBJECT: Schema = {"type": "object"}
_TEXT: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": ["number", "null"]}
_WHOLE: Schema = {"type": ["integer", "null"]}
_NAMES: Schema = {"type": ["array", "null"], "items": {"type": "string"}}
_MANY: Schema = {"type": "array", "items": _OBJECT}
_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}

PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "do"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "code", "do")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
"""RFC 9457, with `code` for programs and `do`, the next step."""


def _named(kind: Schema, names: str) -> dict[str, Schema]:
    return dict.fromkeys(names.split(), kind)


#: By view, the fields of answers that are no lists.
_FIELDS: Mapping[str, dict[str, Schema]] = {
    "overview": {
        **_named(_TEXT, "target scope"),
        **_named(_WHOLE, "links pages referring_domains referring_hosts referring_ips referring_subnets"),
        **_named(_WHOLE, "counting_domains judged_domains follow nofollow ugc sponsored rel_unknown"),
        **_named(_WHOLE, "hidden_links hidden_unknown links_by_alias new_30d first_looks_30d lost_30d"),
        **_named(_WHOLE, "lost looked_30d looked_ever leads"),
        "seldom_looked": {"type": "boolean"},
        **_named(_NUMBER, "trust spam_share unnatural_share relevance"),
        "relevance_method": _TEXT,
        **_named({"type": ["object", "null"]}, "authority syndicated mix diversity social"),
        **_named({"type": ["array", "null"], "items": _OBJECT}, "timeline visits"),
        **_named(_TIME, "first_seen last_seen looked_before"),
    },
    "audit": {
        **_named(_TEXT, "target scope conclusion"),
        "as_of": _TIME,
        **_named({"type": "array", "items": {"type": "string"}}, "sources headline unknowns"),
        "sources_total": _WHOLE,
        **_named(_MANY, "numbers clusters findings referring_domains top_links anchors timeline"),
        **_named(_WHOLE, "clusters_total decided"),
        **_named({"type": ["object", "null"]}, "noise intake by_policy"),
        "mix": _OBJECT,
        "anchor_mix": {"type": ["object", "null"]},
    },
    "diversity": {
        "dimension": _TEXT,
        **_named(_NUMBER, "effective evenness"),
        "top": {"type": ["object", "null"]},
        "percentile": _NUMBER,
        "ci": {"type": ["array", "null"], "items": {"type": "number"}},
        **_named(_WHOLE, "kinds known unknown peers rarefied_to"),
        "narrow": {"type": ["boolean", "null"]},
        "why": _TEXT,
    },
    "sources": {
        **_named(_TEXT, "target scope"),
        **_named(_MANY, "sources overlap leads"),
        "unseen": _OBJECT,
        "visits": {"type": ["array", "null"], "items": _OBJECT},
    },
    "explain": {
        **_named(_TEXT, "kind target method why source"),
        **_named(
            _NUMBER, "value measured percentile rank se pagerank_rank spam_mass robust trust nearness rest"
        ),
        **_named(_WHOLE, "tied voters of pagerank_of parts_total"),
        "prior": {"type": ["boolean", "null"]},
        "seed_of": {},
        **_named(_MANY, "parts groups nearest_seeds related would_change warnings"),
        **_named(_OBJECT, "release marks"),
        **_named({"type": ["object", "null"]}, "link assessment worth"),
        "visitors": {"type": ["array", "null"], "items": _OBJECT},
    },
    "whatif": {
        **_named(_TEXT, "target method"),
        **_named(_OBJECT, "before after delta"),
        "notes": {"type": "array", "items": {"type": "string"}},
        "votes_touched": _WHOLE,
    },
}


#: Answers of a few rows that are not asked for in pages.
_ROWS = ("diversity",)


def object_schema(view: str) -> Schema:
    """The schema of an answer that is one object, or always the same few rows."""
    one: Schema = {"type": "object", "properties": _FIELDS[view]}
    return {"type": "array", "items": one} if view in _ROWS else one


def refusals(told: Mapping[int, str]) -> Responses:
    """The problems that an address answers with, by status, each with what it means there."""
    problem = {"content": {"application/problem+json": {"schema": PROBLEM}}}
    return {status: {"description": words, **problem} for status, words in told.items()}


def answers(data: Schema, refused: Responses | None = None) -> Responses:
    """The description of an answer in its envelope, and of the problems in its place."""
    content = {"application/json": {"schema": enveloped(data)}}
    return {200: {"description": "The answer in its envelope", "content": content}} | (refused or {})


def job_schema(many: bool) -> Schema:
    """The schema of one job, or of a list of them."""
    fields = {
        **_named({"type": "string"}, "id kind asked_by"),
        "state": {"enum": ["waiting", "running", "done", "failed", "cancelled"]},
        **_named(_TIME, "asked_at started_at ended_at"),
        "attempts": {"type": "integer"},
        "arguments": _OBJECT,
        **_named({"type": ["object", "null"]}, "progress result error"),
    }
    one: Schema = {"type": "object", "properties": fields}
    return {"type": "array", "items": one} if many else one


def graph_schema() -> Schema:
    """The schema of the graph around a target."""
    node = {
        "domain": {"type": "string"},
        "is_target": {"type": "boolean"},
        **_named(_WHOLE, "links community"),
        **_named(_NUMBER, "authority spam unnatural x y"),
        **_named(_TEXT, "sitetype anchor decision"),
        **_named(_TIME, "first_seen last_seen"),
    }
    edge = {"source": {"type": "string"}, "target": {"type": "string"}, "links": {"type": "integer"}}
    group = {
        **_named({"type": "integer"}, "community domains pairs_that_link"),
        "strongest": {"type": "array", "items": {"type": "string"}},
        "unnatural": _NUMBER,
    }
    rows = {"nodes": node, "edges": edge, "communities": group}
    fields = {
        name: {"type": "array", "items": {"type": "object", "properties": each}}
        for name, each in rows.items()
    }
    return {
        "type": "object",
        "properties": {"target": {"type": "string"}, "left_out": {"type": "integer"}, **fields},
    }


def gap_schema() -> Schema:
    """The schema of the rows of a gap."""
    fields = {
        "domain": {"type": "string"},
        "page": _TEXT,
        "rivals": {"type": "integer"},
        "links_to": {"type": "object", "additionalProperties": {"type": "integer"}},
        **_named(_NUMBER, "authority relevance value value_low value_high spam unnatural"),
        "lost_at": _TIME,
        "link": _OBJECT,
    }
    return {"type": "array", "items": {"type": "object", "properties": fields}}


def prospects_schema() -> Schema:
    """The schema of prospects of all kinds."""
    hint = {"type": "object", "properties": _named({"type": "string"}, "kind value seen_on")}
    fields = {
        **_named({"type": "string"}, "id kind url why"),
        **_named(_TEXT, "domain title evidence needs target_url language advice"),
        **_named(_NUMBER, "value value_low value_high relevance authority"),
        "seller_signs": {"type": ["array", "null"], "items": {"type": "string"}},
        "contact_hints": {"type": ["array", "null"], "items": hint},
        "seen_at": _TIME,
        "also": {"type": "array", "items": {"type": "string"}},
    }
    return {"type": "array", "items": {"type": "object", "properties": fields}}


def vet_schema() -> Schema:
    """The schema of vetted sites."""
    sign = {
        **_named({"type": "string"}, "sign sentence url"),
        "pages": {"type": "integer"},
    }
    finding = {
        **_named({"type": "string"}, "id level sentence url"),
        "policy": _TEXT,
        "links": {"type": "integer"},
    }
    fields = {
        "domain": {"type": "string"},
        "advice": {"enum": ["good", "mixed", "avoid", "unknown"]},
        "why": {"type": "array", "items": {"type": "string"}},
        **_named(_NUMBER, "authority percentile trust spam unnatural relevance"),
        **_named(
            {"type": ["integer", "null"]},
            "referring_domains unnatural_sites already_links pages links linked_sites",
        ),
        "sitetype": _TEXT,
        "seller_signs": {"type": "array", "items": {"type": "object", "properties": sign}},
        "findings": {"type": "array", "items": {"type": "object", "properties": finding}},
    }
    return {"type": "array", "items": {"type": "object", "properties": fields}}


def monitor_schema() -> Schema:
    """The schema of the watched links."""
    fields = {
        **_named({"type": "string"}, "url target"),
        "kind": {"enum": ["earned", "compensated", "own"]},
        **_named(_TEXT, "state evidence promised_anchor promised_url"),
        "reasons": {"type": "array", "items": {"type": "string"}},
        **_named(_TIME, "checked_at due_at added_at target_at"),
        "target_page": _TEXT,
        "target_status": _WHOLE,
        "target_broken": {"type": "boolean"},
        "needs_attention": {"type": "boolean"},
        **_named(_MANY, "shortcomings history"),
    }
    return {"type": "array", "items": {"type": "object", "properties": fields}}


def find_schema() -> Schema:
    """The schema of the diagnosis of a page."""
    fields = {
        **_named({"type": "string"}, "page target"),
        "counted": {"type": ["boolean", "null"]},
        **_named(_MANY, "steps links"),
    }
    return {"type": "object", "properties": fields}


def schedule_schema() -> Schema:
    """The schema of the schedules."""
    fields = {
        **_named({"type": "string"}, "name kind"),
        **_named({"type": "boolean"}, "on chosen"),
        "project": _TEXT,
        "every_hours": {"type": "number"},
        "targets": {"type": "array", "items": {"type": "string"}},
        "due_at": _TIME,
    }
    return {"type": "array", "items": {"type": "object", "properties": fields}}


_ALERT: Schema = {
    **_named(_WHOLE, "id"),
    **_named(_TEXT, "target scope q cadence quiet feed"),
    "kinds": {"type": "array", "items": {"type": "string"}},
    "channels": {"type": ["array", "null"], "items": _OBJECT},
    **_named(_TIME, "muted_until added_at digest_at"),
}
#: By what is asked of alerts, the fields of the answer, and whether it is one row or many.
_ALERTS: Mapping[str, tuple[dict[str, Schema], bool]] = {
    "alerts": (_ALERT, True),
    "alert": (_ALERT, False),
    "events": (
        {
            **_named(_WHOLE, "id alert"),
            **_named(_TEXT, "kind reason source_url target_url link anchor evidence seen_by"),
            "is_alert": {"type": "boolean"},
            **_named(_TIME, "at found_at seen_at"),
            **_named({"type": ["object", "null"]}, "before after"),
        },
        True,
    ),
    "deliveries": (
        {
            **_named(_WHOLE, "id alert events tries"),
            **_named(_TEXT, "channel type message_id state"),
            **_named(_TIME, "added_at next_at"),
            "attempts": _MANY,
        },
        True,
    ),
    "tests": ({**_named(_TEXT, "channel outcome detail message_id"), "arrived": {"type": "boolean"}}, True),
    "rotated": ({**_named(_WHOLE, "channel"), "secret": _TEXT, "old_secret_until": _TIME}, False),
    "replayed": ({**_named(_WHOLE, "delivery"), "state": _TEXT}, False),
    "muted": ({**_named(_WHOLE, "id"), "muted_until": _TIME}, False),
    "seen": (_named(_WHOLE, "seen"), False),
    "removed": (_named(_WHOLE, "removed"), False),
}


def alert_schema(view: str) -> Schema:
    """The schema of an answer about alerts."""
    fields, is_many = _ALERTS[view]
    one: Schema = {"type": "object", "properties": fields}
    return {"type": "array", "items": one} if is_many else one


_CARD: Schema = {
    **_named(_WHOLE, "id"),
    "stage": {"enum": ["new", "qualified", "contacted", "replied", "agreed", "live", "lost", "no"]},
    **_named({"type": "string"}, "target kind domain compensation"),
    **_named(_TEXT, "url contact name form country anchor promised_url note wrong"),
    **_named(_TIME, "due added_at"),
    "seen": {"type": ["object", "null"]},
    "warnings": {"type": "array", "items": {"type": "string"}},
}
_HAPPENED: Schema = {
    **_named(_WHOLE, "id card undoes"),
    **_named(_TEXT, "who what stage was why"),
    "at": _TIME,
    "told": {"type": ["object", "null"]},
}
#: By what is asked of outreach, the fields of the answer, and whether it is one row or many.
_OUTREACH: Mapping[str, tuple[dict[str, Schema], bool]] = {
    "cards": (_CARD | {"is_due": {"type": "boolean"}, "draft": _TEXT}, True),
    "card": (_CARD, False),
    "moved": (
        _CARD | {"event": _WHOLE, "not_written_to": {"type": ["array", "null"], "items": {"type": "string"}}},
        False,
    ),
    "whole": (
        _CARD
        | {"draft": {"type": ["object", "null"]}, "suppressed": {"type": "boolean"}, "log": _MANY}
        | _named(_TEXT, "basis mail_blocked"),
        False,
    ),
    "drafted": (_CARD | {"draft": _OBJECT, "form_why": _TEXT}, False),
    "happened": (_HAPPENED, True),
    "templates": ({**_named(_TEXT, "name text"), "own": {"type": "boolean"}}, True),
    "sent": ({**_named(_WHOLE, "card"), **_named(_TEXT, "to state detail"), "next_at": _TIME}, True),
    "people": ({**_named(_TEXT, "list text basis why who"), "at": _TIME}, True),
    "person": ({**_named(_TEXT, "list text basis why who"), "at": _TIME}, False),
    "proof": ({"whole": {"type": "boolean"}, "broken_at": _WHOLE}, False),
    "forgotten": (_named(_WHOLE, "cards drafts events"), False),
}


def outreach_schema(view: str) -> Schema:
    """The schema of an answer about outreach."""
    fields, is_many = _OUTREACH[view]
    one: Schema = {"type": "object", "properties": fields}
    return {"type": "array", "items": one} if is_many else one


_PROJECT: Schema = {
    **_named({"type": "string"}, "slug target name note added_by"),
    **_named({"type": "array", "items": {"type": "string"}}, "rivals brands"),
    "country": _TEXT,
    **_named(_TIME, "added_at archived_at"),
}
_PROJECTS: Mapping[str, tuple[dict[str, Schema], bool]] = {
    "project": (_PROJECT, False),
    "whole": (_PROJECT | {"log": _MANY}, False),
    "numbers": (
        {
            **_PROJECT,
            **_named(_WHOLE, "referring_domains won lost leads needs_you"),
            **_named(_TEXT, "needs_you_is"),
            **_named(_TIME, "since as_of audited_at"),
            "needs": {"type": "object", "properties": _named(_WHOLE, "audit alerts outreach jobs")},
            "audit_is_old": {"type": ["boolean", "null"]},
            "why": _TEXT,
        },
        True,
    ),
}


def project_schema(view: str) -> Schema:
    """The schema of a project, of one with what happened to it, or of all with their numbers."""
    fields, is_many = _PROJECTS[view]
    one: Schema = {"type": "object", "properties": fields}
    return {"type": "array", "items": one} if is_many else one


def share_schema(*, many: bool) -> Schema:
    """The schema of a link by which anybody opens one page, or of all; `link` is told where one is made."""
    fields = {
        **_named({"type": "integer"}, "id openings"),
        **_named({"type": "string"}, "name target page address made_by link"),
        "query": _OBJECT,
        **_named({"type": "boolean"}, "csv opens"),
        **_named(_TIME, "until opened_at made_at ended_at"),
        "ended_by": _TEXT,
    }
    one: Schema = {"type": "object", "properties": fields}
    return {"type": "array", "items": one} if many else one


def view_schema(*, many: bool) -> Schema:
    """The schema of a saved view, or of all; `alert` is what one of the same links would be asked."""
    fields = {
        **_named(_WHOLE, "id"),
        **_named({"type": "string"}, "name page added_by"),
        **_named(_TEXT, "target project address command removed_by"),
        **_named({"type": ["object", "null"]}, "query alert"),
        "words": _NAMES,
        **_named(_TIME, "added_at removed_at"),
    }
    one: Schema = {"type": "object", "properties": fields}
    return {"type": "array", "items": one} if many else one


def list_schema(view: str) -> Schema:
    """The schema of the rows of a list, as its files have them; what is not known is null."""
    return {"type": "array", "items": {"type": "object", "properties": _properties(COLUMNS[view])}}


def enveloped(data: Schema) -> Schema:
    """The envelope around an answer."""
    page = {"next": _TEXT, "limit": _WHOLE, "total": _WHOLE, "total_is": {"enum": ["exact", "approx"]}}
    meta = {
        "snapshot": _TEXT,
        "as_of": _TIME,
        "sources": {"type": "array", "items": {"type": "string"}},
        "sources_total": {"type": "integer"},
        "query": _OBJECT,
        "took_ms": {"type": "number"},
    }
    return {
        "type": "object",
        "required": ["data", "page", "meta", "schema_version"],
        "properties": {
            "data": data,
            "page": {"type": ["object", "null"], "properties": page},
            "meta": {"type": "object", "properties": meta},
            "schema_version": {"type": "integer"},
        },
    }


def _properties(fields: Any) -> dict[str, Schema]:
    return {field.name: _of_type(field.type) for field in fields}


def _of_type(kind: pa.DataType) -> Schema:
    if pa.types.is_struct(kind):
        return {"type": ["object", "null"], "properties": _properties(iter(kind))}
    if pa.types.is_list(kind):
        return {"type": ["array", "null"], "items": _of_type(kind.value_type)}
    if pa.types.is_timestamp(kind):
        return dict(_TIME)
    names = (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
    )
    return {"type": [next((name for test, name in names if test(kind)), "string"), "null"]}


def mended(described: Schema) -> Schema:
    """A description as things are: a wrong parameter is a problem of 400 and not of 422, a body takes what it
    names and nothing else, and whoever asks may have to sign in or to wait."""
    for methods in described["paths"].values():
        for told in methods.values():
            responses = told["responses"]
            if _IS_OTHERS in str(responses.get("422")):
                del responses["422"]
            told["responses"] = responses | {
                status: answer for status, answer in _ANYWHERE.items() if status not in responses
            }
    schemas = described.get("components", {}).get("schemas", {})
    for name in (_IS_OTHERS, "ValidationError"):
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if name.startswith("Body_"):
            schema["additionalProperties"] = False
    if not schemas:
        described.pop("components", None)
    return described


#: FastAPI's own word for a wrong parameter.
_IS_OTHERS = "HTTPValidationError"
#: What any address may answer with.
_ANYWHERE = {
    str(status): answer
    for status, answer in refusals(
        {
            401: "Nobody said who asks, and it matters",
            403: "Who asks may not, or sees other projects",
            409: "Something is not set up, or the index is not ranked",
            429: "Asked too often; `Retry-After` tells when to ask again",
            503: "There is no index, or somebody writes to it",
        }
    ).items()
}
