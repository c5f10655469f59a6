"""The checks: how clearly is each marker seen on each of many links?"""

from collections.abc import Mapping
from functools import cache

from backlit.score.checks import hosts, link, page, profile, source, speaks_for
from backlit.score.checks.check import Check
from backlit.score.findings import weighted

__all__ = ["Check", "checks"]

_ROOMS = (page, link, profile, source, hosts, speaks_for)


@cache
def checks() -> Mapping[str, Check]:
    """The check of every active marker, by its code, in the order of the table."""
    found = {check.code: check for room in _ROOMS for check in room.CHECKS}
    return {marker.code: found[marker.code] for marker in weighted()}
