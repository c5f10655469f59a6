"""How is the board of outreach used from Python? `backlit.open(folder).outreach`."""

from pathlib import Path
from typing import Any

from backlit import app
from backlit.api.result import Result
from backlit.app import Row

__all__ = ["Outreach"]


class Outreach:
    """Those who could link, what is written to them, and what came of it."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def ls(self, *, target: str | None = None, stage: str | None = None, drafts: bool = False) -> Result:
        """The cards, newest first; those whose link is there are live by now. `drafts` adds their words."""
        return Result(app.outreach_ls(self._home, target=target, stage=stage, drafts=drafts))

    def add(self, target: str, page: str, *, kind: str, **known: Any) -> Row:
        """Put a page, or a domain, on the board as somebody who could link to a target.

        Known may be contact, name, form, compensation ("none", "product", "money", "swap"), country, anchor,
        promised_url, due and why.
        """
        return app.outreach_add(self._home, target, page, kind=kind, **known).row

    def edit(self, card: int, **known: Any) -> Row:
        """Change what is known of a card; its draft and approval are void then."""
        return app.outreach_edit(self._home, card, **known).row

    def show(self, card: int) -> Row:
        """A card with its draft as it would be sent and what happened; CardUnknown where there is none."""
        return app.outreach_show(self._home, card).row

    def draft(self, card: int, *, template: str | None = None, text: str | None = None, **fields: str) -> Row:
        """Draft a message from a template, by its name or as text.

        `draft` of the answer has the text, the exact bytes and their SHA-256.
        """
        return app.outreach_draft(self._home, card, template=template, text=text, fields=fields).row

    def approve(self, card: int, digest: str) -> Row:
        """Allow the very bytes of a draft to be sent, by their SHA-256; UsageError where they are others."""
        return app.outreach_approve(self._home, card, digest).row

    def send(self, *cards: int, everything: bool = False, dry_run: bool = False) -> Result:
        """Send what was approved of some cards, or of `everything`, as far as the limits of the day allow.

        ConfigError where sending is off; NothingNamed where neither is said.
        """
        chosen = app.chosen_cards(cards, everything)
        return Result(app.outreach_send(self._home, chosen, dry_run=dry_run))

    def move(self, card: int, stage: str, *, why: str = "") -> Row:
        """Move a card; to "no" puts its contact on the do-not-contact list: see `not_written_to`."""
        return app.outreach_move(self._home, card, stage, why=why).row

    def undo(self, event: int, *, why: str = "") -> Row:
        """Take the last move of a card back, by the number of its event."""
        return app.outreach_undo(self._home, event, why=why).row

    def log(self, *, card: int | None = None, limit: int = 100) -> Result:
        """What happened, newest first."""
        return Result(app.outreach_log(self._home, card=card, limit=limit))

    def check(self) -> Row:
        """Whether the log is as it was written: `broken_at` is the first event that is not."""
        return app.outreach_check(self._home).row

    def suppressed(self) -> Result:
        """Who is not written to, and who may be written to unasked."""
        return Result(app.outreach_suppressed(self._home))

    def suppress(self, subject: str, *, why: str = "", lift: bool = False) -> Row:
        """Write to a mailbox or domain no more, in any project, or, with `lift` and a reason, again."""
        return app.outreach_suppress(self._home, subject, why=why, lift=lift).row

    def allow(self, subject: str, basis: str, *, why: str, withdraw: bool = False) -> Row:
        """Record a "consent" or "relationship" by which somebody may be written to unasked."""
        return app.outreach_allow(self._home, subject, basis, why=why, withdraw=withdraw).row

    def forget(self, contact: str) -> Row:
        """Let go of all that names the person behind a mailbox; what happened and when stays."""
        return app.outreach_forget(self._home, contact).row

    def __repr__(self) -> str:
        return f"<Outreach {self._home}>"
