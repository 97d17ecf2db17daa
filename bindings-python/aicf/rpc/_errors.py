"""What a call fails with."""

from __future__ import annotations

from typing import Any, cast


def as_object(value: Any) -> dict[str, Any]:
    """A JSON object; what is none is an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


class RpcError(Exception):
    """The node understood the call and said no.

    `number` is the JSON-RPC error (docs/spec/21-node.md), `code` the stable name of the reason, and `path` the
    parameter at fault. A refused write leaves no entry.
    """

    def __init__(self, error: dict[str, Any]) -> None:
        data = as_object(error.get("data"))
        self.number: int = int(error.get("code", 0))
        self.code: str = str(data.get("code", ""))
        self.path: str = str(data.get("path", ""))
        self.message: str = str(error.get("message", ""))
        at = f" at {self.path}" if self.path else ""
        super().__init__(f"{self.code or self.number}{at}: {self.message}")


class NodeUnreachable(Exception):
    """No answer came: the node is not there, or the time was over. A write may have happened nevertheless."""
