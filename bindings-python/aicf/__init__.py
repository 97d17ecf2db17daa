"""AICF, the AI Compute Fund.

The functions of the catalogue (`aicf.split_apply(kind="ai", total=1000)`), `Policy` handles, an
`Engine` in memory, a `Ledger` on the same file as the `aicf` program, and `Key`s that sign. Integers are exact, bytes
are bytes (or hex with 0x), and every error is an `AicfError` with a `code` and a `path`.
"""

from __future__ import annotations

from . import _functions, _types
from . import errors as errors
from ._aicf import (
    ABSENT,
    CODES,
    FUNCTIONS,
    QUERIES,
    SEMANTICS_VERSION,
    Engine,
    Key,
    Ledger,
    Lines,
    Policy,
    Settlement,
    __version__,
    call,
    call_json,
    settle,
)
from ._functions import *
from ._types import *
from .errors import AicfError

__all__ = [
    "ABSENT",
    "CODES",
    "FUNCTIONS",
    "QUERIES",
    "SEMANTICS_VERSION",
    "AicfError",
    "Engine",
    "Key",
    "Ledger",
    "Lines",
    "Policy",
    "Settlement",
    "__version__",
    "call",
    "call_json",
    "errors",
    "settle",
]
__all__ += _functions.__all__
__all__ += _types.__all__
