"""Events: what they look like, and the address at which they are followed."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import urlencode, urlsplit, urlunsplit


class Event(TypedDict):
    """What happened. Who comes back with the last `cursor` gets what was missed, once and in order."""

    event: str
    seq: int
    cursor: str
    height: int
    time_ms: int
    data: dict[str, Any]


def stream_url(url: str, wanted: dict[str, str | None], cursor: str | None, from_seq: int | None) -> str:
    """The plain WebSocket of a node's events."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    query = {name: value for name, value in wanted.items() if value}
    if cursor is not None:
        query["after"] = cursor
    elif from_seq is not None:
        query["from_seq"] = str(from_seq)
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/ws", urlencode(query), ""))
