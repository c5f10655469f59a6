"""What can a user do? One function per use case; command line, web and REST only parse and print.

Names load on first use, so that a face which prints help or one table pays for nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backlit.app.alerting import (
        alert_add,
        alert_feed,
        alert_inbox,
        alert_log,
        alert_ls,
        alert_mute,
        alert_replay,
        alert_rm,
        alert_rotate,
        alert_seen,
        alert_test,
        alerts_due,
        alerts_run,
    )
    from backlit.app.answer import Answer, Row
    from backlit.app.build import ingest, rank
    from backlit.app.by_hand import confirm
    from backlit.app.crawling import crawl
    from backlit.app.dead_ends import broken
    from backlit.app.deciding import decide, decisions, intake, undo
    from backlit.app.demo import build_demo, remove_demo
    from backlit.app.disavow_simulating import disavow_simulate
    from backlit.app.disavowing import (
        disavow_diff,
        disavow_export,
        disavow_import,
        disavow_lint,
        disavow_review,
        disavow_uploaded,
        disavow_versions,
    )
    from backlit.app.dossiers import dossier
    from backlit.app.effects import impact
    from backlit.app.exports import preview
    from backlit.app.finding import find
    from backlit.app.home import home_folder
    from backlit.app.jobs import (
        ask_job,
        job_cancel,
        job_log,
        job_resume,
        job_show,
        job_wait,
        jobs_ls,
        lower_priority,
        schedule_ls,
        schedule_set,
        worker,
        worker_of,
    )
    from backlit.app.lists import Whole, whole
    from backlit.app.look import (
        anchors,
        audit,
        backlinks,
        best_pages,
        changes,
        domains,
        leads,
        overview,
        sources,
        targets,
        versions,
    )
    from backlit.app.outreach_cards import (
        outreach_add,
        outreach_check,
        outreach_edit,
        outreach_log,
        outreach_ls,
        outreach_move,
        outreach_show,
        outreach_undo,
    )
    from backlit.app.outreach_drafts import (
        outreach_approve,
        outreach_draft,
        outreach_templates,
    )
    from backlit.app.outreach_people import (
        outreach_allow,
        outreach_forget,
        outreach_suppress,
        outreach_suppressed,
    )
    from backlit.app.outreach_seeing import outreach_seen
    from backlit.app.outreach_sending import chosen_cards, outreach_send
    from backlit.app.outreach_settings import outreach_words
    from backlit.app.policies import (
        policy_accept,
        policy_apply,
        policy_check,
        policy_edit,
        policy_log,
        policy_show,
        policy_suggest,
        policy_undo,
    )
    from backlit.app.portfolio import project_ls
    from backlit.app.priors import fetch_ranks, import_ranks, offer_ranks, preview_ranks
    from backlit.app.progress import ProgressEvent
    from backlit.app.projects import project_add, project_archive, project_edit, project_show
    from backlit.app.prospecting import prospects
    from backlit.app.query import sql, sql_rows
    from backlit.app.reaching import (
        public_url,
        public_url_forget,
        public_url_verify,
        unsubscribe,
        unsubscribing,
    )
    from backlit.app.reading import read_pages
    from backlit.app.receipts import explain, whatif
    from backlit.app.report_files import kept_report, report_to_home, reports_ls
    from backlit.app.reporting import REPORT_FORMS, file_of, report, report_file
    from backlit.app.rivals import gap, has_rivals
    from backlit.app.saved_views import view_ls, view_open, view_rm, view_save
    from backlit.app.session import Session, open_session
    from backlit.app.spreading import diversity
    from backlit.app.upkeep import backup, check, compact, gc, prepare, restore, rollback, tidy
    from backlit.app.verification import verify
    from backlit.app.vetting import vet
    from backlit.app.watching import monitor_add, monitor_check, monitor_ls, monitor_rm

__all__ = [
    "REPORT_FORMS",
    "Answer",
    "ProgressEvent",
    "Row",
    "Session",
    "Whole",
    "alert_add",
    "alert_feed",
    "alert_inbox",
    "alert_log",
    "alert_ls",
    "alert_mute",
    "alert_replay",
    "alert_rm",
    "alert_rotate",
    "alert_seen",
    "alert_test",
    "alerts_due",
    "alerts_run",
    "anchors",
    "ask_job",
    "audit",
    "backlinks",
    "backup",
    "best_pages",
    "broken",
    "build_demo",
    "changes",
    "check",
    "chosen_cards",
    "compact",
    "confirm",
    "crawl",
    "decide",
    "decisions",
    "disavow_diff",
    "disavow_export",
    "disavow_import",
    "disavow_lint",
    "disavow_review",
    "disavow_simulate",
    "disavow_uploaded",
    "disavow_versions",
    "diversity",
    "domains",
    "dossier",
    "explain",
    "fetch_ranks",
    "file_of",
    "find",
    "gap",
    "gc",
    "has_rivals",
    "home_folder",
    "impact",
    "import_ranks",
    "ingest",
    "intake",
    "job_cancel",
    "job_log",
    "job_resume",
    "job_show",
    "job_wait",
    "jobs_ls",
    "kept_report",
    "leads",
    "lower_priority",
    "monitor_add",
    "monitor_check",
    "monitor_ls",
    "monitor_rm",
    "offer_ranks",
    "open_session",
    "outreach_add",
    "outreach_allow",
    "outreach_approve",
    "outreach_check",
    "outreach_draft",
    "outreach_edit",
    "outreach_forget",
    "outreach_log",
    "outreach_ls",
    "outreach_move",
    "outreach_seen",
    "outreach_send",
    "outreach_show",
    "outreach_suppress",
    "outreach_suppressed",
    "outreach_templates",
    "outreach_undo",
    "outreach_words",
    "overview",
    "policy_accept",
    "policy_apply",
    "policy_check",
    "policy_edit",
    "policy_log",
    "policy_show",
    "policy_suggest",
    "policy_undo",
    "prepare",
    "preview",
    "preview_ranks",
    "project_add",
    "project_archive",
    "project_edit",
    "project_ls",
    "project_show",
    "prospects",
    "public_url",
    "public_url_forget",
    "public_url_verify",
    "rank",
    "read_pages",
    "remove_demo",
    "report",
    "report_file",
    "report_to_home",
    "reports_ls",
    "restore",
    "rollback",
    "schedule_ls",
    "schedule_set",
    "sources",
    "sql",
    "sql_rows",
    "targets",
    "tidy",
    "undo",
    "unsubscribe",
    "unsubscribing",
    "verify",
    "versions",
    "vet",
    "view_ls",
    "view_open",
    "view_rm",
    "view_save",
    "whatif",
    "whole",
    "worker",
    "worker_of",
]

_HOMES = {
    "alerting": (
        "alert_add",
        "alert_feed",
        "alert_inbox",
        "alert_log",
        "alert_ls",
        "alert_mute",
        "alert_replay",
        "alert_rm",
        "alert_rotate",
        "alert_seen",
        "alert_test",
        "alerts_due",
        "alerts_run",
    ),
    "answer": ("Answer", "Row"),
    "dead_ends": ("broken",),
    "build": ("ingest", "rank"),
    "crawling": ("crawl",),
    "spreading": ("diversity",),
    "deciding": ("decide", "decisions", "intake", "undo"),
    "disavowing": (
        "disavow_diff",
        "disavow_export",
        "disavow_import",
        "disavow_lint",
        "disavow_review",
        "disavow_uploaded",
        "disavow_versions",
    ),
    "disavow_simulating": ("disavow_simulate",),
    "dossiers": ("dossier",),
    "demo": ("build_demo", "remove_demo"),
    "by_hand": ("confirm",),
    "finding": ("find",),
    "report_files": ("kept_report", "report_to_home", "reports_ls"),
    "reporting": ("REPORT_FORMS", "file_of", "report", "report_file"),
    "rivals": ("gap", "has_rivals"),
    "vetting": ("vet",),
    "policies": (
        "policy_accept",
        "policy_apply",
        "policy_check",
        "policy_edit",
        "policy_log",
        "policy_show",
        "policy_suggest",
        "policy_undo",
    ),
    "prospecting": ("prospects",),
    "home": ("home_folder",),
    "jobs": (
        "ask_job",
        "job_cancel",
        "job_log",
        "job_resume",
        "job_show",
        "job_wait",
        "jobs_ls",
        "lower_priority",
        "schedule_ls",
        "schedule_set",
        "worker",
        "worker_of",
    ),
    "look": (
        "anchors",
        "audit",
        "backlinks",
        "best_pages",
        "changes",
        "domains",
        "leads",
        "overview",
        "sources",
        "targets",
        "versions",
    ),
    "effects": ("impact",),
    "exports": ("preview",),
    "reaching": (
        "public_url",
        "public_url_forget",
        "public_url_verify",
        "unsubscribe",
        "unsubscribing",
    ),
    "reading": ("read_pages",),
    "receipts": ("explain", "whatif"),
    "outreach_cards": (
        "outreach_add",
        "outreach_check",
        "outreach_edit",
        "outreach_log",
        "outreach_ls",
        "outreach_move",
        "outreach_show",
        "outreach_undo",
    ),
    "outreach_drafts": (
        "outreach_approve",
        "outreach_draft",
        "outreach_templates",
    ),
    "outreach_people": (
        "outreach_allow",
        "outreach_forget",
        "outreach_suppress",
        "outreach_suppressed",
    ),
    "outreach_seeing": ("outreach_seen",),
    "outreach_sending": ("chosen_cards", "outreach_send"),
    "outreach_settings": ("outreach_words",),
    "priors": ("fetch_ranks", "import_ranks", "offer_ranks", "preview_ranks"),
    "progress": ("ProgressEvent",),
    "projects": ("project_add", "project_archive", "project_edit", "project_show"),
    "portfolio": ("project_ls",),
    "query": ("sql", "sql_rows"),
    "saved_views": ("view_ls", "view_open", "view_rm", "view_save"),
    "session": ("Session", "open_session"),
    "upkeep": ("backup", "check", "compact", "gc", "prepare", "restore", "rollback", "tidy"),
    "lists": ("Whole", "whole"),
    "verification": ("verify",),
    "watching": ("monitor_add", "monitor_check", "monitor_ls", "monitor_rm"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
