"""An epoch of a million claims: from an Arrow table in Python, beside the same settlement of records in Rust.

    python bench/tables.py [claims]          # seconds, best of 3
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

import aicf
from aicf._aicf import bare_settle

pa: Any = import_module("pyarrow")


def table(count: int) -> Any:
    """Claims like those of the core's benchmark: 1,000 providers, 100 miners, 5,000 requesters."""
    numbers = range(count)
    hashes = [(number * 2654435761 % 2**64).to_bytes(8, "big") + number.to_bytes(24, "big") for number in numbers]
    texts = [
        ("provider_id", [f"provider-{number * 7 % 1_000:04}" for number in numbers]),
        ("miner", [f"miner-{number * 11 % 100:03}" for number in numbers]),
        ("requester", [f"requester-{number * 13 % 5_000:04}" for number in numbers]),
        ("kind", ["quantum" if number % 10 == 0 else "ai" for number in numbers]),
    ]
    hash_type = pa.binary(32)
    return pa.table(
        {
            "task_id": pa.array(hashes, hash_type),
            "block_height": pa.array([1_000 + number % 100 for number in numbers], pa.uint64()),
            "nullifier": pa.array([one[::-1] for one in hashes], hash_type),
            **{name: pa.array(values) for name, values in texts},
            "units": pa.array([1 + number % 20_000 for number in numbers], pa.uint64()),
            "quality_ppm": pa.array([1_000_000] * count, pa.uint32()),
            "proof_ref": pa.array(hashes, hash_type),
        }
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    claims = table(count)
    policy = aicf.Policy()
    epoch = {"chain_id": 1337, "epoch": 10, "height_start": 1_000, "height_end": 1_099}
    bare = min(bare_settle(epoch, claims) for _ in range(3))
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        done = aicf.settle(policy, epoch, claims=claims)
        best = min(best, time.perf_counter() - start)
    print(f"{count} claims: Arrow in and out {best:.3f} s, records in Rust {bare:.3f} s, ratio {best / bare:.2f}")
    print(f"batch 0x{done.summary['batch']['batch_id'].hex()}")


if __name__ == "__main__":
    main()
