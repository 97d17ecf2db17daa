"""A provider: it heartbeats, takes the leases it is given, runs a command on each payload and delivers the result.

    python provider_agent.py --provider-id p1 -- wc -c              # a devnet on this machine
    AICF_PASSPHRASE=… python provider_agent.py --node https://… --provider-id p1 --key p1.key -- ./infer

The command gets the payload (canonical CBOR) on its standard input; what it prints is the result, whose SHA3-256 is
delivered. A command that fails gives the lease up. On a network that takes signed words only, `--key` signs them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import os
import sys
import time
from typing import Any, cast

import aicf
from aicf.rpc import AsyncClient, NodeUnreachable, RpcError


class Voice:
    """Says a provider's words, signed where there is a key. One word at a time: each has its number."""

    def __init__(self, node: AsyncClient, provider_id: str, key: aicf.Key | None) -> None:
        self._node = node
        self._provider_id = provider_id
        self._key = key
        self._one = asyncio.Lock()

    async def say(self, method: str, command: str, fields: dict[str, Any], params: dict[str, Any]) -> Any:
        """A command by its name in the journal, through the method that takes it."""
        if self._key is None:
            return await self._node.call(method, params)
        async with self._one:
            head: dict[str, Any] = (await self._node.get_status())["head"]  # type: ignore[assignment]
            last = (await self._node.get_signer("provider", self._provider_id))["nonce"]
            word: Any = self._key.sign_command(
                {command: fields},
                network_id=head["network_id"],
                signer=self._provider_id,
                nonce=0 if last is None else last + 1,
                expires_height=head["height"] + 1,
            )
            return await self._node.call(method, {"signed": _as_json(word["signed"])})


def _as_json(value: Any) -> Any:
    """Bytes as JSON has them."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _as_json(inner) for name, inner in fields.items() if inner is not None}
    return value


async def run(command: list[str], payload: bytes, seconds: float) -> bytes | None:
    """What the command prints; None where it failed or took too long."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(payload), seconds)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return out if process.returncode == 0 else None


async def work(node: AsyncClient, voice: Voice, lease: dict[str, Any], args: argparse.Namespace) -> None:
    """One lease from its beginning to its end."""
    task = {"task_id": lease["task_id"], "provider_id": args.provider_id, "attempt": lease["attempt"]}
    try:
        await voice.say("aicf.ackLease", "ack", task, task)
        job = await node.get_job(lease["task_id"])
        payload = bytes.fromhex((await node.get_payload(lease["task_id"]))["payload"].removeprefix("0x"))
        result = await run(args.command, payload, max(lease["expires_ms"] / 1000 - time.time(), 1.0))
        if result is None:
            await voice.say("aicf.failLease", "fail", task, task)
            print(f"{lease['task_id']}: given up", flush=True)
            return
        digest = "0x" + hashlib.sha3_256(result).hexdigest()
        metrics = {"units": job["units"], "qos_ppm": 1_000_000}
        done = {"result_digest": digest, "metrics": metrics}
        fields = {"lease": task, **done}
        await voice.say("aicf.completeJob", "complete", fields, {**task, **done})
        if args.prove:
            proof = {name: "0x" + hashlib.sha3_256(f"{name}{lease}".encode()).hexdigest() for name in ("nullifier", "proof_ref")}
            await node.submit_proof(task_id=lease["task_id"], miner="devnet-miner", valid=True, **proof)
        print(f"{lease['task_id']}: {digest}", flush=True)
    except RpcError as error:
        # The lease may be another's by now, or the word an old one: the fund decides, the provider goes on.
        print(f"{lease['task_id']}: {error}", file=sys.stderr, flush=True)


async def heartbeat(voice: Voice, args: argparse.Namespace) -> None:
    """Is there, every so often."""
    while True:
        fields = {"provider_id": args.provider_id}
        with contextlib.suppress(RpcError, NodeUnreachable):
            await voice.say("aicf.heartbeat", "heartbeat", fields, fields)
        await asyncio.sleep(args.heartbeat_s)


async def main(args: argparse.Namespace) -> None:
    key = aicf.Key.load(args.key, os.environ["AICF_PASSPHRASE"]) if args.key else None
    async with AsyncClient(args.node) as node:
        voice = Voice(node, args.provider_id, key)
        offer: dict[str, Any] = {"provider_id": args.provider_id, "kinds": args.kinds, "models": args.models, "endpoints": []}
        if key is not None:
            offer["public_key"] = key.public_key
        try:
            await voice.say("aicf.registerProvider", "register", offer, offer)
        except RpcError as error:
            # Who is known already with this key need not say it again.
            print(f"register: {error}", file=sys.stderr, flush=True)
        beats = asyncio.create_task(heartbeat(voice, args))
        leases: set[asyncio.Task[None]] = set()
        try:
            # From the beginning: what was assigned while nobody was here is still ours, or refused.
            async for event in node.events(topics=["jobAssigned"], provider_id=args.provider_id, from_seq=0):
                task = asyncio.create_task(work(node, voice, event["data"], args))
                leases.add(task)
                task.add_done_callback(leases.discard)
        finally:
            beats.cancel()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node", default="http://127.0.0.1:8645", help="the node's address")
    parser.add_argument("--provider-id", required=True)
    parser.add_argument("--kinds", nargs="*", default=["ai"])
    parser.add_argument("--models", nargs="*", default=[])
    parser.add_argument("--key", help="a key file that signs; its passphrase is in AICF_PASSPHRASE")
    parser.add_argument("--heartbeat-s", type=float, default=10.0)
    parser.add_argument("--prove", action="store_true", help="on a devnet: prove each result in the chain's place")
    parser.add_argument("command", nargs="+", help="what does the work: payload in, result out")
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(arguments()))
