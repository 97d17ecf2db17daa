# Written by `cargo xtask codegen` from the core's types; changes are lost.
"""The functions of the catalogue, each with its arguments by name.

`None` for an argument with a default is the same as leaving it out. `policy` is a handle
(`Policy`) or a partial policy; without it the default policy applies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union, cast

from ._aicf import ABSENT, Policy
from ._aicf import call as _call
from ._types import *

PolicyLike = Union[Policy, PartialPolicy]


def task_id_derive(
    *,
    chain_id: int,
    height: int,
    tx_hash: BytesLike,
    caller: BytesLike,
    payload: BytesLike | None = None,
    payload_json: Any = ABSENT,
) -> TaskIdDeriveOutput:
    """The id that binds a job to chain, block, transaction, caller and payload."""
    return cast(TaskIdDeriveOutput, _call("task_id.derive", {"chain_id": chain_id, "height": height, "tx_hash": tx_hash, "caller": caller, "payload_json": payload_json}, {"payload": payload}, None))


def priority_rank(
    *,
    now_ms: int,
    jobs: Sequence[RankJob],
    policy: PolicyLike | None = None,
) -> PriorityRankOutput:
    """The order of a queue."""
    return cast(PriorityRankOutput, _call("priority.rank", {"now_ms": now_ms, "jobs": jobs}, {}, policy))


def matching_seed(
    *,
    chain_id: int,
    epoch: int,
    height: int,
    beacon: BytesLike,
) -> MatchingSeedOutput:
    """The seed of a dispatch, from the chain's randomness."""
    return cast(MatchingSeedOutput, _call("matching.seed", {"chain_id": chain_id, "epoch": epoch, "height": height, "beacon": beacon}, {}, None))


def matching_permute(
    *,
    seed: BytesLike,
    strategy: Strategy,
    providers: Sequence[PermuteProvider],
    policy: PolicyLike | None = None,
) -> MatchingPermuteOutput:
    """The order in which providers are asked, by stake, health or a seeded shuffle."""
    return cast(MatchingPermuteOutput, _call("matching.permute", {"seed": seed, "strategy": strategy, "providers": providers}, {}, policy))


def matching_assign(
    *,
    seed: BytesLike,
    now_ms: int,
    providers: Sequence[MatchProvider],
    jobs: Sequence[MatchJob],
    policy: PolicyLike | None = None,
) -> MatchingAssignOutput:
    """Which job goes to which provider, and why the others wait."""
    return cast(MatchingAssignOutput, _call("matching.assign", {"seed": seed, "now_ms": now_ms, "providers": providers, "jobs": jobs}, {}, policy))


def lease_id(
    *,
    task_id: BytesLike,
    provider_id: str,
    attempt: int,
    seed: BytesLike,
) -> LeaseIdOutput:
    """The id of a lease."""
    return cast(LeaseIdOutput, _call("lease.id", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "seed": seed}, {}, None))


def retry_delay(
    *,
    kind: Kind,
    task_id: BytesLike,
    attempt: int,
    policy: PolicyLike | None = None,
) -> RetryDelayOutput:
    """How long a job waits before its next attempt."""
    return cast(RetryDelayOutput, _call("retry.delay", {"kind": kind, "task_id": task_id, "attempt": attempt}, {}, policy))


def pricing_quote(
    *,
    kind: Kind,
    units: Amount,
    quality_ppm: int | None = None,
    surge_ppm: int | None = None,
    fairness_ppm: int | None = None,
    policy: PolicyLike | None = None,
) -> PricingQuoteOutput:
    """The price of some work."""
    return cast(PricingQuoteOutput, _call("pricing.quote", {"kind": kind, "units": units}, {"quality_ppm": quality_ppm, "surge_ppm": surge_ppm, "fairness_ppm": fairness_ppm}, policy))


def pricing_surge(
    *,
    kind: Kind,
    utilization_ppm: int,
    policy: PolicyLike | None = None,
) -> PricingSurgeOutput:
    """The multiplier of the market at a utilization."""
    return cast(PricingSurgeOutput, _call("pricing.surge", {"kind": kind, "utilization_ppm": utilization_ppm}, {}, policy))


def split_apply(
    *,
    kind: Kind,
    total: Amount,
    policy: PolicyLike | None = None,
) -> SplitApplyOutput:
    """The three shares of a payout; they sum to it."""
    return cast(SplitApplyOutput, _call("split.apply", {"kind": kind, "total": total}, {}, policy))


def sla_wilson(
    *,
    successes: int,
    samples: int,
    z_ppm: int | None = None,
) -> SlaWilsonOutput:
    """The lower Wilson bound of a ratio."""
    return cast(SlaWilsonOutput, _call("sla.wilson", {"successes": successes, "samples": samples}, {"z_ppm": z_ppm}, None))


def sla_p95(
    *,
    edges_ms: Sequence[int],
    counts: Sequence[int],
    overflow: int,
) -> SlaP95Output:
    """The 95th percentile of a latency histogram."""
    return cast(SlaP95Output, _call("sla.p95", {"edges_ms": edges_ms, "counts": counts, "overflow": overflow}, {}, None))


def sla_evaluate(
    *,
    kind: Kind,
    short: Window,
    long: Window,
    policy: PolicyLike | None = None,
) -> SlaEvaluateOutput:
    """The band that a provider's windows earn, and what it pays."""
    return cast(SlaEvaluateOutput, _call("sla.evaluate", {"kind": kind, "short": short, "long": long}, {}, policy))


def slashing_decide(
    *,
    stake: Amount,
    recent_offences: int,
    metrics: EpochMetrics,
    offences: Sequence[Offence] | None = None,
    policy: PolicyLike | None = None,
) -> SlashingDecideOutput:
    """What an epoch's metrics and offences cost a provider."""
    return cast(SlashingDecideOutput, _call("slashing.decide", {"stake": stake, "recent_offences": recent_offences, "metrics": metrics}, {"offences": offences}, policy))


def claim_key(
    *,
    task_id: BytesLike,
    block_height: int,
    nullifier: BytesLike,
) -> ClaimKeyOutput:
    """The key of a claim."""
    return cast(ClaimKeyOutput, _call("claim.key", {"task_id": task_id, "block_height": block_height, "nullifier": nullifier}, {}, None))


def settlement_settle(
    *,
    chain_id: int,
    epoch: int,
    height_start: int,
    height_end: int,
    claims: Sequence[Claim],
    carry: Amount | None = None,
    prev_batch_id: BytesLike | None = None,
    stakes: Mapping[str, Amount] | None = None,
    paid_before: Mapping[str, Amount] | None = None,
    slashes: Sequence[SettleSlash] | None = None,
    policy: PolicyLike | None = None,
) -> SettlementSettleOutput:
    """An epoch's claims in, a batch of payouts out."""
    return cast(SettlementSettleOutput, _call("settlement.settle", {"chain_id": chain_id, "epoch": epoch, "height_start": height_start, "height_end": height_end, "claims": claims}, {"carry": carry, "prev_batch_id": prev_batch_id, "stakes": stakes, "paid_before": paid_before, "slashes": slashes}, policy))


def merkle_root(
    *,
    leaves: Sequence[BytesLike],
) -> MerkleRootOutput:
    """The root of a tree."""
    return cast(MerkleRootOutput, _call("merkle.root", {"leaves": leaves}, {}, None))


def merkle_prove(
    *,
    leaves: Sequence[BytesLike],
    index: int,
) -> MerkleProveOutput:
    """The proof that a leaf is in a tree."""
    return cast(MerkleProveOutput, _call("merkle.prove", {"leaves": leaves, "index": index}, {}, None))


def merkle_verify(
    *,
    root: BytesLike,
    leaf: BytesLike,
    index: int,
    size: int,
    proof: Sequence[BytesLike],
) -> MerkleVerifyOutput:
    """Whether a proof holds."""
    return cast(MerkleVerifyOutput, _call("merkle.verify", {"root": root, "leaf": leaf, "index": index, "size": size, "proof": proof}, {}, None))


def policy_check(
    *,
    policy_yaml: str | None = None,
    policy: PolicyLike | None = None,
) -> PolicyCheckOutput:
    """A partial policy completed and checked, and its hash."""
    return cast(PolicyCheckOutput, _call("policy.check", {}, {"policy_yaml": policy_yaml}, policy))


def market_check(
    *,
    market: PartialMarket,
) -> MarketCheckOutput:
    """Partial market rules completed and checked, their hash and canonical bytes."""
    return cast(MarketCheckOutput, _call("market.check", {"market": market}, {}, None))


def traps_generate(
    *,
    task_id: BytesLike,
    beacon: BytesLike,
    index: int,
    qubits: int,
    depth: int,
) -> TrapsGenerateOutput:
    """A trap circuit and what it must measure."""
    return cast(TrapsGenerateOutput, _call("traps.generate", {"task_id": task_id, "beacon": beacon, "index": index, "qubits": qubits, "depth": depth}, {}, None))


def traps_verify(
    *,
    task_id: BytesLike,
    beacon: BytesLike,
    qubits: int,
    depth: int,
    results: Sequence[TrapResult],
    policy: PolicyLike | None = None,
) -> TrapsVerifyOutput:
    """Whether measured traps pass."""
    return cast(TrapsVerifyOutput, _call("traps.verify", {"task_id": task_id, "beacon": beacon, "qubits": qubits, "depth": depth, "results": results}, {}, policy))


def engine_replay(
    *,
    entries: Sequence[JournalLine],
) -> EngineReplayOutput:
    """A journal applied to an empty engine: what each entry came to, and the roots."""
    return cast(EngineReplayOutput, _call("engine.replay", {"entries": entries}, {}, None))


def signature_verify(
    *,
    scheme: Scheme,
    public_key: BytesLike,
    message: BytesLike,
    signature: BytesLike,
    context: BytesLike | None = None,
) -> SignatureVerifyOutput:
    """Whether a post-quantum signature holds under the scheme it names."""
    return cast(SignatureVerifyOutput, _call("signature.verify", {"scheme": scheme, "public_key": public_key, "message": message, "signature": signature}, {"context": context}, None))


def receipt_verify(
    *,
    receipt: Receipt,
    public_key: BytesLike,
) -> ReceiptVerifyOutput:
    """Whether a receipt proves a batch, and what it says of a payee."""
    return cast(ReceiptVerifyOutput, _call("receipt.verify", {"receipt": receipt, "public_key": public_key}, {}, None))


def attestation_verify(
    *,
    class_: AttestationClass,
    evidence: BytesLike,
    collateral: Collateral,
    now_ms: int,
    policy: AttestationRules | None = None,
) -> AttestationVerifyOutput:
    """Whether evidence of a provider's hardware holds, by its vendor's rules and a verifier's own."""
    return cast(AttestationVerifyOutput, _call("attestation.verify", {"class": class_, "evidence": evidence, "collateral": collateral, "now_ms": now_ms}, {"policy": policy}, None))


def proof_body(
    *,
    claim: ProofClaim,
    signature: BytesLike | None = None,
) -> ProofBodyOutput:
    """The bytes of an AIProof or a QuantumProof, its nullifier, and what its provider signs."""
    return cast(ProofBodyOutput, _call("proof.body", {"claim": claim}, {"signature": signature}, None))


def qpu_verify(
    *,
    chain_id: int,
    provider_id: str,
    public_key: BytesLike,
    certificates: str,
    trust_anchors: Sequence[BytesLike],
    receipt: TrapReceipt,
    signature: BytesLike,
    now_ms: int,
    policy: PolicyLike | None = None,
) -> QpuVerifyOutput:
    """Whether a quantum computer is who it says: its maker's certificates, and trap circuits it passed."""
    return cast(QpuVerifyOutput, _call("qpu.verify", {"chain_id": chain_id, "provider_id": provider_id, "public_key": public_key, "certificates": certificates, "trust_anchors": trust_anchors, "receipt": receipt, "signature": signature, "now_ms": now_ms}, {}, policy))


def hash_tagged(
    *,
    items: TaggedItems,
) -> HashTaggedOutput:
    """The bytes that are hashed under a domain tag, and their hash."""
    return cast(HashTaggedOutput, _call("hash.tagged", {"items": items}, {}, None))


def network_check(
    *,
    network: NetworkDocument | None = None,
    network_yaml: str | None = None,
    params: PartialMarket | None = None,
    policy: PolicyLike | None = None,
) -> NetworkCheckOutput:
    """A network document completed and checked, its network id, and the genesis entry."""
    return cast(NetworkCheckOutput, _call("network.check", {}, {"network": network, "network_yaml": network_yaml, "params": params}, policy))


def traps_positions(
    *,
    seed: BytesLike,
    circuits: int,
    policy: PolicyLike | None = None,
) -> TrapsPositionsOutput:
    """Where hidden traps stand among the circuits of a job, and the commitment to their seed."""
    return cast(TrapsPositionsOutput, _call("traps.positions", {"seed": seed, "circuits": circuits}, {}, policy))


def policy_lint(
    *,
    market: PartialMarket | None = None,
    class_: NetworkName | None = None,
    policy: PolicyLike | None = None,
) -> PolicyLintOutput:
    """Values of a policy and of market rules that contradict each other, and bounds left open."""
    return cast(PolicyLintOutput, _call("policy.lint", {}, {"market": market, "class": class_}, policy))


__all__ = [
    "PolicyLike",
    "task_id_derive",
    "priority_rank",
    "matching_seed",
    "matching_permute",
    "matching_assign",
    "lease_id",
    "retry_delay",
    "pricing_quote",
    "pricing_surge",
    "split_apply",
    "sla_wilson",
    "sla_p95",
    "sla_evaluate",
    "slashing_decide",
    "claim_key",
    "settlement_settle",
    "merkle_root",
    "merkle_prove",
    "merkle_verify",
    "policy_check",
    "market_check",
    "traps_generate",
    "traps_verify",
    "engine_replay",
    "signature_verify",
    "receipt_verify",
    "attestation_verify",
    "proof_body",
    "qpu_verify",
    "hash_tagged",
    "network_check",
    "traps_positions",
    "policy_lint",
]
