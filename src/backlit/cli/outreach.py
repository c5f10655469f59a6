"""Who could link, how far is each, and what is written to them?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli import outreach_text as told
from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example
from backlit.errors import UsageError

if TYPE_CHECKING:
    pass

outreach = typer.Typer(
    name="outreach",
    cls=Group,
    help="The board of those who could link, and what is written to them; nothing goes unread or unapproved.",
    epilog=example(
        "backlit outreach add example.com https://blog.example/links --kind resource",
        "backlit outreach draft 1",
    ),
    rich_markup_mode=None,
)
program.add_typer(outreach, rich_help_panel=RUN)

Site = Annotated[str, typer.Argument(metavar="TARGET", help="Your site, that is to be linked to.")]
Page = Annotated[str, typer.Argument(metavar="PAGE", help="A page, or the domain where none is known yet.")]
Number = Annotated[int, typer.Argument(metavar="CARD", help="Its number, as `backlit outreach ls` tells it.")]
Kind = Annotated[
    str,
    typer.Option(
        metavar="KIND",
        help="As `prospects` names it, or removal: a link that is to be taken out.",
    ),
]
Contact = Annotated[
    str | None, typer.Option(metavar="MAILBOX", help="As it stands on their page; '' takes it away.")
]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="Whose mailbox it is.")]
Form = Annotated[str | None, typer.Option(metavar="URL", help="The page of their contact form.")]
Given = Annotated[
    str | None, typer.Option("--compensation", metavar="none|product|money|swap", help="What they get.")
]
Country = Annotated[
    str | None, typer.Option(metavar="CC", help="Theirs, by two letters; unknown is held to the strictest.")
]
Anchor = Annotated[str | None, typer.Option(metavar="WORDS", help="The words that were agreed on.")]
Promised = Annotated[str | None, typer.Option(metavar="URL", help="The page of yours that is to be linked.")]
Due = Annotated[str | None, typer.Option(metavar="DATE", help="When to come back to it.")]
Why = Annotated[str, typer.Option(metavar="REASON", help="For whoever looks in a year.")]
Limit = Annotated[int, typer.Option(metavar="N", help="Rows at most.")]


@command(
    "add",
    "backlit outreach add example.com https://blog.example/links --kind resource --contact ann@blog.example",
    "backlit outreach add example.com spam.example --kind removal --why 'placed by the old agency'",
    panel=RUN,
    of=outreach,
)
def add(
    face: Face,
    target: Site,
    page: Page,
    *,
    kind: Kind,
    contact: Contact = None,
    name: Name = None,
    form: Form = None,
    compensation: Given = None,
    country: Country = None,
    anchor: Anchor = None,
    promised: Promised = None,
    due: Due = None,
    why: Why = "",
) -> None:
    """Put a page or a site on the board. Who is on the list of those who are not written to is refused."""
    from backlit import app

    answer = app.outreach_add(
        face.home, target, page, kind=kind, contact=contact, name=name, form=form,
        compensation=compensation or "none", country=country, anchor=anchor, promised_url=promised, due=due,
        why=why,
    )  # fmt: skip
    row = answer.row
    head = "" if row["added"] else "It is on the board already:\n"
    face.answer(answer, f"{head}{told.line(row)}Next: backlit outreach draft {row['id']}\n")


@command(
    "edit",
    "backlit outreach edit 1 --contact ann@blog.example --country US",
    "backlit outreach edit 1 --due 2027-01-15",
    panel=RUN,
    of=outreach,
)
def edit(
    face: Face,
    number: Number,
    *,
    contact: Contact = None,
    name: Name = None,
    form: Form = None,
    compensation: Given = None,
    country: Country = None,
    anchor: Anchor = None,
    promised: Promised = None,
    due: Due = None,
    why: Why = "",
) -> None:
    """Change what is known of a card. Its draft, and who approved it, are void then; --due leaves them be."""
    from backlit import app

    answer = app.outreach_edit(
        face.home, number, contact=contact, name=name, form=form, compensation=compensation, country=country,
        anchor=anchor, promised_url=promised, due=due, why=why,
    )  # fmt: skip
    face.answer(answer, told.line(answer.row))


@command(
    "ls",
    "backlit outreach ls",
    "backlit outreach ls --stage contacted",
    "backlit outreach ls --drafts -o drafts.csv",
    panel=RUN,
    of=outreach,
    files=True,
)
def ls(
    face: Face,
    *,
    target: Annotated[str | None, typer.Option("--for", metavar="TARGET", help="Only of this site.")] = None,
    stage: Annotated[str | None, typer.Option(metavar="STAGE", help="Only of this column.")] = None,
    drafts: Annotated[bool, typer.Option("--drafts", help="With subject, text and mailto link.")] = False,
    limit: Limit = 1_000,
) -> None:
    """Show the board. Cards whose link was found by a look or a crawl have moved to live by themselves."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.outreach_ls(face.home, target=target, stage=stage, drafts=drafts, limit=limit)
    show(face, answer, lambda: told.board(answer.rows), [told.flat(row) for row in answer.rows])


@command("show", "backlit outreach show 1", panel=RUN, of=outreach)
def show_card(face: Face, number: Number) -> None:
    """Show a card: its draft as it would be sent, what keeps it from being sent, and what happened so far."""
    from backlit import app

    answer = app.outreach_show(face.home, number)
    face.answer(answer, told.card_text(answer.row))


@command(
    "draft",
    "backlit outreach draft 1",
    "backlit outreach draft 1 --template broken-link --set dead=https://gone.example/guide",
    "backlit outreach draft 1 --file mine.txt -o 1.eml",
    panel=RUN,
    of=outreach,
    files=True,
)
def draft(
    face: Face,
    number: Number,
    *,
    template: Annotated[
        str | None, typer.Option(metavar="NAME", help="By default the one for its kind; see `templates`.")
    ] = None,
    file: Annotated[
        typer.FileText | None, typer.Option(metavar="FILE", help="A template of yours.", encoding="utf-8")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=TEXT", help="A field; may be repeated.")
    ] = None,
) -> None:
    """Draft a message for a card and show it to the letter; -o FILE.eml writes it for your mail program.

    Where mail that nobody asked for is not allowed, or no mailbox is known, it is words for a contact form.
    """
    from backlit import app
    from backlit.cli.output import replaced

    text = None if file is None else _text(file)
    answer = app.outreach_draft(face.home, number, template=template, text=text, fields=_fields(given or []))
    row = answer.row
    if face.out is not None:
        content = row["draft"]["bytes"]
        if face.out.suffix.lower() != ".eml":
            raise UsageError(
                f"write {face.out}", "a draft is an .eml file", "Name it so, or use ls --drafts."
            )
        if content is None:
            raise UsageError(f"write {face.out}", row["form_why"], "Use the words in a contact form.")
        with replaced(face.out) as stream:
            stream.write(content.encode("ascii"))
        face.remark(f"wrote {face.out}")
        return
    face.answer(answer, told.draft_text(row))


@command("templates", "backlit outreach templates", panel=RUN, of=outreach, files=True)
def templates(face: Face) -> None:
    """Show the templates, built in and yours: text files in the folder outreach-templates of the home."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.outreach_templates(face.home)
    fields = "".join(f"  {name}: {what}\n" for name, what in answer.query["fields"].items())

    unread = "It cannot be read: save it as UTF-8.\n"

    def screen() -> str:
        texts = "\n".join(f"== {row['name']}\n{told.words(row['text'] or unread)}" for row in answer.rows)
        return f"{texts}\nFields, as {{{{ page }}}}; {{{{ dead? }}}} drops its paragraph:\n{fields}"

    show(face, answer, screen)


@command("approve", "backlit outreach approve 1 3f2a9c1d", panel=RUN, of=outreach)
def approve(
    face: Face,
    number: Number,
    digest: Annotated[
        str, typer.Argument(metavar="DIGEST", help="Of the bytes you read; eight letters or more of it.")
    ],
) -> None:
    """Allow the very bytes of a draft to be sent. Whatever changes afterwards voids it; so do seven days
    after it was drafted."""
    from backlit import app

    answer = app.outreach_approve(face.home, number, digest)
    held = answer.row["draft"]
    said = f"Approved: {held['digest']}\nNext: backlit outreach send {number}, or -o FILE.eml of its draft\n"
    face.answer(answer, said)


@command(
    "send",
    "backlit outreach send 1",
    "backlit outreach send 1 4 7",
    "backlit outreach send --all --dry-run",
    panel=RUN,
    of=outreach,
    files=True,
)
def send(
    face: Face,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="CARD...", help="Of these cards, and no others.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Of all cards.")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
) -> int:
    """Send what was approved of the cards that are named, or of --all, as far as today's limits allow; run it
    again for the rest.

    Off until BACKLIT_OUTREACH_SEND=on, BACKLIT_OUTREACH_FROM, BACKLIT_OUTREACH_ADDRESS and BACKLIT_SMTP_URL
    are set. Exits with 5 where a message failed, or nobody knows whether it arrived.
    """
    from backlit import app
    from backlit.cli.output import show
    from backlit.report.text import plural

    answer = app.outreach_send(face.home, app.chosen_cards(numbers, everything), dry_run=dry)
    if answer.query.get("interrupted"):
        many = plural(answer.query["interrupted"], "message")
        face.remark(f"{many} of unknown fate: see backlit outreach log. None is sent again by itself.")
    show(
        face,
        answer,
        lambda: "".join(map(told.tried_line, answer.rows)) or "Nothing that was approved waits.\n",
    )
    return 5 if any(row["state"] in ("failed", "unknown") for row in answer.rows) else 0


@command(
    "move", "backlit outreach move 1 replied", "backlit outreach move 1 no --why 'asked to be left alone'",
    panel=RUN, of=outreach,
)  # fmt: skip
def move(
    face: Face,
    number: Number,
    stage: Annotated[
        str, typer.Argument(metavar="STAGE", help="new, qualified, contacted, replied, agreed, lost or no.")
    ],
    *,
    why: Why = "",
) -> None:
    """Move a card to another column. `no` also puts its contact on the list of those not written to, and
    whom its messages went to; where no mailbox is known, the host of its page, unless strangers share it.

    Live is where a card goes by itself, once a look or a crawl has found the link.
    """
    from backlit import app

    answer = app.outreach_move(face.home, number, stage, why=why)
    event = answer.row["event"]
    again = f"Take it back: backlit outreach undo {event}\n" if event else ""
    face.answer(answer, f"{told.line(answer.row)}{told.not_written_to(answer.row)}{again}")


@command("undo", "backlit outreach undo 17", panel=RUN, of=outreach)
def undo(
    face: Face,
    event: Annotated[int, typer.Argument(metavar="EVENT", help="Its number in `backlit outreach log`.")],
    *,
    why: Why = "",
) -> None:
    """Take the last move of a card back."""
    from backlit import app

    answer = app.outreach_undo(face.home, event, why=why)
    face.answer(answer, told.line(answer.row))


@command(
    "log", "backlit outreach log", "backlit outreach log --card 1 -o log.csv", panel=RUN, of=outreach,
    files=True,
)  # fmt: skip
def log(
    face: Face,
    *,
    card: Annotated[int | None, typer.Option(metavar="CARD", help="Only of this card.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Prove that nothing was changed since.")] = False,
    limit: Limit = 100,
) -> int:
    """Show what happened, newest first: who, when and why.

    --check exits with 6 where a row was changed, or one is missing.
    """
    from backlit import app
    from backlit.cli.output import show

    if check:
        proof = app.outreach_check(face.home)
        at = proof.row["broken_at"]
        face.answer(
            proof, "Each event seals the one before.\n" if at is None else f"Event {at} was changed.\n"
        )
        return 0 if at is None else 6
    answer = app.outreach_log(face.home, card=card, limit=limit)
    rows = [{name: value for name, value in row.items() if name != "told"} for row in answer.rows]
    show(face, answer, lambda: "".join(map(told.event_line, answer.rows)) or "Nothing happened yet.\n", rows)
    return 0


@command(
    "suppress",
    "backlit outreach suppress ann@blog.example --why 'asked to be left alone'",
    "backlit outreach suppress blog.example --lift --why 'they wrote to us'",
    "backlit outreach suppress",
    panel=RUN,
    of=outreach,
    files=True,
)
def suppress(
    face: Face,
    subject: Annotated[
        str | None, typer.Argument(metavar="WHO", help="A mailbox, or a domain and all under it.")
    ] = None,
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Take it off the list.")] = False,
    why: Why = "",
) -> None:
    """Write to a mailbox or domain no more, in any project; without one, show the list."""
    from backlit import app
    from backlit.cli.output import show

    if subject is None:
        answer = app.outreach_suppressed(face.home)
        show(face, answer, lambda: "".join(map(told.person_line, answer.rows)) or "Nobody is on the list.\n")
        return
    answer = app.outreach_suppress(face.home, subject, why=why, lift=lift)
    face.answer(answer, f"{'Off' if lift else 'On'} the list: {subject}\n")


@command(
    "allow", "backlit outreach allow ann@blog.example relationship --why 'met at the fair in March'",
    panel=RUN, of=outreach,
)  # fmt: skip
def allow(
    face: Face,
    subject: Annotated[str, typer.Argument(metavar="WHO", help="A mailbox, or a domain and all under it.")],
    basis: Annotated[str, typer.Argument(metavar="BASIS", help="consent or relationship.")],
    *,
    why: Annotated[str, typer.Option(metavar="EVIDENCE", help="When and how; it has to be shown one day.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="It holds no longer.")] = False,
) -> None:
    """Record why somebody may be written to unasked, where the law of their country wants that."""
    from backlit import app

    answer = app.outreach_allow(face.home, subject, basis, why=why, withdraw=withdraw)
    face.answer(answer, f"{'Withdrawn' if withdraw else 'Recorded'}: {basis} of {subject}\n")


@command("forget", "backlit outreach forget ann@blog.example", panel=RUN, of=outreach)
def forget(
    face: Face, contact: Annotated[str, typer.Argument(metavar="MAILBOX", help="Whose traces go.")]
) -> None:
    """Let go of all that names a person. What happened and when stays; they are not written to again."""
    from backlit import app
    from backlit.report.text import plural

    answer = app.outreach_forget(face.home, contact)
    row = answer.row
    words = (plural(row["cards"], "card"), plural(row["drafts"], "draft"), plural(row["events"], "event"))
    face.answer(answer, f"Forgotten in {', '.join(words)}. Backups are yours to see to.\n")


# how it reads --------------------------------------------------------------------


def _text(file: typer.FileText) -> str:
    try:
        return file.read(100_000)
    except UnicodeDecodeError as error:
        raise UsageError(f"read {file.name}", "it is no text in UTF-8", "Save it as UTF-8.") from error


def _fields(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    wrong = [name for name, is_pair, _ in pairs if not is_pair]
    if wrong:
        raise UsageError(f"--set {wrong[0][:40]}", "it names no text", "Write --set title='Ten teapots'.")
    return {name.strip(): text for name, _, text in pairs}
