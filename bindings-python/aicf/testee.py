"""`python -m aicf.testee`: answers catalogue requests, one JSON line each, for conformance tests.

With `--typed`, a line that Python's own values can hold goes the way of a caller: parsed into dicts,
ints and floats, through `aicf.call`, and its result written from the dicts that come back. Other lines
(a key twice, a number that a float would change, anything malformed) go to the core as they are.
"""

from __future__ import annotations

import json
import sys
from itertools import zip_longest
from typing import Any, cast

from ._aicf import call, testee
from .errors import AicfError


_Object = dict[str, Any]


class _Unfaithful(Exception):
    """The line says more than Python's values can hold."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Unfaithful
    return fields


def _refuse(_: str) -> Any:
    raise _Unfaithful


def _integer(text: str) -> int:
    number = int(text) if len(text) < 20 else 1 << 64
    # JSON has no integers above 2^53 - 1, and Python has: there the two may differ.
    if text == "-0" or abs(number) >= 1 << 53:
        raise _Unfaithful
    return number


def _written(value: object) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {key: _written(inner) for key, inner in cast(_Object, value).items()}
    if isinstance(value, list):
        return [_written(inner) for inner in cast(list[object], value)]
    return value


def typed(line: bytes) -> bytes:
    """Answers a line by way of Python's values where they can hold it."""
    raw = testee(line)
    try:
        request = json.loads(
            line.decode(),
            object_pairs_hook=_pairs,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=_integer,
        )
    except (ValueError, RecursionError, _Unfaithful):
        return raw
    reply = json.loads(raw)
    if reply["id"] is None or not isinstance(request, dict):
        return raw
    try:
        known = cast(_Object, request)
        result = call(known["fn"], known["input"])
    except AicfError as error:
        reply = {"id": reply["id"], "error": {"code": error.code, "path": error.path, "message": error.message}}
        return _compact(reply)
    return _compact({"id": reply["id"], "ok": _as_shown(_written(result), reply.get("ok"))})


def _as_shown(value: object, shown: object) -> Any:
    """Amounts are texts in JSON: an int where the core writes a text must be that number."""
    if isinstance(value, int) and isinstance(shown, str):
        return str(value)
    if isinstance(value, dict):
        other = cast(_Object, shown) if isinstance(shown, dict) else {}
        return {key: _as_shown(inner, other.get(key)) for key, inner in cast(_Object, value).items()}
    if isinstance(value, list):
        others = cast(list[object], shown) if isinstance(shown, list) else []
        return [_as_shown(inner, other) for inner, other in zip_longest(cast(list[object], value), others)]
    return value


def _compact(reply: Any) -> bytes:
    return json.dumps(reply, separators=(",", ":"), ensure_ascii=False).encode()


def main() -> None:
    """Answers standard input."""
    answer = typed if "--typed" in sys.argv[1:] else testee
    output = sys.stdout.buffer
    for line in sys.stdin.buffer:
        output.write(answer(line[:-1] if line.endswith(b"\n") else line) + b"\n")
        output.flush()


if __name__ == "__main__":
    main()
