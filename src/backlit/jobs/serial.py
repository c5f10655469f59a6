"""How are the arguments and ends of jobs written? As JSON: what is read back can run nothing."""

import json
from typing import Any

from dbos import Serializer

__all__ = ["JsonText"]


class JsonText(Serializer):
    """In the place of the pickle that DBOS would use."""

    def serialize(self, data: Any) -> str:
        """Anything of ours as it is; an error as its words."""
        return json.dumps(data, default=_words, ensure_ascii=False, separators=(",", ":"))

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805  # as DBOS spells it
        """What was written; an error as one that says the words."""
        return json.loads(serialized_data, object_hook=_error)

    def name(self) -> str:
        """What stands beside each text in the database."""
        return "json"


def _words(value: Any) -> Any:
    return {"$error": f"{type(value).__name__}: {value}"} if isinstance(value, BaseException) else str(value)


def _error(value: dict[str, Any]) -> Any:
    return RuntimeError(value["$error"]) if len(value) == 1 and "$error" in value else value
