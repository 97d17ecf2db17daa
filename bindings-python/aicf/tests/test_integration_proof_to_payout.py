"""From a proof to a claim to a payout: in memory, and by the command modules in a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import aicf


def job(net: Any, number: int = 1) -> bytes:
    """A job that `one` holds a lease on."""
    net.ok("register", provider_id="one", kinds=["ai"], models=[], endpoints=[])
    net.ok("stake", provider_id="one", amount=1_000)
    enqueued = net.ok(
        "enqueue",
        kind="ai",
        requester="alice",
        tier="pro",
        fee=500,
        units=100,
        tx_hash=bytes([number]) * 32,
        caller=b"alice",
        payload=b"{}",
        attestation_classes=[],
    )
    task_id: bytes = next(event["job_enqueued"]["task_id"] for event in enqueued["events"] if "job_enqueued" in event)
    net.ok("dispatch", beacon=bytes(32))
    net.ok("ack", task_id=task_id, provider_id="one", attempt=0)
    return task_id


def complete(net: Any, task_id: bytes) -> None:
    net.ok(
        "complete",
        lease={"task_id": task_id, "provider_id": "one", "attempt": 0},
        result_digest=bytes(32),
        metrics={"units": 80, "qos_ppm": 1_000_000},
    )


def proof(task_id: bytes, nullifier: bytes, valid: bool = True) -> dict[str, Any]:
    return {"task_id": task_id, "nullifier": nullifier, "proof_ref": bytes(32), "miner": "miner1", "valid": valid}


@pytest.fixture
def net(devnet: Any) -> Any:
    policy: aicf.PartialPolicy = {
        "epoch": {"length_blocks": 20, "finality_k": 1},
        "registry": {"min_stake": {"ai": 1}, "require_attestation": False},
    }
    return devnet(policy)


def test_a_valid_proof_becomes_a_claim_and_the_claim_is_paid_once(net: Any) -> None:
    task_id = job(net)
    complete(net, task_id)
    events = net.ok("proof", **proof(task_id, b"\x07" * 32))["events"]
    claims = [event["claim_accepted"] for event in events if "claim_accepted" in event]
    assert [(claim["task_id"], claim["epoch"], claim["provider_id"]) for claim in claims] == [(task_id, 0, "one")]

    net.height = 60
    net.ok("settle", epoch=0)
    line = net.engine.query("payouts", {"epoch": 0})["items"][0]["line"]
    assert line["claim_key"] == claims[0]["claim_key"]
    assert line["provider"] + line["miner_share"] + line["treasury"] == line["payable"] > 0
    expected = aicf.split_apply(kind="ai", total=line["payable"], policy=net.policy)
    assert (line["provider"], line["miner_share"], line["treasury"]) == (
        expected["provider"],
        expected["miner"],
        expected["treasury"],
    )
    assert net.engine.query("job.get", {"task_id": task_id})["status"] == "settled"
    assert net.do("settle", epoch=0)["status"] != "ok"


def test_a_nullifier_is_spent_once_and_a_job_is_claimed_once(net: Any) -> None:
    task_id = job(net)
    complete(net, task_id)
    net.ok("proof", **proof(task_id, b"\x07" * 32))
    assert net.do("proof", **proof(task_id, b"\x07" * 32))["status"] in ("task_claimed", "nullifier_used")
    assert net.do("proof", **proof(task_id, b"\x08" * 32))["status"] == "task_claimed"


def test_an_invalid_proof_pays_no_one_and_the_job_is_tried_again(net: Any) -> None:
    task_id = job(net)
    complete(net, task_id)
    events = net.ok("proof", **proof(task_id, b"\x07" * 32, valid=False))["events"]
    assert [event["job_requeued"]["cause"] for event in events if "job_requeued" in event] == ["invalid_proof"]
    assert not any("claim_accepted" in event for event in events)


def test_refused_proofs_change_nothing(net: Any) -> None:
    task_id = job(net)
    assert net.do("proof", **proof(task_id, b"\x07" * 32))["status"] == "wrong_state"
    assert net.do("proof", **proof(bytes(32), b"\x07" * 32))["status"] == "unknown_task"
    with pytest.raises(aicf.errors.WrongType) as caught:
        net.do("proof", **{**proof(task_id, b"\x07" * 32), "valid": 1})
    assert (caught.value.code, caught.value.path) == ("wrong_type", "input.command.proof.valid")
    assert net.engine.query("job.get", {"task_id": task_id})["status"] == "assigned"


def test_the_quickstart_word_for_word_and_the_database_from_python(run: Any, tmp_path: Path) -> None:
    run(
        "provider_register",
        *("--provider-id", "provider1"),
        *("--caps", "AI"),
        *("--attestation", "aicf/fixtures/providers.json"),
    )
    run("provider_stake", "--provider-id", "provider1", "--amount", "1000")
    task_id = run("queue_submit", "--ai", "--prompt", "hello world", "--max-units", "100").splitlines()[0]
    assert task_id in run("queue_list")
    run("inject_result", "--task-id", task_id, "--result", "aicf/fixtures/result_example.json")
    assert "1 claims" in run("settle_epoch")
    assert "25000" in run("payouts_inspect", "--provider-id", "provider1")
    assert "provider1" in run("provider_heartbeat", "--provider-id", "provider1")
    shown = json.loads(run("queue_list", "--json"))
    assert [entry["status"] for entry in shown["items"]] == ["settled"]

    with aicf.Ledger(tmp_path / "aicf.db") as ledger:
        balance = ledger.query("provider.get", {"provider_id": "provider1"})["available"]
        assert balance == 20_000
        before = ledger.next_seq
        outcome = ledger.apply({"stake": {"provider_id": "provider1", "amount": 5}})
        # The message and the seal of its batch.
        assert (outcome["status"], ledger.next_seq) == ("ok", before + 2)
        unknown = ledger.apply({"stake": {"provider_id": "nobody", "amount": 5}})
        assert (unknown["status"], ledger.next_seq) == ("unknown_provider", before + 2)
        root = ledger.state_root
    with aicf.Ledger(tmp_path / "aicf.db", read_only=True) as ledger:
        assert ledger.state_root == root
        with pytest.raises(aicf.AicfError) as refused:
            ledger.apply({"tick": {}})
        assert refused.value.code == "read_only"
    shown = json.loads(run("provider_heartbeat", "--provider-id", "provider1", "--json"))
    assert shown["provider"]["stake"] == "1005", "the program sees what Python wrote"


def test_money_leaves_and_offences_are_judged(run: Any) -> None:
    who = ("--provider-id", "provider1")
    run("provider_register", *who, "--caps", "AI")
    run("provider_stake", *who, "--amount", "200000")
    task_id = run("queue_submit", "--ai", "--prompt", "hello", "--max-units", "100").splitlines()[0]
    run("inject_result", "--task-id", task_id, "--result", "aicf/fixtures/result_example.json")
    run("settle_epoch")
    assert "10000 more" in run("provider_withdraw", *who, "--amount", "10000")
    assert "insufficient_balance" in run("provider_withdraw", *who, "--amount", "10001", code=1)
    assert "settlement" in run("slash", *who, "--offence", "replay")
    run("settle_epoch")
    shown = json.loads(run("provider_heartbeat", *who, "--json"))["provider"]
    assert (shown["status"], shown["available"]) == ("suspended", "10000")
    assert int(shown["stake"]) < 200_000


def test_commands_say_what_is_wrong_and_end_with_a_code(run: Any) -> None:
    assert "Usage" in run("queue_list", "--help")
    run("provider_stake", "--provider-id", "nobody", "--amount", "1", code=1)
    run("provider_stake", "--provider-id", "provider1", code=2)
    run("inject_result", "--task-id", "0x00", "--result", "aicf/fixtures/no_such_file.json", code=2)
