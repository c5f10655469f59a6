"""How does a help text read: what belongs together side by side, an example that runs at the end?"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from typer import TyperException
from typer.core import TyperCommand, TyperGroup

__all__ = ["EVERYWHERE", "LOOK", "OUTPUT", "RUN", "START", "Command", "Group", "arranged", "example"]

#: What the commands are for, in the order of the help.
START, LOOK, RUN = PANELS = ("Start", "Look", "Run")

#: Headings of the options that many commands share.
OUTPUT, EVERYWHERE = "Output", "Everywhere"


def example(*lines: str) -> str:
    """The end of a help text: lines that can be copied and run."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


class Command(TyperCommand):
    """A command whose help keeps the shared options apart from its own."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The parameters under the heading they belong to."""
        _write_panels(formatter, _panels(self, ctx))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The example, as far to the left as the headings."""
        _write_epilog(self.epilog, formatter)


#: How alike names have to be, of 1, for one to be meant by the other.
_NEAR = 0.75


class Group(TyperGroup):
    """A group of commands, listed by what they are for. Of a name that there is not only those are suggested
    that somebody meant who missed a key or two: `value` is no `alert`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was named, or what there is instead."""
        self.suggest_commands = False  # of its own it suggests what hardly looks alike
        try:
            return super().resolve_command(ctx, args)
        except TyperException as error:
            near = get_close_matches(args[0], list(self.commands), 3, _NEAR) if args else []
            if near:
                error.message = f"{error.message.rstrip('.')}. Did you mean {' or '.join(map(repr, near))}?"
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands, then the options."""
        self.format_commands(ctx, formatter)
        _write_panels(formatter, _panels(self, ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """One list per panel."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for panel, name, each in arranged(self):
            panels.setdefault(panel, []).append((name, each.get_short_help_str(80)))
        _write_panels(formatter, panels)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The example, as far to the left as the headings."""
        _write_epilog(self.epilog, formatter)


def arranged(group: Any) -> list[tuple[str, str, Any]]:
    """The commands of a group as (panel, name, command), by panel and then as they were added."""
    known = [(_panel(each) or "Commands", name, each) for name, each in group.commands.items()]
    return sorted(known, key=lambda item: PANELS.index(item[0]) if item[0] in PANELS else len(PANELS))


def _panel(param: Any) -> str | None:
    panel = getattr(param, "rich_help_panel", None)
    return panel if isinstance(panel, str) else None


def _panels(shown: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    panels: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": [], OUTPUT: [], EVERYWHERE: []}
    for panel, record in _records(shown, ctx):
        panels[panel].append(record)
    return {panel: rows for panel, rows in panels.items() if rows}


def _records(shown: Any, ctx: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    for each in shown.get_params(ctx):
        record = each.get_help_record(ctx)
        if record is None:
            continue
        kind = "Arguments" if each.param_type_name == "argument" else "Options"
        is_help = each.name in ("help", "install_completion", "show_completion")
        yield EVERYWHERE if is_help else _panel(each) or kind, record


def _write_panels(formatter: Any, panels: dict[str, list[tuple[str, str]]]) -> None:
    for panel, rows in panels.items():
        with formatter.section(panel):
            formatter.write_dl(rows)


def _write_epilog(epilog: str | None, formatter: Any) -> None:
    if epilog:
        formatter.write_paragraph()
        formatter.write_text(epilog)
