"""What all commands share: which command of `aicf` a module is, and where a file is looked for."""

from __future__ import annotations

import sys
from pathlib import Path

from .._aicf import run_command

#: Options that name a file to read.
_FILES = ("--attestation", "--result", "--file", "--policy")
#: What the package's own files are called from outside: `aicf/fixtures/providers.json`.
_PACKAGE = Path(__file__).resolve().parent.parent


def _found(name: str) -> str:
    """A file that is not where it says, but inside the package, is that one."""
    path = Path(name)
    if path.exists() or path.is_absolute() or path.parts[:1] != ("aicf",):
        return name
    inside = _PACKAGE.joinpath(*path.parts[1:])
    return str(inside) if inside.exists() else name


def _resolved(arguments: list[str]) -> list[str]:
    out: list[str] = []
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if out and out[-1] in _FILES:
            out.append(_found(argument))
        elif equals and option in _FILES:
            out.append(f"{option}={_found(value)}")
        else:
            out.append(argument)
    return out


def run(*command: str) -> None:
    """Runs a command of `aicf` with this process's arguments, and ends the process with its exit code."""
    sys.stdout.flush()
    code = run_command(["aicf", *command, *_resolved(sys.argv[1:])])
    raise SystemExit(code)
