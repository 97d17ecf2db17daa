"""What a call costs: `split_apply` with a policy handle beside a call of the same module that does nothing.

    python bench/crossing.py          # ns per call, median of 15 runs of 20 000 calls
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import aicf
from aicf._aicf import bare_call

RUNS = 15
CALLS = 20_000


def cost(call: Callable[[], object]) -> float:
    """The median cost of a call in ns."""
    for _ in range(1_000):
        call()
    runs: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            call()
        runs.append((time.perf_counter_ns() - start) / CALLS)
    return statistics.median(runs)


def main() -> None:
    policy = aicf.Policy()
    given = {"kind": "ai", "total": 1_000_000}
    text = b'{"kind":"ai","total":"1000000"}'
    bare = cost(lambda: bare_call(1))
    for name, call in (
        ("bare call of the binding", lambda: bare_call(1)),
        ("split_apply(…, policy=handle)", lambda: aicf.split_apply(kind="ai", total=1_000_000, policy=policy)),
        ("call('split.apply', dict, handle)", lambda: aicf.call("split.apply", given, None, policy)),
        ("call_json('split.apply', text)", lambda: aicf.call_json("split.apply", text, policy)),
    ):
        ns = cost(call)
        print(f"{name:36} {ns:8.0f} ns   {ns / bare:5.1f} x bare")


if __name__ == "__main__":
    main()
