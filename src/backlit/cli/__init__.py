"""How is Backlit used from a terminal? `main` is the console script; `root` assembles the commands."""

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process and exit with its code."""
    import sys

    from backlit.cli.root import run

    sys.exit(run(sys.argv[1:]))
