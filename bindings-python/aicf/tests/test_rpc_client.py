"""The clients against a real node: typed answers, errors, pages, time-outs, cancellation, events across restarts, and the
provider agent of the examples."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aicf.rpc import AsyncClient, Client, NodeUnreachable, RpcError
from aicf.rpc._generated import READS, AsyncMethods, Methods
from aicf.tests.running import ROOT, Running


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path) as running:
        yield running


def jobs(client: Client, count: int) -> list[str]:
    made = [client.submit_job("ai", "10", payload_json={"n": number}, requester="alice") for number in range(count)]
    return [one["task_id"] for one in made]  # type: ignore[typeddict-item]


def test_a_round_by_typed_methods(node: Running) -> None:
    with Client(node.url) as client:
        client.register_provider("p1", ["ai"])
        client.stake("p1", "5000")
        [task_id] = jobs(client, 1)
        lease = next(e for e in client.events(topics=["jobAssigned"], from_seq=0))["data"]
        assert lease["task_id"] == task_id
        client.ack_lease(task_id, "p1", lease["attempt"])
        client.complete_job(task_id, "p1", lease["attempt"], "0x" + "11" * 32, {"units": "10", "qos_ppm": 990_000})
        client.submit_proof(
            task_id=task_id, nullifier="0x" + "22" * 32, proof_ref="0x" + "33" * 32, miner="m", valid=True
        )
        job = client.get_job(task_id)
        assert (job["status"], job["kind"], int(job["units"])) == ("claimed", "ai", 10)
        balance = {row["account"]: int(row["balance"]) for row in client.get_balance(provider_id="p1")["accounts"]}
        assert balance["stake:p1"] == 5000


def test_every_method_of_the_document_is_there(node: Running) -> None:
    with Client(node.url) as client:
        document: Any = client.rpc_discover()
    wire = {m["name"] for m in document["methods"] if m["tags"][0]["name"] != "subscription"}
    for kind in (Methods, AsyncMethods):
        source = inspect.getsource(kind)
        assert all(f'self.call("{name}"' in source for name in wire)
    assert {m["name"] for m in document["methods"] if m["tags"][0]["name"] == "read"} == READS


def test_errors_have_number_code_and_path(node: Running) -> None:
    with Client(node.url) as client:
        with pytest.raises(RpcError) as caught:
            client.get_job("0x" + "00" * 32)
        assert (caught.value.number, caught.value.code, caught.value.path) == (-32050, "unknown_task", "params.task_id")
        with pytest.raises(RpcError) as caught:
            client.heartbeat("nobody")
        assert (caught.value.number, caught.value.code) == (-32051, "unknown_provider")
        with pytest.raises(RpcError, match="there are no events"):
            next(iter(client.events(topics=["nothing"])))


def test_pages_give_every_item_once(node: Running) -> None:
    with Client(node.url) as client:
        made = jobs(client, 25)
        seen = [job["task_id"] for job in client.pages(client.list_jobs, requester="alice", limit=7)]
        assert sorted(seen) == sorted(made)
        events = list(client.pages(client.list_events, topics=["jobEnqueued"], limit=7))
        assert [event["data"]["task_id"] for event in events] == made


def test_who_is_not_there_is_told_in_time(tmp_path: Path) -> None:
    with Client("http://127.0.0.1:1", timeout=1.0, tries=2) as client, pytest.raises(NodeUnreachable):
        client.get_status()


def test_reads_and_events_go_on_across_a_restart(node: Running) -> None:
    with Client(node.url, tries=8) as client:
        first = jobs(client, 3)
        events = client.events(topics=["jobEnqueued"], from_seq=0)
        assert [next(events)["data"]["task_id"] for _ in range(2)] == first[:2]
        node.end(signal.SIGKILL)
        node.start()
        assert client.get_job(first[0])["requester"] == "alice"
        second = jobs(client, 1)
        assert [next(events)["data"]["task_id"] for _ in range(2)] == [first[2], *second]
        events.close()  # type: ignore[attr-defined]


def test_calls_are_made_at_the_same_time_and_cancelled(node: Running) -> None:
    async def both() -> None:
        async with AsyncClient(node.url) as client:
            made = await asyncio.gather(
                *(client.submit_job("ai", "1", payload_json=number, requester="bob") for number in range(20))
            )
            ids: set[str] = {one["task_id"] for one in made}  # type: ignore[typeddict-item]
            assert len(ids) == 20
            listed: list[str] = [job["task_id"] async for job in client.pages(client.list_jobs, requester="bob", limit=6)]
            assert sorted(listed) == sorted(ids)
            waits = asyncio.ensure_future(anext(aiter(client.events(topics=["epochSettled"], cursor=None))))
            await asyncio.sleep(0)
            waits.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waits
            assert (await client.get_status())["healthy"] is True

    asyncio.run(both())


def test_the_agent_takes_leases_runs_a_command_and_completes(node: Running) -> None:
    agent = ROOT / "bindings-python/examples/provider_agent.py"
    command = [sys.executable, str(agent), "--node", node.url, "--provider-id", "p1", "--prove", "--heartbeat-s", "0.2"]
    with Client(node.url) as client:
        process = subprocess.Popen([*command, "--", sys.executable, "-c", "print('done')"], stdout=subprocess.PIPE, text=True)
        try:
            registered = next(iter(client.events(topics=["providerRegistered"], from_seq=0)))
            assert registered["data"]["provider_id"] == "p1"
            client.stake("p1", "5000")
            made = jobs(client, 3)
            claimed: set[str] = set()
            for event in client.events(topics=["claimAccepted"], from_seq=0):
                claimed.add(event["data"]["task_id"])
                if len(claimed) == 3:
                    break
            assert claimed == set(made)
            assert client.get_provider("p1")["beat"] > 0
        finally:
            process.send_signal(signal.SIGINT)
            told, _ = process.communicate(timeout=60)
        assert all(task_id in told for task_id in made)


def test_the_agent_signs_on_a_network_that_believes_nobody(tmp_path: Path) -> None:
    import aicf

    key = aicf.Key.generate("ml-dsa-65")
    key.save(tmp_path / "p1.key", "correct horse battery")
    policy = str(ROOT / "policy/testnet.yaml")
    (tmp_path / "token").write_text("0123456789abcdef0123")
    settings = ("--network", "testnet", "--policy", policy, "--access-token-file", "token")
    agent = ROOT / "bindings-python/examples/provider_agent.py"
    with Running(tmp_path, *settings) as node, Client(node.url) as client:
        process = subprocess.Popen(
            [sys.executable, str(agent), "--node", node.url, "--provider-id", "p1", "--key", str(tmp_path / "p1.key"), "--", "cat"],
            env={"PATH": "/usr/bin:/bin", "AICF_PASSPHRASE": "correct horse battery"},
        )
        try:
            registered = next(iter(client.events(topics=["providerRegistered"], from_seq=0)))
            assert registered["data"]["provider_id"] == "p1"
            assert client.get_key("p1")["scheme"] == "ml-dsa-65"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def test_generated_and_served_documents_are_one(node: Running) -> None:
    with Client(node.url) as client:
        served = client.call("rpc.discover", {})
    written = json.loads((ROOT / "host-runner/openrpc.json").read_text())
    assert served == written


def test_a_settled_epoch_is_computed_again(node: Running) -> None:
    """What an auditor does: the node's own input through the same rules in this process gives the node's batch."""
    import aicf

    with Client(node.url) as client:
        client.register_provider("p1", ["ai"])
        client.stake("p1", "5000")
        [task_id] = jobs(client, 1)
        lease = next(e for e in client.events(topics=["jobAssigned"], from_seq=0))["data"]
        client.ack_lease(task_id, "p1", lease["attempt"])
        client.complete_job(task_id, "p1", lease["attempt"], "0x" + "11" * 32, {"units": "10", "qos_ppm": 990_000})
        client.submit_proof(task_id=task_id, nullifier="0x" + "22" * 32, proof_ref="0x" + "33" * 32, miner="m", valid=True)
        claimed = next(e for e in client.events(topics=["claimAccepted"], from_seq=0))["data"]
        next(e for e in client.events(topics=["epochSettled"], from_seq=0) if e["data"]["epoch"] == claimed["epoch"])
        kept: Any = client.get_claims(claimed["epoch"])
        settled = aicf.settlement_settle(policy=kept["policy"], **kept["input"])
        assert "0x" + settled["batch"]["batch_id"].hex() == kept["batch"]["batch_id"]
        [line] = client.list_payouts(payee="p1")["items"]
        assert int(line["line"]["net_provider"]) == settled["lines"][0]["net_provider"] > 0
        receipt: Any = client.claim_payout(claimed["epoch"], "p1")
        assert receipt["payee"]["lines"][0]["claim"]["task_id"] == task_id
        notebook = subprocess.run(
            [sys.executable, str(ROOT / "bindings-python/examples/audit_epoch.py")],
            env={**os.environ, "AICF_NODE": node.url, "AICF_OUT": str(node.folder), "AICF_EPOCH": str(claimed["epoch"])},
            capture_output=True,
            text=True,
        )
        assert notebook.returncode == 0, notebook.stderr
        assert kept["batch"]["batch_id"] in notebook.stdout and "1 lines agree" in notebook.stdout
        assert "<svg" in (node.folder / f"epoch-{claimed['epoch']}.svg").read_text()
