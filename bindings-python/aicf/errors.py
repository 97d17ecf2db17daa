"""The exceptions: one class for each code, all of them `AicfError`.

`code` and `path` are part of the contract and the same in every language; `message` is for people.
"""

from __future__ import annotations


class AicfError(Exception):
    """Something was refused. `code` says why, `path` at which field."""

    code: str
    path: str
    message: str

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(code, path, message)
        self.code = code
        self.path = path
        self.message = message

    def __str__(self) -> str:
        place = f" at {self.path}" if self.path else ""
        return f"{self.code}{place}: {self.message}"


class WrongType(AicfError, TypeError):
    """A value of another type than the field's."""


class BadEncoding(AicfError, ValueError):
    """Text, hex or a number that is not written as it must be."""


class BadLength(AicfError, ValueError):
    """Too long, too short, or empty."""


class OutOfRange(AicfError, ValueError):
    """A number or a name outside its bounds."""


class MissingField(AicfError, LookupError):
    """A field, or a row, that is not there."""


class UnknownField(AicfError, ValueError):
    """A field that no one knows."""


class DuplicateField(AicfError, ValueError):
    """A field that stands there twice."""


class Conflict(AicfError, ValueError):
    """Values that exclude each other."""


class BadPolicy(AicfError, ValueError):
    """A policy whose values do not hold together."""


class Overflow(AicfError, OverflowError):
    """A result that does not fit its type."""


class Invariant(AicfError, AssertionError):
    """Something that cannot happen, did; nothing was kept. Please report it."""


class UnknownFunction(AicfError, LookupError):
    """No such function or query."""


class BadRequest(AicfError, ValueError):
    """A line that is no request."""


_CLASSES: dict[str, type[AicfError]] = {
    "wrong_type": WrongType,
    "bad_encoding": BadEncoding,
    "bad_length": BadLength,
    "out_of_range": OutOfRange,
    "missing_field": MissingField,
    "unknown_field": UnknownField,
    "duplicate_field": DuplicateField,
    "conflict": Conflict,
    "bad_policy": BadPolicy,
    "overflow": Overflow,
    "invariant": Invariant,
    "unknown_function": UnknownFunction,
    "bad_request": BadRequest,
}


def make(code: str, path: str, message: str) -> AicfError:
    """The exception of a code; one that no class is for (the host's own) is an `AicfError`."""
    return _CLASSES.get(code, AicfError)(code, path, message)
