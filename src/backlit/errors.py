"""What can go wrong, and what to do about it.

BacklitError                    every error of ours; .asked .found .do, .exit_code
├── UsageError                  2    the question itself is wrong (ValueError)
│   ├── TargetError                  a target that is no URL, host or domain
│   ├── FilterError                  a filter that cannot be read, with the place where
│   ├── VersionUnknown               a version of the index that it does not hold; names the nearest
│   ├── JobUnknown                   a job that was never asked for
│   ├── AlertUnknown                 an alert, or a delivery, channel or feed of one, that there is not
│   ├── CardUnknown                  a card of the board of outreach that there is not
│   ├── ProjectUnknown               a project that there is not
│   ├── ViewUnknown                  a saved view that there is not
│   ├── ShareUnknown                 a link to a shared page that there is not
│   ├── ShareEnded                   a link to a shared page that opens it no longer
│   ├── UploadUnknown                an upload that there is not
│   ├── AccountUnknown               an account, key or link to one that there is not
│   ├── CursorInvalid                a cursor that is not one of ours, or was changed
│   ├── CursorMismatch               a cursor of another question
│   ├── CursorExpired                a cursor into a version that is no longer kept
│   └── QueryError                   SQL that DuckDB refuses, or that asks for more than is allowed
├── ConfigError                 3    settings or the home folder are unusable
│   ├── HomeMissing                  no index here yet (FileNotFoundError)
│   └── MissingExtra                 an optional package is not installed (ImportError)
├── AccessError                 4    not allowed, or not now (PermissionError)
│   ├── HomeBusy                     another process is writing to this home
│   ├── SignInNeeded                 nobody said who asks
│   └── TriedTooOften                wrong passwords, or questions, faster than is allowed
├── SourceError                 5    a source cannot be read (OSError)
│   ├── SourceMissing                no such file, or a folder without crawl files
│   └── SourceUnknown                a file whose kind cannot be told
├── DataError                   6    data contradicts itself
│   ├── GraphError                   ids, weights or seeds that no graph can have (ValueError)
│   ├── IndexDamaged                 a table, file or catalog that cannot be trusted
│   ├── IndexTooNew                  written by a later version of Backlit
│   ├── JobRefused                   a job that this version of Backlit cannot run
│   ├── NotRanked                    an index without the ranks that are asked about
│   ├── DiskFailing                  the disk is gone, broken or read-only (OSError)
│   └── DiskFull                     no space left; nothing was committed (OSError)
├── PartialResult               7    an answer that lacks something, named
└── Interrupted                 130  stopped by the user; run again to continue
"""

__all__ = [
    "AccessError",
    "AccountUnknown",
    "AlertUnknown",
    "BacklitError",
    "CardUnknown",
    "ConfigError",
    "CursorExpired",
    "CursorInvalid",
    "CursorMismatch",
    "DataError",
    "DiskFailing",
    "DiskFull",
    "FilterError",
    "GraphError",
    "HomeBusy",
    "HomeMissing",
    "IndexDamaged",
    "IndexTooNew",
    "Interrupted",
    "JobRefused",
    "JobUnknown",
    "MissingExtra",
    "NotRanked",
    "PartialResult",
    "ProjectUnknown",
    "QueryError",
    "ShareEnded",
    "ShareUnknown",
    "SignInNeeded",
    "SourceError",
    "SourceMissing",
    "SourceUnknown",
    "TargetError",
    "TriedTooOften",
    "UploadUnknown",
    "UsageError",
    "VersionUnknown",
    "ViewUnknown",
    "installing",
]


class BacklitError(Exception):
    """What was asked, what was found, what to do next: the same three in every face."""

    exit_code = 1

    def __init__(self, asked: str, found: str, do: str) -> None:
        super().__init__(asked, found, do)
        self.asked, self.found, self.do = asked, found, do

    def __str__(self) -> str:
        return f"{self.asked}: {self.found}. {self.do}"


class UsageError(BacklitError, ValueError):
    """The question is not one that can be answered, whatever the data."""

    exit_code = 2


class TargetError(UsageError):
    """The target is no URL, host or domain."""


class FilterError(UsageError):
    """A filter that cannot be read; `position` counts the characters before the place."""

    def __init__(self, asked: str, found: str, do: str, *, position: int = 0) -> None:
        super().__init__(asked, found, do)
        self.position = position


class VersionUnknown(UsageError):
    """A version of the index that it never held, or no longer holds."""


class JobUnknown(UsageError):
    """No job has that id, or several begin so."""


class AlertUnknown(UsageError):
    """An alert, or a delivery, channel or feed of one, that there is not."""


class CardUnknown(UsageError):
    """A card of the board of outreach that there is not."""


class NothingNamed(UsageError):
    """A request that would mean everything because it names nothing."""


class MessageUnknown(UsageError):
    """A message of ours that nobody knows of: its link is not ours, or its recipient was forgotten."""


class ProjectUnknown(UsageError):
    """A project that there is not."""


class ViewUnknown(UsageError):
    """A saved view that there is not, or that was removed."""


class ShareUnknown(UsageError):
    """A link to a shared page that there is not."""


class ShareEnded(UsageError):
    """A link to a shared page that opens it no longer: its time is over, or somebody ended it."""


class UploadUnknown(UsageError):
    """An upload that there is not, or that was removed."""


class AccountUnknown(UsageError):
    """An account that there is not, or a key of one, or a link by which to choose its password."""


class CursorInvalid(UsageError):
    """A cursor that is not one of ours, or that was changed on its way."""


class CursorMismatch(UsageError):
    """A cursor of another question."""


class CursorExpired(UsageError):
    """A cursor into a version of the index that is no longer kept."""


class QueryError(UsageError):
    """SQL that cannot be run, or that asks for more than it may."""


class ConfigError(BacklitError):
    """Settings or the home folder are unusable."""

    exit_code = 3


class HomeMissing(ConfigError, FileNotFoundError):
    """The home folder holds no index yet."""

    def __str__(self) -> str:  # FileNotFoundError brings its own
        return BacklitError.__str__(self)


class MissingExtra(ConfigError, ImportError):
    """An optional package is needed and not installed."""

    def __str__(self) -> str:
        return BacklitError.__str__(self)


def installing(extra: str) -> str:
    """What to do where the packages of an optional extra are not installed: the command that installs them
    beside this very Backlit, whatever index or folder that came from."""
    import re
    import shlex
    import sys
    from importlib.metadata import requires  # slow to import, and hardly ever needed

    needed = [wanted.partition(";") for wanted in requires("backlit") or ()]
    packages = [
        name.strip() for name, _, when in needed if extra in re.findall(r"""extra == ['"](\w+)""", when)
    ]
    return f"Run `{shlex.join([sys.executable, '-m', 'pip', 'install', *packages])}`."


class AccessError(BacklitError, PermissionError):
    """Not allowed, or not at this moment."""

    exit_code = 4

    def __str__(self) -> str:
        return BacklitError.__str__(self)


class HomeBusy(AccessError):
    """Another process is writing to this home."""


class SignInNeeded(AccessError):
    """Nobody said who asks, and it matters."""


class TriedTooOften(AccessError):
    """More wrong passwords, or more questions, than are allowed; `seconds` tell when to try again."""

    def __init__(self, asked: str, found: str, do: str, *, seconds: int) -> None:
        super().__init__(asked, found, do)
        self.seconds = seconds


class SourceError(BacklitError, OSError):
    """A source cannot be read."""

    exit_code = 5

    def __str__(self) -> str:
        return BacklitError.__str__(self)


class SourceMissing(SourceError):
    """No such file, or a folder without crawl files."""


class SourceUnknown(SourceError):
    """A file whose kind cannot be told."""


class DataError(BacklitError):
    """Data contradicts itself, or what it promises."""

    exit_code = 6


class GraphError(DataError, ValueError):
    """Ids, weights or seeds that no graph can have."""


class IndexDamaged(DataError):
    """A table, file or catalog that cannot be trusted."""


class IndexTooNew(DataError):
    """The home was written by a later version of Backlit."""


class JobRefused(DataError):
    """A job that this version of Backlit cannot run: of another format, or of a kind it does not know."""


class NotRanked(DataError):
    """The index was not ranked yet, or by an earlier version of Backlit."""


class DiskFailing(DataError, OSError):
    """The disk is gone, broken or read-only; nothing was committed."""

    def __str__(self) -> str:
        return BacklitError.__str__(self)


class DiskFull(DataError, OSError):
    """No space left on the device; nothing was committed."""

    def __str__(self) -> str:
        return BacklitError.__str__(self)


class PartialResult(BacklitError):
    """An answer that lacks something; the message names it."""

    exit_code = 7


class Interrupted(BacklitError):
    """Stopped by the user; the same command continues the work."""

    exit_code = 130
