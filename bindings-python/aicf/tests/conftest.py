"""What several tests use: a devnet in memory, the command modules run as programs, and a bound for every test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import aicf

Run = Callable[..., str]

PATIENCE_S = 120
"""How long a test, or what comes before and after it, may take: many times what the slowest takes."""


class Late(Exception):
    """A wait in the main thread that came to no end: the traceback has what it waited for."""


def _bounded(item: pytest.Item, phase: str) -> Iterator[None]:
    def late(number: int, frame: object) -> None:
        raise Late(f"{phase} of {item.nodeid} is not over after {PATIENCE_S} s")

    before = signal.signal(signal.SIGALRM, late)
    # Again and again: what ends a fixture may wait, too.
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S, 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    yield from _bounded(item, "the setup")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield from _bounded(item, "the call")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield from _bounded(item, "the teardown")


def begin(
    engine: aicf.Engine, policy: Any, *, time_ms: int, chain_id: int = 1337, network: str = "devnet"
) -> bytes:
    """Applies the genesis of a network with this policy; gives the network id."""
    document: Any = {
        "name": "tests",
        "class": network,
        "chain_id": chain_id,
        "genesis_time_ms": time_ms,
        "epoch_length": policy["epoch"]["length_blocks"],
        "policy": policy,
        "semantics_version": aicf.SEMANTICS_VERSION,
    }
    checked = aicf.network_check(network=document)
    assert engine.apply(checked["genesis"])["status"] == "ok"
    return checked["network_id"]


class Devnet:
    """An engine with a genesis, whose entries come one a block and one a second."""

    def __init__(self, policy: aicf.PartialPolicy | None = None) -> None:
        self.engine = aicf.Engine()
        self.height = 0
        self.time_ms = 1_800_000_000_000
        canonical = aicf.policy_check(policy=policy or {})["policy"]
        self.policy = aicf.Policy(canonical)
        self.network_id = begin(self.engine, canonical, time_ms=self.time_ms)
        self.height += 1
        self.time_ms += 1_000

    def do(self, command: str, **fields: Any) -> aicf.Outcome:
        """Applies a command in the next block."""
        outcome = self.engine.apply(
            {"height": self.height, "time_ms": self.time_ms, "command": {command: fields}}
        )
        self.height += 1
        self.time_ms += 1_000
        return outcome

    def ok(self, command: str, **fields: Any) -> aicf.Outcome:
        """As `do`, for what must not be refused."""
        outcome = self.do(command, **fields)
        assert outcome["status"] == "ok", outcome["message"]
        return outcome


@pytest.fixture
def devnet() -> Callable[..., Devnet]:
    """Makes a devnet with a policy of the test's own."""
    return Devnet


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `python -m aicf.cli.<module>` in an empty folder, and gives what it printed."""

    def run(module: str, *arguments: str, code: int = 0) -> str:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AICF_")}
        done = subprocess.run(
            [sys.executable, "-m", f"aicf.cli.{module}", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run
