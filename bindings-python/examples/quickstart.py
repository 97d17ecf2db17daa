"""The life of a job in a screenful: enqueue, assign, prove, settle. Run it: `python examples/quickstart.py`."""

from __future__ import annotations

import aicf

# A policy is parsed once; what is not said has its default.
rules: aicf.PartialPolicy = {
    "epoch": {"length_blocks": 10, "finality_k": 1},
    "registry": {"min_stake": {"ai": 1_000}},
}
policy = aicf.Policy(rules)

# Single functions: ints of any size, bytes, and errors with a code and a path.
print("a reward of 2**70 is split into", aicf.split_apply(kind="ai", total=2**70, policy=policy))
try:
    aicf.split_apply(kind="ai", total=-1)
except aicf.AicfError as error:
    print("refused:", error.code, "at", error.path)

# The state machine in memory. Every entry has a block and a time; it reads no clock.
engine = aicf.Engine()
height = 0


def apply(command: aicf.Command) -> list[aicf.Event]:
    """Applies a command in the next block, and gives what happened."""
    global height
    outcome = engine.apply({"height": height, "time_ms": 1_800_000_000_000 + height * 1_000, "command": command})
    assert outcome["status"] == "ok", outcome["message"]
    height += 1
    return outcome["events"]


# A network is a document: its hash is the id that signed messages name, and it gives the first entry.
network = aicf.network_check(
    network={
        "name": "quickstart",
        "class": "devnet",
        "chain_id": 1337,
        "genesis_time_ms": 1_800_000_000_000,
        "epoch_length": 10,
        "policy": rules,
        "semantics_version": aicf.SEMANTICS_VERSION,
    }
)
assert engine.apply(network["genesis"])["status"] == "ok"
height = 1
apply({"register": {"provider_id": "provider1", "kinds": ["ai"], "models": [], "endpoints": []}})
apply({"stake": {"provider_id": "provider1", "amount": 1_000}})
events = apply(
    {
        "enqueue": {
            "kind": "ai",
            "requester": "alice",
            "tier": "pro",
            "fee": 500,
            "units": 100,
            "tx_hash": bytes(32),
            "caller": b"alice",
            "payload": b"hello world",
            "attestation_classes": [],
        }
    }
)
task_id = next(event["job_enqueued"]["task_id"] for event in events if "job_enqueued" in event)
print("job", "0x" + task_id.hex()[:8] + "…")

lease: aicf.LeaseMessage = {"task_id": task_id, "provider_id": "provider1", "attempt": 0}
apply({"dispatch": {"beacon": bytes(32)}})
apply({"ack": lease})
apply({"complete": {"lease": lease, "result_digest": bytes(32), "metrics": {"units": 80}}})
apply({"proof": {"task_id": task_id, "nullifier": bytes(32), "proof_ref": bytes(32), "miner": "miner1", "valid": True}})

height = 30  # An epoch is settled when its last block is final.
apply({"settle": {"epoch": 0}})
for row in engine.query("payouts", {"epoch": 0})["items"]:
    print("paid:", row["line"]["payable"], "of it to the provider:", row["line"]["net_provider"])
print("state root", "0x" + engine.state_root.hex())
