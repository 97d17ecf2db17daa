"""Written by `cargo xtask codegen` from the node's OpenRPC document; changes are lost.

Amounts (atoms, units) are decimal strings: int() reads them exactly.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


HeadView = TypedDict(
    "HeadView",
    {
        "seq": "int",
        "height": "int",
        "time_ms": "int",
        "state_root": "str",
        "chain_id": "int",
        "network_id": "str",
        "name": "str",
        "class": "NetworkName",
        "epoch": "int",
        "epoch_length": "int",
        "finality_k": "int",
        "next_epoch": "int",
        "policy_hash": "str",
        "market_hash": "str",
        "carry": "str",
    },
)
"""HeadView"""


class ProviderView(TypedDict):
    """A provider with its id, its money and its bands."""

    provider_id: str
    operator: str | None
    kinds: list[Kind]
    region: str | None
    models: list[str]
    endpoints: list[str]
    attestation: Attested | None
    max_concurrent: PerKind | None
    circuit_max: Circuit | None
    status: ProviderStatus
    stake: str
    stake_locks: list[StakeLock]
    health_ppm: int
    registered_ms: int
    last_heartbeat_ms: int | None
    beat: int
    beat_height: int
    seen_height: int
    load_ppm: int | None
    places: PerKind | None
    active_leases: PerKind
    units_epoch: int
    units_used: PerKind2
    failures_in_row: PerKind
    offence_epochs: list[int]
    barred_until_epoch: int
    account: str | None
    penalties_due: int
    never_staked: int | None
    available: str
    unbonding: str
    debt: str
    effective_health_ppm: int
    paid_total: str
    sla: list[BandView]


Attested = TypedDict(
    "Attested",
    {
        "class": "AttestationClass",
        "not_after_ms": "int",
        "digest": "str",
        "measurement": "str",
        "collateral_ms": "int | None",
    },
)
"""A verified attestation."""


class PerKind(TypedDict):
    """One value for each kind."""

    ai: int
    quantum: int


class Circuit(TypedDict):
    """How large a circuit is."""

    qubits: int
    depth: int


class StakeLock(TypedDict):
    """A part of a stake that stays."""

    until_epoch: int
    amount: str


class PerKind2(TypedDict):
    """One value for each kind."""

    ai: str
    quantum: str


class BandView(TypedDict):
    """How a provider stands in one kind of work."""

    kind: Kind
    band: Band
    samples_used: int
    metrics: SlaMetrics | None


class SlaMetrics(TypedDict):
    """Metrics of one window or of two together; `None` (null) is missing."""

    qos_ppm: int | None
    coverage_ppm: int | None
    p95_ms: int | None
    availability_low_ppm: int | None
    availability_high_ppm: int | None
    fail_rate_ppm: int | None


class JobView(TypedDict):
    """A job with its id."""

    task_id: str
    kind: Kind
    status: JobStatus
    requester: str
    tier: str
    fee: str
    units: str
    size_bytes: int
    payload_digest: str
    region: str | None
    model: str | None
    attestation_classes: list[AttestationClass]
    circuit: Circuit | None
    prepaid: bool
    enqueue_ms: int
    enqueue_seq: int
    rank: str
    expires_ms: int
    attempts: int
    cooldown: list[str]
    ready_ms: int
    lease: Lease | None
    first_lease_ms: int | None
    result: JobResult | None
    claim: ClaimRef | None
    deadline_ms: int
    traps: JobTraps | None


class Lease(TypedDict):
    """A lease."""

    lease_id: str
    provider_id: str
    attempt: int
    granted_ms: int
    ack_by_ms: int
    acknowledged: bool
    expires_ms: int
    renewals: int
    band: Band
    quality_ppm: int
    surge_ppm: int
    epoch: int


class JobResult(TypedDict):
    """A result."""

    digest: str
    units: str
    latency_ms: int
    completed_ms: int
    prove_by: int
    attested: Attested | None
    completed_height: int
    observation: int
    quality: Quality
    rated: bool


class Quality(TypedDict):
    """The quality of a result, as far as it is known."""

    qos_ppm: int | None
    coverage_ppm: int | None
    integrity_ok: bool | None


class ClaimRef(TypedDict):
    """Where a job's claim is."""

    claim_key: str
    epoch: int


class JobTraps(TypedDict):
    """The hidden traps of a job (docs/spec/12-traps.md)."""

    committed: TrapCommitment
    policy_hash: str
    shots_min: int
    outcome: TrapOutcome | None


class TrapCommitment(TypedDict):
    """What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md)."""

    commitment: str
    circuits: int
    programs: str


class EpochView(TypedDict):
    """A batch: its header and the id over it."""

    chain_id: int
    epoch: int
    height_start: int
    height_end: int
    claims_count: int
    claims_root: str
    payouts_root: str
    balances_count: int
    balances_root: str
    deferred_count: int
    deferred_root: str
    debits_count: int
    debits_root: str
    totals: Totals
    budget: str
    carry_next: str
    policy_hash: str
    prev_batch_id: str
    batch_id: str
    rules: BatchRules | None


class Totals(TypedDict):
    """The sums of a batch."""

    gross: str
    payable: str
    provider: str
    miner: str
    treasury: str
    penalties: str
    debts: str
    dust: str
    deferred: str


class BatchRules(TypedDict):
    """What was in force when a batch was made."""

    semantics_version: int
    market_hash: str
    module_hash: str | None


class PayoutsView(TypedDict):
    """PayoutsView"""

    epoch: int
    line: PayoutRecord


class PayoutRecord(TypedDict):
    """A payout line of SPEC §10.4, as it is read."""

    claim_key: str
    provider_id: str
    miner: str
    kind: Kind
    gross: str
    payable: str
    provider: str
    miner_share: str
    treasury: str
    penalty: str
    net_provider: str


class Claim(TypedDict):
    """A proven piece of work that asks to be paid."""

    task_id: str
    block_height: int
    nullifier: str
    provider_id: str
    miner: str
    requester: str
    kind: Kind
    units: str
    quality_ppm: NotRequired[int | None]
    surge_ppm: NotRequired[int | None]
    proof_ref: str
    lease_id: NotRequired[str | None]
    deferred_from: NotRequired[int | None]
    owed: NotRequired[str | None]
    reward_max: NotRequired[str | None]


class AccountsView(TypedDict):
    """AccountsView"""

    account: str
    balance: str


PostingsView = TypedDict(
    "PostingsView",
    {
        "seq": "int",
        "from": "str",
        "to": "str",
        "amount": "str",
        "reason": "PostingReason",
    },
)
"""PostingsView"""


class SlashesView(TypedDict):
    """A penalty and its reason, kept with the epoch."""

    epoch: int
    provider_id: str
    reason: str
    severity: Severity
    penalty: str
    cooldown_epochs: int
    jail_epochs: int
    applied_in: int
    cancelled: str | None
    reporter: str | None
    stake: str


class PolicyView(TypedDict):
    """PolicyView"""

    policy_hash: str
    policy: Policy


class Policy(TypedDict):
    """Everything a network may choose."""

    epoch: EpochPolicy
    queue: QueuePolicy
    lease: LeasePolicy
    retry: RetryPolicy
    registry: RegistryPolicy
    assignment: AssignmentPolicy
    pricing: PerKind4
    split: PerKind5
    fund: FundPolicy
    sla: SlaPolicy
    slashing: SlashingPolicy
    traps: TrapsPolicy


class EpochPolicy(TypedDict):
    """Length and finality of epochs."""

    length_blocks: int
    finality_k: int


class QueuePolicy(TypedDict):
    """Order, lifetime and memory of the queue."""

    priority: PriorityPolicy
    job_ttl_ms: PerKind
    attempts_ttl_ms: int
    tombstone_ms: int


class PriorityPolicy(TypedDict):
    """The weights and half points of the rank (SPEC §3)."""

    w_fee_ppm: int
    w_age_ppm: int
    w_size_ppm: int
    w_tier_ppm: int
    fee_half: str
    size_half_bytes: int
    age_unit_ms: int
    tiers_ppm: dict[str, int]


class LeasePolicy(TypedDict):
    """Lease times (SPEC §5)."""

    duration_ms: PerKind
    ack_timeout_ms: int
    renew_from_ppm: int
    renew_add_ppm: int
    max_renewals: int


class RetryPolicy(TypedDict):
    """Attempts and backoff (SPEC §5)."""

    max_attempts: int
    base_ms: PerKind
    factor: int
    cap_ms: int


class RegistryPolicy(TypedDict):
    """Who may work (SPEC §4)."""

    min_stake: PerKind3
    min_health_ppm: int
    require_attestation: bool
    allow: list[str]
    deny: list[str]


class PerKind3(TypedDict):
    """One value for each kind."""

    ai: str
    quantum: str


class AssignmentPolicy(TypedDict):
    """Who gets which job (SPEC §4)."""

    strategy: Strategy
    spread: Spread
    weight_cap: str
    diversity_min_leases: int
    max_operator_share_ppm: int
    max_region_share_ppm: int
    concurrency: PerKind
    units_per_epoch: PerKind2


class PerKind4(TypedDict):
    """One value for each kind."""

    ai: PricingPolicy
    quantum: PricingPolicy


class PricingPolicy(TypedDict):
    """The price of one kind (SPEC §6)."""

    tiers: list[Tier]
    tiering: Tiering
    min_reward: str
    max_reward: str
    rounding: PriceRounding
    surge: list[SurgeBin]


class Tier(TypedDict):
    """A rate and where it ends."""

    up_to: str | None
    per_unit: str


class SurgeBin(TypedDict):
    """A multiplier that holds from a utilization on."""

    utilization_ppm_gte: int
    multiplier_ppm: int


class PerKind5(TypedDict):
    """One value for each kind."""

    ai: SplitPolicy
    quantum: SplitPolicy


class SplitPolicy(TypedDict):
    """How a payout of one kind is divided (SPEC §7)."""

    provider: int
    miner: int
    treasury: int


class FundPolicy(TypedDict):
    """What an epoch may pay (SPEC §10)."""

    budget_per_epoch: str
    cap_policy: CapPolicy
    sub_caps: PerKind6
    rollover_ppm: int
    max_carry: str
    slash_to: SlashTo


class PerKind6(TypedDict):
    """One value for each kind."""

    ai: str | None
    quantum: str | None


class SlaPolicy(TypedDict):
    """Quality windows and bands (SPEC §8)."""

    z_ppm: int
    edges_ms: list[int]
    short_jobs: int
    long_jobs: int
    min_samples: int
    w_short_ppm: int
    w_long_ppm: int
    w_heartbeats_ppm: int
    w_offers_ppm: int
    w_timely_ppm: int
    provisional_band: Band
    bands: Bands
    quality_ppm: QualityPolicy


class Bands(TypedDict):
    """What the bands of each kind ask."""

    ai: AiBands
    quantum: QuantumBands


class AiBands(TypedDict):
    """The bands of AI."""

    gold: AiBand
    silver: AiBand
    bronze: AiBronze


class AiBand(TypedDict):
    """What gold and silver ask of AI: evidence for the provider."""

    min_qos_ppm: int
    max_p95_ms: int
    max_fail_rate_ppm: int
    min_availability_low_ppm: int


class AiBronze(TypedDict):
    """What bronze asks of AI: no evidence against the provider."""

    min_qos_ppm: int
    max_p95_ms: int
    max_fail_rate_ppm: int
    min_availability_high_ppm: int


class QuantumBands(TypedDict):
    """The bands of quantum."""

    gold: QuantumBand
    silver: QuantumBand
    bronze: QuantumBronze


class QuantumBand(TypedDict):
    """What gold and silver ask of quantum."""

    max_p95_ms: int
    max_fail_rate_ppm: int
    min_coverage_ppm: int
    min_availability_low_ppm: int


class QuantumBronze(TypedDict):
    """What bronze asks of quantum."""

    max_p95_ms: int
    max_fail_rate_ppm: int
    min_coverage_ppm: int
    min_availability_high_ppm: int


class QualityPolicy(TypedDict):
    """The multiplier each band pays."""

    gold: int
    silver: int
    bronze: int
    fail: int


class SlashingPolicy(TypedDict):
    """Penalties (SPEC §9)."""

    bands: SlashBands
    min_samples: MinSamples
    severity: Severities
    offences: OffencePolicy
    window_epochs: int
    multipliers_ppm: list[int]
    max_penalty_per_epoch: str


class SlashBands(TypedDict):
    """From where each dimension is how bad."""

    traps: list[AbovePpm]
    qos: list[BelowPpm]
    latency: list[AboveMs]
    availability: list[BelowPpm]


class AbovePpm(TypedDict):
    """Breached above a ratio."""

    gt_ppm: int
    severity: Severity


class BelowPpm(TypedDict):
    """Breached below a ratio."""

    lt_ppm: int
    severity: Severity


class AboveMs(TypedDict):
    """Breached above a time."""

    gt_ms: int
    severity: Severity


class MinSamples(TypedDict):
    """Samples from which a dimension counts."""

    traps: int
    qos: int
    latency: int
    availability: int


class Severities(TypedDict):
    """What each severity costs."""

    minor: SeverityCost
    major: SeverityCost
    critical: SeverityCost


class SeverityCost(TypedDict):
    """What a severity costs."""

    penalty: str
    cooldown_epochs: int
    jail_epochs: int


class OffencePolicy(TypedDict):
    """How bad each offence is."""

    attestation_invalid: Severity
    equivocation: Severity
    replay: Severity
    lease_loss: Severity
    heartbeat_miss: Severity


class TrapsPolicy(TypedDict):
    """Quantum trap circuits (SPEC §12)."""

    min_pass_ppm: int
    min_shots: int
    count: int


class DigestView(TypedDict):
    """DigestView"""

    state_digest: str


class JobExplained(TypedDict):
    """Why a job does not run."""

    task_id: str
    status: JobStatus
    why: Why
    ready_ms: NotRequired[int | None]
    ahead: NotRequired[int | None]
    eligible: NotRequired[int | None]
    reason: NotRequired[UnassignedReason | None]
    counts: NotRequired[dict[str, int] | None]
    providers: NotRequired[list[Candidate] | None]


class Candidate(TypedDict):
    """A provider, as far as a job is concerned."""

    provider_id: str
    reason: NotRequired[UnassignedReason | None]


class PayoutExplained(TypedDict):
    """A payout, factor by factor."""

    epoch: int
    line: PayoutRecord
    policy_hash: str
    units: str
    base: str
    quality_ppm: int
    surge_ppm: int
    quoted: str
    reward_max: NotRequired[str | None]
    deferred_from: NotRequired[int | None]
    deferred: str
    split: SplitPolicy


class SlashExplained(TypedDict):
    """A slash or a warning, dimension by dimension."""

    epoch: int
    provider_id: str
    policy_hash: str
    record: NotRequired[SlashRecord | None]
    metrics: EpochMetrics
    offences: list[Offence]
    dimensions: Dimensions
    slashing: SlashingPolicy


class SlashRecord(TypedDict):
    """A penalty and its reason, kept with the epoch."""

    reason: str
    severity: Severity
    penalty: str
    cooldown_epochs: int
    jail_epochs: int
    applied_in: int
    cancelled: str | None
    reporter: str | None
    stake: str


class EpochMetrics(TypedDict):
    """What was measured in the epoch; what is absent was not, and is not judged."""

    traps: TrapsMetric | None
    qos: QosMetric | None
    latency: LatencyMetric | None
    availability: AvailabilityMetric | None


class TrapsMetric(TypedDict):
    """Traps of the epoch."""

    fail_ppm: int
    samples: int


class QosMetric(TypedDict):
    """Quality of the epoch."""

    score_ppm: int
    samples: int


class LatencyMetric(TypedDict):
    """Latency of the epoch."""

    p95_ms: int
    samples: int


class AvailabilityMetric(TypedDict):
    """Availability of the epoch: its upper bound (SPEC §8), because slashing needs evidence against."""

    ratio_ppm: int
    samples: int


class Dimensions(TypedDict):
    """The dimensions that were measured."""

    traps: NotRequired[Judgement | None]
    qos: NotRequired[Judgement | None]
    latency: NotRequired[Judgement | None]
    availability: NotRequired[Judgement | None]


class Judgement(TypedDict):
    """One dimension, judged."""

    breached: bool
    enough_samples: bool
    severity: NotRequired[Severity | None]


class MarketView(TypedDict):
    """MarketView"""

    market_hash: str
    market: Market


class Market(TypedDict):
    """What a network chooses beyond its policy."""

    registry: RegistryRules
    requests: RequestRules
    leases: LeaseRules
    penalties: PenaltyRules
    fund: FundRules
    withdrawals: WithdrawalRules
    keys: KeyRules
    attestation: EvidenceRules


class RegistryRules(TypedDict):
    """Who providers are, and that they are there."""

    key_bound_ids: bool
    stake_lock_epochs: int
    beat_blocks: int
    health_half_life_blocks: int
    missed_beats_max: int


class RequestRules(TypedDict):
    """What requesters may ask."""

    prepaid: bool
    payload_bytes_max: int
    units_max: PerKind2
    qubits_max: int
    depth_max: int
    fee_min: str
    window_ms: int
    jobs_per_window: int
    units_per_window: str
    queued_max: int
    fair_share_ppm: int
    fair_min_leases: int
    cancel_fee_ppm: int
    traps_required: bool


class LeaseRules(TypedDict):
    """What a lease asks of its holder."""

    failures_in_row_max: int
    proof_blocks: int
    stake_per_lease: PerKind3


class PenaltyRules(TypedDict):
    """How penalties are applied."""

    delay_epochs: int
    correlation_epochs: int
    correlation_from_ppm: int
    correlation_factor_ppm: int
    reporter_reward_ppm: int
    clawback_ppm: int


class FundRules(TypedDict):
    """Where the budget comes from."""

    source: FundSource
    reward_per_fee_ppm: int | None


class WithdrawalRules(TypedDict):
    """How money leaves."""

    delay_ms: int
    cooldown_ms: int
    payee_epoch_max: str | None
    total_epoch_max: str | None


class KeyRules(TypedDict):
    """Who signs, and how."""

    required: bool
    schemes: list[Scheme]
    window_blocks: int
    operators: list[Operator]


class Operator(TypedDict):
    """An operator of the network."""

    name: str
    scheme: Scheme
    public_key: str


class EvidenceRules(TypedDict):
    """What counts as evidence of hardware, where evidence is verified (docs/spec/18-attestation.md)."""

    measurements: Measurements
    tcb_statuses: list[TcbStatus]
    vmpl_max: int
    lifetime_ms: int
    cca_platform_keys: list[str]
    collateral_from_ms: int
    tcb_evaluation_min: int
    snp_tcb_min: list[SnpTcb]


class Measurements(TypedDict):
    """Workloads of each class, as the bytes of their measurements."""

    sgx: list[str]
    tdx: list[str]
    sev_snp: list[str]
    cca: list[str]


class SnpTcb(TypedDict):
    """The least firmware of an AMD product. A component that a product does not have is not compared."""

    product: str
    fmc: int
    boot_loader: int
    tee: int
    snp: int
    microcode: int


class ScheduleView(TypedDict):
    """ScheduleView"""

    epoch: int
    policies: list[ScheduleRow]
    markets: list[ScheduleRow]
    cores: list[ScheduleRow]


class ScheduleRow(TypedDict):
    """ScheduleRow"""

    epoch: int
    hash: str


class RequesterView(TypedDict):
    """What a requester has under way, and what it asked lately."""

    requester: str
    deposit: str
    escrow: str
    open: int
    leases: PerKind
    span: int
    jobs: int
    units: str
    jobs_before: int
    units_before: str
    epoch: int
    leased_units: PerKind2


class Fairness(TypedDict):
    """Fairness"""

    epoch: int
    kind: Kind
    equal_share_ppm: int
    share_error_ppm: int
    requesters: list[Share]


class Share(TypedDict):
    """Share"""

    requester: str
    units: str
    share_ppm: int
    error_ppm: int


class WithdrawalsView(TypedDict):
    """A withdrawal that waits."""

    withdrawal: int
    role: PayeeRole
    payee: str
    amount: str
    due_ms: int
    epoch: int


StatementView = TypedDict(
    "StatementView",
    {
        "seq": "int",
        "with": "str",
        "change": "str",
        "reason": "PostingReason",
        "balance": "str",
    },
)
"""StatementView"""


class ProviderKeyView(TypedDict):
    """ProviderKeyView"""

    provider_id: str
    scheme: Scheme | None
    public_key: str
    id_of_key: str
    nonce: int | None


class SignerView(TypedDict):
    """SignerView"""

    role: Role
    signer: str
    nonce: int | None


class ChainView(TypedDict):
    """ChainView"""

    height: int | None
    hash: str | None
    seq: int | None


class Balances(TypedDict):
    """What somebody has, account by account."""

    accounts: list[AccountBalance]
    paid_total: NotRequired[str | None]


class AccountBalance(TypedDict):
    """An account and what it has."""

    account: str
    balance: str


class NetworkView(TypedDict):
    """NetworkView"""

    network_id: str
    header: NetworkHeader


NetworkHeader = TypedDict(
    "NetworkHeader",
    {
        "name": "str",
        "class": "NetworkName",
        "chain_id": "int",
        "first_height": "int",
        "first_hash": "str | None",
        "genesis_time_ms": "int",
        "epoch_length": "int",
        "policy_hash": "str",
        "params_hash": "str",
        "sequencers": "list[SequencerKey]",
        "batch_ahead_max_ms": "int",
        "contracts": "list[str]",
        "semantics_version": "int",
    },
)
"""A network document with everything resolved: what a genesis carries, and the preimage of the network id."""


class SequencerKey(TypedDict):
    """A key that seals batches."""

    scheme: Scheme
    public_key: str


class Receipt(TypedDict):
    """A receipt."""

    batch: Batch
    signed: BatchSignature
    payee: NotRequired[PayeePart | None]


class Batch(TypedDict):
    """A batch: its header and the id over it."""

    chain_id: int
    epoch: int
    height_start: int
    height_end: int
    claims_count: int
    claims_root: str
    payouts_root: str
    balances_count: int
    balances_root: str
    deferred_count: int
    deferred_root: str
    debits_count: int
    debits_root: str
    totals: Totals
    budget: str
    carry_next: str
    policy_hash: str
    prev_batch_id: str
    batch_id: str


class BatchSignature(TypedDict):
    """The settlement key's word for a batch."""

    scheme: Scheme
    signature: str


class PayeePart(TypedDict):
    """What a batch says of one payee."""

    payee: str
    lines: list[ReceiptLine]
    balance: NotRequired[ReceiptBalance | None]


class ReceiptLine(TypedDict):
    """One of a payee's lines: claim and payout stand at the same index of trees of the same size."""

    index: int
    claim: ClaimRecord
    claim_proof: list[str]
    payout: PayoutRecord
    payout_proof: list[str]


class ClaimRecord(TypedDict):
    """A claim line of SPEC §10.4, as it is read."""

    claim_key: str
    provider_id: str
    requester: str
    kind: Kind
    units: str
    proof_ref: str
    task_id: str
    lease_id: NotRequired[str | None]
    block_height: int


class ReceiptBalance(TypedDict):
    """What a payee was ever paid."""

    index: int
    cumulative_paid: str
    proof: list[str]


class Settle(TypedDict):
    """Input of `settlement.settle`."""

    chain_id: int
    epoch: int
    height_start: int
    height_end: int
    carry: NotRequired[str | None]
    prev_batch_id: NotRequired[str | None]
    stakes: NotRequired[dict[str, str] | None]
    paid_before: NotRequired[dict[str, str] | None]
    slashes: NotRequired[list[SettleSlash] | None]
    claims: list[Claim]


class SettleSlash(TypedDict):
    """A penalty. Of several with the same provider and reason the largest counts."""

    provider_id: str
    amount: str
    reason: str


class Accepted(TypedDict):
    """A write that waits and is durable; aicf.getTicket answers with its outcome."""

    status: Literal["accepted"]
    ticket: str


class Applied(TypedDict):
    """What a write did: the entry that records it, durable when this is answered."""

    seq: int
    height: int
    time_ms: int
    status: Literal["ok"]
    state_root: str
    task_id: NotRequired[str]
    events: list[dict[str, Any]]


class EventLine(TypedDict):
    """EventLine"""

    event: Literal["initialised", "providerRegistered", "providerStatusChanged", "providerJailed", "stakeChanged", "jobEnqueued", "jobAssigned", "jobAcknowledged", "leaseRenewed", "leaseCancelled", "jobCompleted", "jobExpired", "jobFailed", "jobCancelled", "claimAccepted", "providerWarned", "providerSlashed", "epochSettled", "policyScheduled", "marketScheduled", "coreScheduled", "providerWithdrew", "offenceReported", "keyRotated", "depositChanged", "withdrawalRequested", "withdrawalPaid", "withdrawalCancelled", "penaltyDelayed", "penaltyCancelled", "debtRepaid", "reporterRewarded", "batchSealed", "sequencerContradicted", "sequencersReplaced", "cancellationCharged", "trapsVerified", "trapsVoid", "jobRated", "providerForgotten"]
    seq: int
    height: int
    time_ms: int
    cursor: str
    data: dict[str, Any]


class SealedBatch(TypedDict):
    """A batch of messages that the network's sequencer sealed."""

    network_id: str
    time_ms: int
    hash: str
    seal: dict[str, Any]
    messages: list[str]


class ChangedEntry(TypedDict):
    """An entry with the rows that it wrote."""

    seq: int
    status: str
    state_root: str
    rows: list[dict[str, Any]] | None


class NodeStatus(TypedDict):
    """NodeStatus"""

    version: str
    healthy: bool
    read_only: bool
    stopped: str | None
    chain_error: str | None
    clock_error: str | None
    pending_writes: int
    role: Literal["sequencer", "replica", "follower"]
    batch: int
    batch_known: int
    chain_head: int | None
    chain: ChainView
    head: HeadView
    signs_receipts: bool
    settlement_key: SettlementKey | None


class SettlementKey(TypedDict):
    """The public half of the key that signs receipts."""

    scheme: Scheme
    public_key: str


NetworkHeaderInput = TypedDict(
    "NetworkHeaderInput",
    {
        "name": "str",
        "class": "NetworkNameInput",
        "chain_id": "int",
        "first_height": "int",
        "first_hash": "NotRequired[str | None]",
        "genesis_time_ms": "int",
        "epoch_length": "int",
        "policy_hash": "str",
        "params_hash": "str",
        "sequencers": "list[SequencerKeyInput]",
        "batch_ahead_max_ms": "int",
        "contracts": "list[str]",
        "semantics_version": "int",
    },
)
"""A network document with everything resolved: what a genesis carries, and the preimage of the network id."""


class SequencerKeyInput(TypedDict):
    """A key that seals batches."""

    scheme: SchemeInput
    public_key: str


AttestationEvidence = TypedDict(
    "AttestationEvidence",
    {
        "class": "AttestationClassInput",
        "evidence": "str",
        "not_after_ms": "int",
        "collateral": "NotRequired[Collateral | None]",
    },
)
"""Evidence of a provider's hardware, to be judged by the network's verifier."""


class Collateral(TypedDict):
    """What a vendor publishes for judging evidence: each class reads its own fields. Nothing here is trusted: all of it is signed by the vendor."""

    pck_crl_issuer_chain: NotRequired[str | None]
    root_ca_crl: NotRequired[str | None]
    pck_crl: NotRequired[str | None]
    tcb_info_issuer_chain: NotRequired[str | None]
    tcb_info: NotRequired[str | None]
    tcb_info_signature: NotRequired[str | None]
    qe_identity_issuer_chain: NotRequired[str | None]
    qe_identity: NotRequired[str | None]
    qe_identity_signature: NotRequired[str | None]
    pck_certificate_chain: NotRequired[str | None]
    vek: NotRequired[str | None]
    vek_issuer_chain: NotRequired[str | None]
    ark_crl: NotRequired[str | None]
    ask_crl: NotRequired[str | None]


class PerKindInput(TypedDict):
    """One value for each kind."""

    ai: int
    quantum: int


class CircuitInput(TypedDict):
    """How large a circuit is."""

    qubits: int
    depth: int


class OperatorProof(TypedDict):
    """The word of an operator that it runs a provider."""

    scheme: SchemeInput
    public_key: str
    signature: str


class TrapCommitmentInput(TypedDict):
    """What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md)."""

    commitment: str
    circuits: int
    programs: str


class LeaseMessage(TypedDict):
    """A provider's message about the lease it holds: the attempt is the fence against old leases."""

    task_id: str
    provider_id: str
    attempt: int


class ResultMetrics(TypedDict):
    """What a result is worth, as measured. Only an open devnet believes all of it; elsewhere the units count, and the quality is what requesters say and revealed traps show."""

    units: str
    qos_ppm: NotRequired[int | None]
    coverage_ppm: NotRequired[int | None]
    integrity_ok: NotRequired[bool | None]
    trap_shots: NotRequired[int | None]
    trap_failures: NotRequired[int | None]


class CircuitCounts(TypedDict):
    """The measured shots of one circuit."""

    place: int
    counts: dict[str, int]


class SignedCommand(TypedDict):
    """A command, who gives it, and the proof of that (see [`super::speaker`] for what is signed)."""

    role: RoleInput
    signer: str
    nonce: int
    expires_height: int
    command: str
    signature: str


class IncludedProof(TypedDict):
    """A proof as a block has it."""

    proof: str
    proof_ref: str
    miner: str
    block_height: NotRequired[int | None]


class ContractTransaction(TypedDict):
    """A transaction of the fund's contract. Its caller is an account of the chain, and the command needs that account's authority (see [`super::transactions`])."""

    tx_hash: str
    caller: str
    call: ContractCall


class Seal(TypedDict):
    """The seal of a batch (see [`super::batches`] for what is signed). The batch's time is the entry's."""

    number: int
    previous: str
    block_height: int
    block_hash: str
    messages: int
    messages_digest: str
    state_root: str
    key: int
    signature: str


class PolicyInput(TypedDict):
    """Everything a network may choose."""

    epoch: EpochPolicyInput
    queue: QueuePolicyInput
    lease: LeasePolicyInput
    retry: RetryPolicyInput
    registry: RegistryPolicyInput
    assignment: AssignmentPolicyInput
    pricing: PerKind4Input
    split: PerKind5Input
    fund: FundPolicyInput
    sla: SlaPolicyInput
    slashing: SlashingPolicyInput
    traps: TrapsPolicyInput


class EpochPolicyInput(TypedDict):
    """Length and finality of epochs."""

    length_blocks: int
    finality_k: int


class QueuePolicyInput(TypedDict):
    """Order, lifetime and memory of the queue."""

    priority: PriorityPolicyInput
    job_ttl_ms: PerKindInput
    attempts_ttl_ms: int
    tombstone_ms: int


class PriorityPolicyInput(TypedDict):
    """The weights and half points of the rank (SPEC §3)."""

    w_fee_ppm: int
    w_age_ppm: int
    w_size_ppm: int
    w_tier_ppm: int
    fee_half: str
    size_half_bytes: int
    age_unit_ms: int
    tiers_ppm: dict[str, int]


class LeasePolicyInput(TypedDict):
    """Lease times (SPEC §5)."""

    duration_ms: PerKindInput
    ack_timeout_ms: int
    renew_from_ppm: int
    renew_add_ppm: int
    max_renewals: int


class RetryPolicyInput(TypedDict):
    """Attempts and backoff (SPEC §5)."""

    max_attempts: int
    base_ms: PerKindInput
    factor: int
    cap_ms: int


class RegistryPolicyInput(TypedDict):
    """Who may work (SPEC §4)."""

    min_stake: PerKind2Input
    min_health_ppm: int
    require_attestation: bool
    allow: list[str]
    deny: list[str]


class PerKind2Input(TypedDict):
    """One value for each kind."""

    ai: str
    quantum: str


class AssignmentPolicyInput(TypedDict):
    """Who gets which job (SPEC §4)."""

    strategy: StrategyInput
    spread: SpreadInput
    weight_cap: str
    diversity_min_leases: int
    max_operator_share_ppm: int
    max_region_share_ppm: int
    concurrency: PerKindInput
    units_per_epoch: PerKind3Input


class PerKind3Input(TypedDict):
    """One value for each kind."""

    ai: str
    quantum: str


class PerKind4Input(TypedDict):
    """One value for each kind."""

    ai: PricingPolicyInput
    quantum: PricingPolicyInput


class PricingPolicyInput(TypedDict):
    """The price of one kind (SPEC §6)."""

    tiers: list[TierInput]
    tiering: TieringInput
    min_reward: str
    max_reward: str
    rounding: PriceRoundingInput
    surge: list[SurgeBinInput]


class TierInput(TypedDict):
    """A rate and where it ends."""

    up_to: str | None
    per_unit: str


class SurgeBinInput(TypedDict):
    """A multiplier that holds from a utilization on."""

    utilization_ppm_gte: int
    multiplier_ppm: int


class PerKind5Input(TypedDict):
    """One value for each kind."""

    ai: SplitPolicyInput
    quantum: SplitPolicyInput


class SplitPolicyInput(TypedDict):
    """How a payout of one kind is divided (SPEC §7)."""

    provider: int
    miner: int
    treasury: int


class FundPolicyInput(TypedDict):
    """What an epoch may pay (SPEC §10)."""

    budget_per_epoch: str
    cap_policy: CapPolicyInput
    sub_caps: PerKind6Input
    rollover_ppm: int
    max_carry: str
    slash_to: SlashToInput


class PerKind6Input(TypedDict):
    """One value for each kind."""

    ai: str | None
    quantum: str | None


class SlaPolicyInput(TypedDict):
    """Quality windows and bands (SPEC §8)."""

    z_ppm: int
    edges_ms: list[int]
    short_jobs: int
    long_jobs: int
    min_samples: int
    w_short_ppm: int
    w_long_ppm: int
    w_heartbeats_ppm: int
    w_offers_ppm: int
    w_timely_ppm: int
    provisional_band: BandInput
    bands: BandsInput
    quality_ppm: QualityPolicyInput


class BandsInput(TypedDict):
    """What the bands of each kind ask."""

    ai: AiBandsInput
    quantum: QuantumBandsInput


class AiBandsInput(TypedDict):
    """The bands of AI."""

    gold: AiBandInput
    silver: AiBandInput
    bronze: AiBronzeInput


class AiBandInput(TypedDict):
    """What gold and silver ask of AI: evidence for the provider."""

    min_qos_ppm: int
    max_p95_ms: int
    max_fail_rate_ppm: int
    min_availability_low_ppm: int


class AiBronzeInput(TypedDict):
    """What bronze asks of AI: no evidence against the provider."""

    min_qos_ppm: int
    max_p95_ms: int
    max_fail_rate_ppm: int
    min_availability_high_ppm: int


class QuantumBandsInput(TypedDict):
    """The bands of quantum."""

    gold: QuantumBandInput
    silver: QuantumBandInput
    bronze: QuantumBronzeInput


class QuantumBandInput(TypedDict):
    """What gold and silver ask of quantum."""

    max_p95_ms: int
    max_fail_rate_ppm: int
    min_coverage_ppm: int
    min_availability_low_ppm: int


class QuantumBronzeInput(TypedDict):
    """What bronze asks of quantum."""

    max_p95_ms: int
    max_fail_rate_ppm: int
    min_coverage_ppm: int
    min_availability_high_ppm: int


class QualityPolicyInput(TypedDict):
    """The multiplier each band pays."""

    gold: int
    silver: int
    bronze: int
    fail: int


class SlashingPolicyInput(TypedDict):
    """Penalties (SPEC §9)."""

    bands: SlashBandsInput
    min_samples: MinSamplesInput
    severity: SeveritiesInput
    offences: OffencePolicyInput
    window_epochs: int
    multipliers_ppm: list[int]
    max_penalty_per_epoch: str


class SlashBandsInput(TypedDict):
    """From where each dimension is how bad."""

    traps: list[AbovePpmInput]
    qos: list[BelowPpmInput]
    latency: list[AboveMsInput]
    availability: list[BelowPpmInput]


class AbovePpmInput(TypedDict):
    """Breached above a ratio."""

    gt_ppm: int
    severity: SeverityInput


class BelowPpmInput(TypedDict):
    """Breached below a ratio."""

    lt_ppm: int
    severity: SeverityInput


class AboveMsInput(TypedDict):
    """Breached above a time."""

    gt_ms: int
    severity: SeverityInput


class MinSamplesInput(TypedDict):
    """Samples from which a dimension counts."""

    traps: int
    qos: int
    latency: int
    availability: int


class SeveritiesInput(TypedDict):
    """What each severity costs."""

    minor: SeverityCostInput
    major: SeverityCostInput
    critical: SeverityCostInput


class SeverityCostInput(TypedDict):
    """What a severity costs."""

    penalty: str
    cooldown_epochs: int
    jail_epochs: int


class OffencePolicyInput(TypedDict):
    """How bad each offence is."""

    attestation_invalid: SeverityInput
    equivocation: SeverityInput
    replay: SeverityInput
    lease_loss: SeverityInput
    heartbeat_miss: SeverityInput


class TrapsPolicyInput(TypedDict):
    """Quantum trap circuits (SPEC §12)."""

    min_pass_ppm: int
    min_shots: int
    count: int


NetworkName: TypeAlias = "Literal['devnet'] | Literal['testnet'] | Literal['mainnet']"
Kind: TypeAlias = "Literal['ai'] | Literal['quantum']"
AttestationClass: TypeAlias = "Literal['sgx'] | Literal['tdx'] | Literal['sev-snp'] | Literal['cca']"
ProviderStatus: TypeAlias = "Literal['registered'] | Literal['active'] | Literal['jailed'] | Literal['suspended'] | Literal['retired']"
Band: TypeAlias = "Literal['gold'] | Literal['silver'] | Literal['bronze'] | Literal['fail']"
JobStatus: TypeAlias = "Literal['queued'] | Literal['assigned'] | Literal['completed'] | Literal['claimed'] | Literal['settled'] | Literal['expired'] | Literal['failed'] | Literal['cancelled']"
TrapOutcome: TypeAlias = "dict[str, Any]"
PostingReason: TypeAlias = "Literal['stake_deposit'] | Literal['stake_unbonding'] | Literal['stake_released'] | Literal['fee_escrow'] | Literal['fee_refund'] | Literal['fee_earned'] | Literal['budget'] | Literal['provider_share'] | Literal['miner_share'] | Literal['treasury_share'] | Literal['dust'] | Literal['penalty_from_share'] | Literal['penalty_from_stake'] | Literal['penalty_owed'] | Literal['withdrawal'] | Literal['withdrawal_requested'] | Literal['withdrawal_cancelled'] | Literal['deposit'] | Literal['deposit_returned'] | Literal['debt_repaid'] | Literal['reporter_reward'] | Literal['cancellation_charge']"
Severity: TypeAlias = "Literal['minor'] | Literal['major'] | Literal['critical']"
Strategy: TypeAlias = "Literal['shuffle'] | Literal['weighted'] | Literal['score']"
Spread: TypeAlias = "Literal['round_robin'] | Literal['pack'] | Literal['proportional']"
Tiering: TypeAlias = "Literal['graduated'] | Literal['volume']"
PriceRounding: TypeAlias = "Literal['floor'] | Literal['half_even']"
CapPolicy: TypeAlias = "Literal['scale'] | Literal['defer']"
SlashTo: TypeAlias = "Literal['treasury'] | Literal['burn']"
Why: TypeAlias = "Literal['backoff'] | Literal['nobody_eligible'] | Literal['waits_for_dispatch'] | Literal['waits_for_share'] | Literal['waits_for_ack'] | Literal['running'] | Literal['waits_for_proof'] | Literal['waits_for_settlement'] | Literal['over'] | Literal['waits_for_reveal']"
UnassignedReason: TypeAlias = "Literal['status'] | Literal['capability'] | Literal['attestation'] | Literal['stake'] | Literal['health'] | Literal['denied'] | Literal['region'] | Literal['model'] | Literal['attestation_class'] | Literal['cooldown'] | Literal['concurrency'] | Literal['units'] | Literal['diversity'] | Literal['no_providers']"
Offence: TypeAlias = "Literal['attestation_invalid'] | Literal['equivocation'] | Literal['replay'] | Literal['lease_loss'] | Literal['heartbeat_miss']"
FundSource: TypeAlias = "Literal['mint'] | Literal['fees']"
Scheme: TypeAlias = "Literal['ml-dsa-65'] | Literal['dilithium3'] | Literal['dilithium3-ipd'] | Literal['slh-dsa-shake-128s']"
TcbStatus: TypeAlias = "Literal['UpToDate'] | Literal['SWHardeningNeeded'] | Literal['ConfigurationNeeded'] | Literal['ConfigurationAndSWHardeningNeeded'] | Literal['OutOfDate'] | Literal['OutOfDateConfigurationNeeded'] | Literal['TDRelaunchAdvised'] | Literal['TDRelaunchAdvisedConfigurationNeeded'] | Literal['Revoked']"
PayeeRole: TypeAlias = "Literal['provider'] | Literal['miner']"
Role: TypeAlias = "Literal['provider'] | Literal['operator']"
Event: TypeAlias = "dict[str, Any]"
RequeueCause: TypeAlias = "Literal['ack_timeout'] | Literal['lease_expired'] | Literal['provider_failed'] | Literal['invalid_proof'] | Literal['declined'] | Literal['provider_removed'] | Literal['time_to_live'] | Literal['no_attempts_left'] | Literal['requester'] | Literal['not_proved'] | Literal['traps_failed']"
ProviderStatusInput: TypeAlias = "Literal['registered'] | Literal['active'] | Literal['jailed'] | Literal['suspended'] | Literal['retired']"
KindInput: TypeAlias = "Literal['ai'] | Literal['quantum']"
JobStatusInput: TypeAlias = "Literal['queued'] | Literal['assigned'] | Literal['completed'] | Literal['claimed'] | Literal['settled'] | Literal['expired'] | Literal['failed'] | Literal['cancelled']"
RoleInput: TypeAlias = "Literal['provider'] | Literal['operator']"
Command: TypeAlias = "dict[str, Any]"
NetworkNameInput: TypeAlias = "Literal['devnet'] | Literal['testnet'] | Literal['mainnet']"
SchemeInput: TypeAlias = "Literal['ml-dsa-65'] | Literal['dilithium3'] | Literal['dilithium3-ipd'] | Literal['slh-dsa-shake-128s']"
AttestationClassInput: TypeAlias = "Literal['sgx'] | Literal['tdx'] | Literal['sev-snp'] | Literal['cca']"
OffenceInput: TypeAlias = "Literal['attestation_invalid'] | Literal['equivocation'] | Literal['replay'] | Literal['lease_loss'] | Literal['heartbeat_miss']"
OffenceProof: TypeAlias = "dict[str, Any]"
SignedStatement: TypeAlias = "dict[str, Any]"
ContractCall: TypeAlias = "dict[str, Any]"
StrategyInput: TypeAlias = "Literal['shuffle'] | Literal['weighted'] | Literal['score']"
SpreadInput: TypeAlias = "Literal['round_robin'] | Literal['pack'] | Literal['proportional']"
TieringInput: TypeAlias = "Literal['graduated'] | Literal['volume']"
PriceRoundingInput: TypeAlias = "Literal['floor'] | Literal['half_even']"
CapPolicyInput: TypeAlias = "Literal['scale'] | Literal['defer']"
SlashToInput: TypeAlias = "Literal['treasury'] | Literal['burn']"
BandInput: TypeAlias = "Literal['gold'] | Literal['silver'] | Literal['bronze'] | Literal['fail']"
SeverityInput: TypeAlias = "Literal['minor'] | Literal['major'] | Literal['critical']"


class ListProvidersPage(TypedDict):
    """A page of `aicf.listProviders`."""

    items: list[ProviderView]
    nextCursor: str | None
    total: int | None


class ListJobsPage(TypedDict):
    """A page of `aicf.listJobs`."""

    items: list[JobView]
    nextCursor: str | None
    total: int | None


class ListAccountsPage(TypedDict):
    """A page of `aicf.listAccounts`."""

    items: list[AccountsView]
    nextCursor: str | None
    total: int | None


class GetStatementPage(TypedDict):
    """A page of `aicf.getStatement`."""

    items: list[StatementView]
    nextCursor: str | None
    total: int | None


class ListPayoutsPage(TypedDict):
    """A page of `aicf.listPayouts`."""

    items: list[PayoutsView]
    nextCursor: str | None
    total: int | None


class ListSettlementsPage(TypedDict):
    """A page of `aicf.listSettlements`."""

    items: list[EpochView]
    nextCursor: str | None
    total: int | None


class ListClaimsPage(TypedDict):
    """A page of `aicf.listClaims`."""

    items: list[Claim]
    nextCursor: str | None
    total: int | None


class ListSlashesPage(TypedDict):
    """A page of `aicf.listSlashes`."""

    items: list[SlashesView]
    nextCursor: str | None
    total: int | None


class ListRequestersPage(TypedDict):
    """A page of `aicf.listRequesters`."""

    items: list[RequesterView]
    nextCursor: str | None
    total: int | None


class ListWithdrawalsPage(TypedDict):
    """A page of `aicf.listWithdrawals`."""

    items: list[WithdrawalsView]
    nextCursor: str | None
    total: int | None


class ListEventsPage(TypedDict):
    """A page of `aicf.listEvents`."""

    items: list[EventLine]
    nextCursor: str | None
    more: bool


class CapListJobsPage(TypedDict):
    """A page of `cap.listJobs`."""

    items: list[JobView]
    nextCursor: str | None
    total: int | None


class Methods:
    """Every method of a node; each waits for the answer."""

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Calls a method by its name."""
        raise NotImplementedError

    def get_status(self) -> NodeStatus:
        """Where the node stands: head, chain, epoch, and whether it works."""
        return self.call("aicf.getStatus", {})  # type: ignore[no-any-return]

    def list_providers(self, status: ProviderStatusInput | None = None, kind: KindInput | None = None, region: str | None = None, capability: str | None = None, cursor: str | None = None, limit: int | None = None) -> ListProvidersPage:
        """Providers by status, kind, region and capability."""
        return self.call("aicf.listProviders", {"status": status, "kind": kind, "region": region, "capability": capability, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_provider(self, provider_id: str) -> ProviderView:
        """A provider with its stake, health, bands and money."""
        return self.call("aicf.getProvider", {"provider_id": provider_id})  # type: ignore[no-any-return]

    def list_jobs(self, status: JobStatusInput | None = None, kind: KindInput | None = None, requester: str | None = None, provider_id: str | None = None, region: str | None = None, capability: str | None = None, since_ms: int | None = None, until_ms: int | None = None, cursor: str | None = None, limit: int | None = None) -> ListJobsPage:
        """Jobs, the newest first; every condition that is given holds."""
        return self.call("aicf.listJobs", {"status": status, "kind": kind, "requester": requester, "provider_id": provider_id, "region": region, "capability": capability, "since_ms": since_ms, "until_ms": until_ms, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_job(self, task_id: str) -> JobView:
        """A job: where it stands, its lease, its result, its claim."""
        return self.call("aicf.getJob", {"task_id": task_id})  # type: ignore[no-any-return]

    def get_payload(self, task_id: str) -> dict[str, Any]:
        """What a job asks for, as it was submitted."""
        return self.call("aicf.getPayload", {"task_id": task_id})  # type: ignore[no-any-return]

    def get_balance(self, account: str | None = None, provider_id: str | None = None, requester: str | None = None, miner: str | None = None) -> Balances:
        """What an account, a provider, a requester or a miner has."""
        return self.call("aicf.getBalance", {"account": account, "provider_id": provider_id, "requester": requester, "miner": miner})  # type: ignore[no-any-return]

    def list_accounts(self, cursor: str | None = None, limit: int | None = None) -> ListAccountsPage:
        """All accounts and their balances."""
        return self.call("aicf.listAccounts", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_statement(self, account: str, cursor: str | None = None, limit: int | None = None) -> GetStatementPage:
        """Every movement of an account, with the balance after it."""
        return self.call("aicf.getStatement", {"account": account, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def list_payouts(self, payee: str | None = None, epoch: int | None = None, cursor: str | None = None, limit: int | None = None) -> ListPayoutsPage:
        """Payout lines, of a payee, of an epoch, or of both."""
        return self.call("aicf.listPayouts", {"payee": payee, "epoch": epoch, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def claim_payout(self, epoch: int, provider_id: str) -> dict[str, Any]:
        """What an epoch pays a provider, each line proven against the batch; nothing changes."""
        return self.call("aicf.claimPayout", {"epoch": epoch, "provider_id": provider_id})  # type: ignore[no-any-return]

    def list_settlements(self, cursor: str | None = None, limit: int | None = None) -> ListSettlementsPage:
        """Settled epochs."""
        return self.call("aicf.listSettlements", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_settlement(self, epoch: int) -> EpochView:
        """A settled epoch: its batch, roots and totals."""
        return self.call("aicf.getSettlement", {"epoch": epoch})  # type: ignore[no-any-return]

    def get_receipt(self, epoch: int, payee: str | None = None) -> dict[str, Any]:
        """A settled epoch's receipt, with a payee's lines where one is named; signed where the node has a settlement key."""
        return self.call("aicf.getReceipt", {"epoch": epoch, "payee": payee})  # type: ignore[no-any-return]

    def get_claims(self, epoch: int, claims: bool | None = None) -> dict[str, Any]:
        """All that a settled epoch was computed from, to compute it again; without its claims where they are too many for one answer."""
        return self.call("aicf.getClaims", {"epoch": epoch, "claims": claims})  # type: ignore[no-any-return]

    def list_claims(self, epoch: int, cursor: str | None = None, limit: int | None = None) -> ListClaimsPage:
        """The claims of a settled epoch, as its settlement read them."""
        return self.call("aicf.listClaims", {"epoch": epoch, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def list_slashes(self, cursor: str | None = None, limit: int | None = None) -> ListSlashesPage:
        """Penalties and their reasons."""
        return self.call("aicf.listSlashes", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def list_requesters(self, cursor: str | None = None, limit: int | None = None) -> ListRequestersPage:
        """Requesters: deposits, and what is under way."""
        return self.call("aicf.listRequesters", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_requester(self, requester: str) -> RequesterView:
        """A requester: deposit, escrow, and what is under way."""
        return self.call("aicf.getRequester", {"requester": requester})  # type: ignore[no-any-return]

    def list_withdrawals(self, payee: str | None = None, cursor: str | None = None, limit: int | None = None) -> ListWithdrawalsPage:
        """Withdrawals that wait."""
        return self.call("aicf.listWithdrawals", {"payee": payee, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_policy(self, hash: str | None = None) -> PolicyView:
        """The policy in force, or another one by its hash."""
        return self.call("aicf.getPolicy", {"hash": hash})  # type: ignore[no-any-return]

    def get_market(self, hash: str | None = None) -> MarketView:
        """The market rules in force, or others by their hash."""
        return self.call("aicf.getMarket", {"hash": hash})  # type: ignore[no-any-return]

    def get_schedule(self) -> ScheduleView:
        """What holds from which epoch on."""
        return self.call("aicf.getSchedule", {})  # type: ignore[no-any-return]

    def get_fairness(self, kind: KindInput) -> Fairness:
        """How the epoch's units are divided among requesters."""
        return self.call("aicf.getFairness", {"kind": kind})  # type: ignore[no-any-return]

    def get_signer(self, role: RoleInput, signer: str) -> SignerView:
        """The last nonce of a signer."""
        return self.call("aicf.getSigner", {"role": role, "signer": signer})  # type: ignore[no-any-return]

    def get_key(self, provider_id: str) -> ProviderKeyView:
        """The key that a provider signs with."""
        return self.call("aicf.getKey", {"provider_id": provider_id})  # type: ignore[no-any-return]

    def explain_job(self, task_id: str, providers: bool | None = None) -> JobExplained:
        """Why a job does not run, rule by rule."""
        return self.call("aicf.explainJob", {"task_id": task_id, "providers": providers})  # type: ignore[no-any-return]

    def explain_payout(self, epoch: int, claim_key: str) -> PayoutExplained:
        """What a payout is made of, factor by factor."""
        return self.call("aicf.explainPayout", {"epoch": epoch, "claim_key": claim_key})  # type: ignore[no-any-return]

    def explain_slash(self, epoch: int, provider_id: str) -> SlashExplained:
        """What a penalty was decided by."""
        return self.call("aicf.explainSlash", {"epoch": epoch, "provider_id": provider_id})  # type: ignore[no-any-return]

    def list_events(self, topics: list[Literal["initialised", "providerRegistered", "providerStatusChanged", "providerJailed", "stakeChanged", "jobEnqueued", "jobAssigned", "jobAcknowledged", "leaseRenewed", "leaseCancelled", "jobCompleted", "jobExpired", "jobFailed", "jobCancelled", "claimAccepted", "providerWarned", "providerSlashed", "epochSettled", "policyScheduled", "marketScheduled", "coreScheduled", "providerWithdrew", "offenceReported", "keyRotated", "depositChanged", "withdrawalRequested", "withdrawalPaid", "withdrawalCancelled", "penaltyDelayed", "penaltyCancelled", "debtRepaid", "reporterRewarded", "batchSealed", "sequencerContradicted", "sequencersReplaced", "cancellationCharged", "trapsVerified", "trapsVoid", "jobRated", "providerForgotten"]] | Literal["initialised", "providerRegistered", "providerStatusChanged", "providerJailed", "stakeChanged", "jobEnqueued", "jobAssigned", "jobAcknowledged", "leaseRenewed", "leaseCancelled", "jobCompleted", "jobExpired", "jobFailed", "jobCancelled", "claimAccepted", "providerWarned", "providerSlashed", "epochSettled", "policyScheduled", "marketScheduled", "coreScheduled", "providerWithdrew", "offenceReported", "keyRotated", "depositChanged", "withdrawalRequested", "withdrawalPaid", "withdrawalCancelled", "penaltyDelayed", "penaltyCancelled", "debtRepaid", "reporterRewarded", "batchSealed", "sequencerContradicted", "sequencersReplaced", "cancellationCharged", "trapsVerified", "trapsVoid", "jobRated", "providerForgotten"] | None = None, task_id: str | None = None, provider_id: str | None = None, requester: str | None = None, kind: Literal["ai", "quantum"] | None = None, from_seq: int | None = None, cursor: str | None = None, limit: int | None = None) -> ListEventsPage:
        """What happened, in order, from an entry or a cursor on."""
        return self.call("aicf.listEvents", {"topics": topics, "task_id": task_id, "provider_id": provider_id, "requester": requester, "kind": kind, "from_seq": from_seq, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_ticket(self, ticket: str) -> dict[str, Any]:
        """The outcome of a write that was answered with a ticket: pending, or what the write would have answered."""
        return self.call("aicf.getTicket", {"ticket": ticket})  # type: ignore[no-any-return]

    def list_batches(self, from_number: Any = None, limit: int | None = None) -> dict[str, Any]:
        """Returns sealed batches of messages in order, from a number on: what a replica applies."""
        return self.call("aicf.listBatches", {"from_number": from_number, "limit": limit})  # type: ignore[no-any-return]

    def list_changes(self, from_seq: int | None = None, limit: int | None = None) -> dict[str, Any]:
        """Returns the rows that the last entries wrote, in order, as far as this node keeps them in memory: what a replica that diverged compares."""
        return self.call("aicf.listChanges", {"from_seq": from_seq, "limit": limit})  # type: ignore[no-any-return]

    def submit_job(self, kind: KindInput, units: str, payload_json: Any = None, fee: str | None = None, requester: str | None = None, tier: str | None = None, region: str | None = None, model: str | None = None, attestation_classes: list[AttestationClassInput] | None = None, circuit: CircuitInput | None = None, payload: str | None = None, tx_hash: str | None = None, caller: str | None = None, traps: TrapCommitmentInput | None = None) -> Applied | Accepted:
        """Puts a job into the queue; the answer has its task_id."""
        return self.call("aicf.submitJob", {"kind": kind, "payload_json": payload_json, "units": units, "fee": fee, "requester": requester, "tier": tier, "region": region, "model": model, "attestation_classes": attestation_classes, "circuit": circuit, "payload": payload, "tx_hash": tx_hash, "caller": caller, "traps": traps})  # type: ignore[no-any-return]

    def cancel_job(self, task_id: str | None = None, requester: str | None = None) -> Applied | Accepted:
        """Takes a job back; its fee returns."""
        return self.call("aicf.cancelJob", {"task_id": task_id, "requester": requester})  # type: ignore[no-any-return]

    def rate_job(self, task_id: str | None = None, requester: str | None = None, qos_ppm: int | None = None) -> Applied | Accepted:
        """Rates the result of an AI job, once: the quality that the provider's windows have of it."""
        return self.call("aicf.rateJob", {"task_id": task_id, "requester": requester, "qos_ppm": qos_ppm})  # type: ignore[no-any-return]

    def reveal_traps(self, task_id: str | None = None, seed: str | None = None, programs: list[str] | None = None) -> Applied | Accepted:
        """Reveals the seed of a quantum job's hidden traps: the result is verified before it can be claimed."""
        return self.call("aicf.revealTraps", {"task_id": task_id, "seed": seed, "programs": programs})  # type: ignore[no-any-return]

    def submit_evidence(self, reporter: str | None = None, provider_id: str | None = None, proof: OffenceProof | None = None) -> Applied | Accepted:
        """Proves an offence by two signed statements of the provider: completions, or proofs."""
        return self.call("aicf.submitEvidence", {"reporter": reporter, "provider_id": provider_id, "proof": proof})  # type: ignore[no-any-return]

    def register_provider(self, provider_id: str | None = None, kinds: list[KindInput] | None = None, region: str | None = None, models: list[str] | None = None, endpoints: list[str] | None = None, attestation: AttestationEvidence | None = None, max_concurrent: PerKindInput | None = None, circuit_max: CircuitInput | None = None, public_key: str | None = None, key_scheme: SchemeInput | None = None, operator: str | None = None, operator_proof: OperatorProof | None = None, account: str | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """Makes a provider known, or changes what it offers."""
        return self.call("aicf.registerProvider", {"provider_id": provider_id, "kinds": kinds, "region": region, "models": models, "endpoints": endpoints, "attestation": attestation, "max_concurrent": max_concurrent, "circuit_max": circuit_max, "public_key": public_key, "key_scheme": key_scheme, "operator": operator, "operator_proof": operator_proof, "account": account, "signed": signed})  # type: ignore[no-any-return]

    def heartbeat(self, provider_id: str | None = None, beat: int | None = None, load_ppm: int | None = None, free: PerKindInput | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider is there."""
        return self.call("aicf.heartbeat", {"provider_id": provider_id, "beat": beat, "load_ppm": load_ppm, "free": free, "signed": signed})  # type: ignore[no-any-return]

    def ack_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider takes up a lease."""
        return self.call("aicf.ackLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def renew_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider asks for more time."""
        return self.call("aicf.renewLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def decline_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider does not want a lease."""
        return self.call("aicf.declineLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def fail_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider could not do it."""
        return self.call("aicf.failLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def complete_job(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, result_digest: str | None = None, metrics: ResultMetrics | None = None, counts: list[CircuitCounts] | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider has a result."""
        return self.call("aicf.completeJob", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "result_digest": result_digest, "metrics": metrics, "counts": counts, "signed": signed})  # type: ignore[no-any-return]

    def request_withdrawal(self, provider_id: str | None = None, amount: str | None = None, signed: SignedCommand | None = None) -> Applied | Accepted:
        """A provider takes out what it was paid."""
        return self.call("aicf.requestWithdrawal", {"provider_id": provider_id, "amount": amount, "signed": signed})  # type: ignore[no-any-return]

    def submit_signed(self, signed: SignedCommand) -> Applied | Accepted:
        """Any command with its signature."""
        return self.call("aicf.submitSigned", {"signed": signed})  # type: ignore[no-any-return]

    def submit_proof(self, task_id: str | None = None, nullifier: str | None = None, proof_ref: str | None = None, miner: str | None = None, valid: bool | None = None, body: str | None = None) -> Applied | Accepted:
        """In the chain's place, on devnets and for operators: a proof is in a block."""
        return self.call("aicf.submitProof", {"task_id": task_id, "nullifier": nullifier, "proof_ref": proof_ref, "miner": miner, "valid": valid, "body": body})  # type: ignore[no-any-return]

    def stake(self, provider_id: str | None = None, amount: str | None = None) -> Applied | Accepted:
        """In the chain's place, on devnets and for operators: stake arrives."""
        return self.call("aicf.stake", {"provider_id": provider_id, "amount": amount})  # type: ignore[no-any-return]

    def deposit(self, requester: str | None = None, amount: str | None = None) -> Applied | Accepted:
        """In the chain's place, on devnets and for operators: a requester's money arrives."""
        return self.call("aicf.deposit", {"requester": requester, "amount": amount})  # type: ignore[no-any-return]

    def settle_epoch(self, epoch: int) -> Applied | Accepted:
        """Operators: settles the next epoch, if its last block is final."""
        return self.call("aicf.settleEpoch", {"epoch": epoch})  # type: ignore[no-any-return]

    def schedule_policy(self, epoch: int, policy: PolicyInput) -> Applied | Accepted:
        """Operators: a policy holds from an epoch on."""
        return self.call("aicf.schedulePolicy", {"epoch": epoch, "policy": policy})  # type: ignore[no-any-return]

    def apply(self, command: Command) -> Applied | Accepted:
        """Operators: any command of the engine."""
        return self.call("aicf.apply", {"command": command})  # type: ignore[no-any-return]

    def set_read_only(self, read_only: bool) -> dict[str, Any]:
        """Operators: take no writes, or take them again."""
        return self.call("aicf.setReadOnly", {"read_only": read_only})  # type: ignore[no-any-return]

    def backup(self, name: str) -> dict[str, Any]:
        """Operators: a copy of the database beside it, checked, while the node works."""
        return self.call("aicf.backup", {"name": name})  # type: ignore[no-any-return]

    def cap_enqueue_ai(self, units: str, model: str | None = None, prompt: str | None = None, fee: str | None = None, requester: str | None = None, tier: str | None = None, region: str | None = None, attestation_classes: list[AttestationClassInput] | None = None, payload_json: Any = None, payload: str | None = None, tx_hash: str | None = None, caller: str | None = None) -> Applied | Accepted:
        """An AI job, as the chain's capability layer asks for it."""
        return self.call("cap.enqueueAI", {"model": model, "prompt": prompt, "units": units, "fee": fee, "requester": requester, "tier": tier, "region": region, "attestation_classes": attestation_classes, "payload_json": payload_json, "payload": payload, "tx_hash": tx_hash, "caller": caller})  # type: ignore[no-any-return]

    def cap_enqueue_quantum(self, circuit: Any = None, qubits: int | None = None, depth: int | None = None, shots: int | None = None, units: str | None = None, fee: str | None = None, requester: str | None = None, tier: str | None = None, region: str | None = None, model: str | None = None, attestation_classes: list[AttestationClassInput] | None = None, payload_json: Any = None, payload: str | None = None, tx_hash: str | None = None, caller: str | None = None, traps: TrapCommitmentInput | None = None) -> Applied | Accepted:
        """A quantum job: units are depth x width x shots / 1000 where they are not given."""
        return self.call("cap.enqueueQuantum", {"circuit": circuit, "qubits": qubits, "depth": depth, "shots": shots, "units": units, "fee": fee, "requester": requester, "tier": tier, "region": region, "model": model, "attestation_classes": attestation_classes, "payload_json": payload_json, "payload": payload, "tx_hash": tx_hash, "caller": caller, "traps": traps})  # type: ignore[no-any-return]

    def cap_get_job(self, task_id: str) -> JobView:
        """As aicf.getJob."""
        return self.call("cap.getJob", {"task_id": task_id})  # type: ignore[no-any-return]

    def cap_list_jobs(self, status: JobStatusInput | None = None, kind: KindInput | None = None, requester: str | None = None, provider_id: str | None = None, region: str | None = None, capability: str | None = None, since_ms: int | None = None, until_ms: int | None = None, cursor: str | None = None, limit: int | None = None) -> CapListJobsPage:
        """As aicf.listJobs."""
        return self.call("cap.listJobs", {"status": status, "kind": kind, "requester": requester, "provider_id": provider_id, "region": region, "capability": capability, "since_ms": since_ms, "until_ms": until_ms, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def cap_get_result(self, task_id: str) -> dict[str, Any]:
        """The result of a job, once there is one."""
        return self.call("cap.getResult", {"task_id": task_id})  # type: ignore[no-any-return]

    def rpc_discover(self) -> dict[str, Any]:
        """This document."""
        return self.call("rpc.discover", {})  # type: ignore[no-any-return]

    def rpc_ping(self) -> Literal["pong"]:
        """Nothing: what a call costs by itself."""
        return self.call("rpc.ping", {})  # type: ignore[no-any-return]


class AsyncMethods:
    """Every method of a node; each is awaited."""

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Calls a method by its name."""
        raise NotImplementedError

    def get_status(self) -> Awaitable[NodeStatus]:
        """Where the node stands: head, chain, epoch, and whether it works."""
        return self.call("aicf.getStatus", {})  # type: ignore[no-any-return]

    def list_providers(self, status: ProviderStatusInput | None = None, kind: KindInput | None = None, region: str | None = None, capability: str | None = None, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListProvidersPage]:
        """Providers by status, kind, region and capability."""
        return self.call("aicf.listProviders", {"status": status, "kind": kind, "region": region, "capability": capability, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_provider(self, provider_id: str) -> Awaitable[ProviderView]:
        """A provider with its stake, health, bands and money."""
        return self.call("aicf.getProvider", {"provider_id": provider_id})  # type: ignore[no-any-return]

    def list_jobs(self, status: JobStatusInput | None = None, kind: KindInput | None = None, requester: str | None = None, provider_id: str | None = None, region: str | None = None, capability: str | None = None, since_ms: int | None = None, until_ms: int | None = None, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListJobsPage]:
        """Jobs, the newest first; every condition that is given holds."""
        return self.call("aicf.listJobs", {"status": status, "kind": kind, "requester": requester, "provider_id": provider_id, "region": region, "capability": capability, "since_ms": since_ms, "until_ms": until_ms, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_job(self, task_id: str) -> Awaitable[JobView]:
        """A job: where it stands, its lease, its result, its claim."""
        return self.call("aicf.getJob", {"task_id": task_id})  # type: ignore[no-any-return]

    def get_payload(self, task_id: str) -> Awaitable[dict[str, Any]]:
        """What a job asks for, as it was submitted."""
        return self.call("aicf.getPayload", {"task_id": task_id})  # type: ignore[no-any-return]

    def get_balance(self, account: str | None = None, provider_id: str | None = None, requester: str | None = None, miner: str | None = None) -> Awaitable[Balances]:
        """What an account, a provider, a requester or a miner has."""
        return self.call("aicf.getBalance", {"account": account, "provider_id": provider_id, "requester": requester, "miner": miner})  # type: ignore[no-any-return]

    def list_accounts(self, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListAccountsPage]:
        """All accounts and their balances."""
        return self.call("aicf.listAccounts", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_statement(self, account: str, cursor: str | None = None, limit: int | None = None) -> Awaitable[GetStatementPage]:
        """Every movement of an account, with the balance after it."""
        return self.call("aicf.getStatement", {"account": account, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def list_payouts(self, payee: str | None = None, epoch: int | None = None, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListPayoutsPage]:
        """Payout lines, of a payee, of an epoch, or of both."""
        return self.call("aicf.listPayouts", {"payee": payee, "epoch": epoch, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def claim_payout(self, epoch: int, provider_id: str) -> Awaitable[dict[str, Any]]:
        """What an epoch pays a provider, each line proven against the batch; nothing changes."""
        return self.call("aicf.claimPayout", {"epoch": epoch, "provider_id": provider_id})  # type: ignore[no-any-return]

    def list_settlements(self, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListSettlementsPage]:
        """Settled epochs."""
        return self.call("aicf.listSettlements", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_settlement(self, epoch: int) -> Awaitable[EpochView]:
        """A settled epoch: its batch, roots and totals."""
        return self.call("aicf.getSettlement", {"epoch": epoch})  # type: ignore[no-any-return]

    def get_receipt(self, epoch: int, payee: str | None = None) -> Awaitable[dict[str, Any]]:
        """A settled epoch's receipt, with a payee's lines where one is named; signed where the node has a settlement key."""
        return self.call("aicf.getReceipt", {"epoch": epoch, "payee": payee})  # type: ignore[no-any-return]

    def get_claims(self, epoch: int, claims: bool | None = None) -> Awaitable[dict[str, Any]]:
        """All that a settled epoch was computed from, to compute it again; without its claims where they are too many for one answer."""
        return self.call("aicf.getClaims", {"epoch": epoch, "claims": claims})  # type: ignore[no-any-return]

    def list_claims(self, epoch: int, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListClaimsPage]:
        """The claims of a settled epoch, as its settlement read them."""
        return self.call("aicf.listClaims", {"epoch": epoch, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def list_slashes(self, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListSlashesPage]:
        """Penalties and their reasons."""
        return self.call("aicf.listSlashes", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def list_requesters(self, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListRequestersPage]:
        """Requesters: deposits, and what is under way."""
        return self.call("aicf.listRequesters", {"cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_requester(self, requester: str) -> Awaitable[RequesterView]:
        """A requester: deposit, escrow, and what is under way."""
        return self.call("aicf.getRequester", {"requester": requester})  # type: ignore[no-any-return]

    def list_withdrawals(self, payee: str | None = None, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListWithdrawalsPage]:
        """Withdrawals that wait."""
        return self.call("aicf.listWithdrawals", {"payee": payee, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_policy(self, hash: str | None = None) -> Awaitable[PolicyView]:
        """The policy in force, or another one by its hash."""
        return self.call("aicf.getPolicy", {"hash": hash})  # type: ignore[no-any-return]

    def get_market(self, hash: str | None = None) -> Awaitable[MarketView]:
        """The market rules in force, or others by their hash."""
        return self.call("aicf.getMarket", {"hash": hash})  # type: ignore[no-any-return]

    def get_schedule(self) -> Awaitable[ScheduleView]:
        """What holds from which epoch on."""
        return self.call("aicf.getSchedule", {})  # type: ignore[no-any-return]

    def get_fairness(self, kind: KindInput) -> Awaitable[Fairness]:
        """How the epoch's units are divided among requesters."""
        return self.call("aicf.getFairness", {"kind": kind})  # type: ignore[no-any-return]

    def get_signer(self, role: RoleInput, signer: str) -> Awaitable[SignerView]:
        """The last nonce of a signer."""
        return self.call("aicf.getSigner", {"role": role, "signer": signer})  # type: ignore[no-any-return]

    def get_key(self, provider_id: str) -> Awaitable[ProviderKeyView]:
        """The key that a provider signs with."""
        return self.call("aicf.getKey", {"provider_id": provider_id})  # type: ignore[no-any-return]

    def explain_job(self, task_id: str, providers: bool | None = None) -> Awaitable[JobExplained]:
        """Why a job does not run, rule by rule."""
        return self.call("aicf.explainJob", {"task_id": task_id, "providers": providers})  # type: ignore[no-any-return]

    def explain_payout(self, epoch: int, claim_key: str) -> Awaitable[PayoutExplained]:
        """What a payout is made of, factor by factor."""
        return self.call("aicf.explainPayout", {"epoch": epoch, "claim_key": claim_key})  # type: ignore[no-any-return]

    def explain_slash(self, epoch: int, provider_id: str) -> Awaitable[SlashExplained]:
        """What a penalty was decided by."""
        return self.call("aicf.explainSlash", {"epoch": epoch, "provider_id": provider_id})  # type: ignore[no-any-return]

    def list_events(self, topics: list[Literal["initialised", "providerRegistered", "providerStatusChanged", "providerJailed", "stakeChanged", "jobEnqueued", "jobAssigned", "jobAcknowledged", "leaseRenewed", "leaseCancelled", "jobCompleted", "jobExpired", "jobFailed", "jobCancelled", "claimAccepted", "providerWarned", "providerSlashed", "epochSettled", "policyScheduled", "marketScheduled", "coreScheduled", "providerWithdrew", "offenceReported", "keyRotated", "depositChanged", "withdrawalRequested", "withdrawalPaid", "withdrawalCancelled", "penaltyDelayed", "penaltyCancelled", "debtRepaid", "reporterRewarded", "batchSealed", "sequencerContradicted", "sequencersReplaced", "cancellationCharged", "trapsVerified", "trapsVoid", "jobRated", "providerForgotten"]] | Literal["initialised", "providerRegistered", "providerStatusChanged", "providerJailed", "stakeChanged", "jobEnqueued", "jobAssigned", "jobAcknowledged", "leaseRenewed", "leaseCancelled", "jobCompleted", "jobExpired", "jobFailed", "jobCancelled", "claimAccepted", "providerWarned", "providerSlashed", "epochSettled", "policyScheduled", "marketScheduled", "coreScheduled", "providerWithdrew", "offenceReported", "keyRotated", "depositChanged", "withdrawalRequested", "withdrawalPaid", "withdrawalCancelled", "penaltyDelayed", "penaltyCancelled", "debtRepaid", "reporterRewarded", "batchSealed", "sequencerContradicted", "sequencersReplaced", "cancellationCharged", "trapsVerified", "trapsVoid", "jobRated", "providerForgotten"] | None = None, task_id: str | None = None, provider_id: str | None = None, requester: str | None = None, kind: Literal["ai", "quantum"] | None = None, from_seq: int | None = None, cursor: str | None = None, limit: int | None = None) -> Awaitable[ListEventsPage]:
        """What happened, in order, from an entry or a cursor on."""
        return self.call("aicf.listEvents", {"topics": topics, "task_id": task_id, "provider_id": provider_id, "requester": requester, "kind": kind, "from_seq": from_seq, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def get_ticket(self, ticket: str) -> Awaitable[dict[str, Any]]:
        """The outcome of a write that was answered with a ticket: pending, or what the write would have answered."""
        return self.call("aicf.getTicket", {"ticket": ticket})  # type: ignore[no-any-return]

    def list_batches(self, from_number: Any = None, limit: int | None = None) -> Awaitable[dict[str, Any]]:
        """Returns sealed batches of messages in order, from a number on: what a replica applies."""
        return self.call("aicf.listBatches", {"from_number": from_number, "limit": limit})  # type: ignore[no-any-return]

    def list_changes(self, from_seq: int | None = None, limit: int | None = None) -> Awaitable[dict[str, Any]]:
        """Returns the rows that the last entries wrote, in order, as far as this node keeps them in memory: what a replica that diverged compares."""
        return self.call("aicf.listChanges", {"from_seq": from_seq, "limit": limit})  # type: ignore[no-any-return]

    def submit_job(self, kind: KindInput, units: str, payload_json: Any = None, fee: str | None = None, requester: str | None = None, tier: str | None = None, region: str | None = None, model: str | None = None, attestation_classes: list[AttestationClassInput] | None = None, circuit: CircuitInput | None = None, payload: str | None = None, tx_hash: str | None = None, caller: str | None = None, traps: TrapCommitmentInput | None = None) -> Awaitable[Applied | Accepted]:
        """Puts a job into the queue; the answer has its task_id."""
        return self.call("aicf.submitJob", {"kind": kind, "payload_json": payload_json, "units": units, "fee": fee, "requester": requester, "tier": tier, "region": region, "model": model, "attestation_classes": attestation_classes, "circuit": circuit, "payload": payload, "tx_hash": tx_hash, "caller": caller, "traps": traps})  # type: ignore[no-any-return]

    def cancel_job(self, task_id: str | None = None, requester: str | None = None) -> Awaitable[Applied | Accepted]:
        """Takes a job back; its fee returns."""
        return self.call("aicf.cancelJob", {"task_id": task_id, "requester": requester})  # type: ignore[no-any-return]

    def rate_job(self, task_id: str | None = None, requester: str | None = None, qos_ppm: int | None = None) -> Awaitable[Applied | Accepted]:
        """Rates the result of an AI job, once: the quality that the provider's windows have of it."""
        return self.call("aicf.rateJob", {"task_id": task_id, "requester": requester, "qos_ppm": qos_ppm})  # type: ignore[no-any-return]

    def reveal_traps(self, task_id: str | None = None, seed: str | None = None, programs: list[str] | None = None) -> Awaitable[Applied | Accepted]:
        """Reveals the seed of a quantum job's hidden traps: the result is verified before it can be claimed."""
        return self.call("aicf.revealTraps", {"task_id": task_id, "seed": seed, "programs": programs})  # type: ignore[no-any-return]

    def submit_evidence(self, reporter: str | None = None, provider_id: str | None = None, proof: OffenceProof | None = None) -> Awaitable[Applied | Accepted]:
        """Proves an offence by two signed statements of the provider: completions, or proofs."""
        return self.call("aicf.submitEvidence", {"reporter": reporter, "provider_id": provider_id, "proof": proof})  # type: ignore[no-any-return]

    def register_provider(self, provider_id: str | None = None, kinds: list[KindInput] | None = None, region: str | None = None, models: list[str] | None = None, endpoints: list[str] | None = None, attestation: AttestationEvidence | None = None, max_concurrent: PerKindInput | None = None, circuit_max: CircuitInput | None = None, public_key: str | None = None, key_scheme: SchemeInput | None = None, operator: str | None = None, operator_proof: OperatorProof | None = None, account: str | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """Makes a provider known, or changes what it offers."""
        return self.call("aicf.registerProvider", {"provider_id": provider_id, "kinds": kinds, "region": region, "models": models, "endpoints": endpoints, "attestation": attestation, "max_concurrent": max_concurrent, "circuit_max": circuit_max, "public_key": public_key, "key_scheme": key_scheme, "operator": operator, "operator_proof": operator_proof, "account": account, "signed": signed})  # type: ignore[no-any-return]

    def heartbeat(self, provider_id: str | None = None, beat: int | None = None, load_ppm: int | None = None, free: PerKindInput | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider is there."""
        return self.call("aicf.heartbeat", {"provider_id": provider_id, "beat": beat, "load_ppm": load_ppm, "free": free, "signed": signed})  # type: ignore[no-any-return]

    def ack_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider takes up a lease."""
        return self.call("aicf.ackLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def renew_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider asks for more time."""
        return self.call("aicf.renewLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def decline_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider does not want a lease."""
        return self.call("aicf.declineLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def fail_lease(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider could not do it."""
        return self.call("aicf.failLease", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "signed": signed})  # type: ignore[no-any-return]

    def complete_job(self, task_id: str | None = None, provider_id: str | None = None, attempt: int | None = None, result_digest: str | None = None, metrics: ResultMetrics | None = None, counts: list[CircuitCounts] | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider has a result."""
        return self.call("aicf.completeJob", {"task_id": task_id, "provider_id": provider_id, "attempt": attempt, "result_digest": result_digest, "metrics": metrics, "counts": counts, "signed": signed})  # type: ignore[no-any-return]

    def request_withdrawal(self, provider_id: str | None = None, amount: str | None = None, signed: SignedCommand | None = None) -> Awaitable[Applied | Accepted]:
        """A provider takes out what it was paid."""
        return self.call("aicf.requestWithdrawal", {"provider_id": provider_id, "amount": amount, "signed": signed})  # type: ignore[no-any-return]

    def submit_signed(self, signed: SignedCommand) -> Awaitable[Applied | Accepted]:
        """Any command with its signature."""
        return self.call("aicf.submitSigned", {"signed": signed})  # type: ignore[no-any-return]

    def submit_proof(self, task_id: str | None = None, nullifier: str | None = None, proof_ref: str | None = None, miner: str | None = None, valid: bool | None = None, body: str | None = None) -> Awaitable[Applied | Accepted]:
        """In the chain's place, on devnets and for operators: a proof is in a block."""
        return self.call("aicf.submitProof", {"task_id": task_id, "nullifier": nullifier, "proof_ref": proof_ref, "miner": miner, "valid": valid, "body": body})  # type: ignore[no-any-return]

    def stake(self, provider_id: str | None = None, amount: str | None = None) -> Awaitable[Applied | Accepted]:
        """In the chain's place, on devnets and for operators: stake arrives."""
        return self.call("aicf.stake", {"provider_id": provider_id, "amount": amount})  # type: ignore[no-any-return]

    def deposit(self, requester: str | None = None, amount: str | None = None) -> Awaitable[Applied | Accepted]:
        """In the chain's place, on devnets and for operators: a requester's money arrives."""
        return self.call("aicf.deposit", {"requester": requester, "amount": amount})  # type: ignore[no-any-return]

    def settle_epoch(self, epoch: int) -> Awaitable[Applied | Accepted]:
        """Operators: settles the next epoch, if its last block is final."""
        return self.call("aicf.settleEpoch", {"epoch": epoch})  # type: ignore[no-any-return]

    def schedule_policy(self, epoch: int, policy: PolicyInput) -> Awaitable[Applied | Accepted]:
        """Operators: a policy holds from an epoch on."""
        return self.call("aicf.schedulePolicy", {"epoch": epoch, "policy": policy})  # type: ignore[no-any-return]

    def apply(self, command: Command) -> Awaitable[Applied | Accepted]:
        """Operators: any command of the engine."""
        return self.call("aicf.apply", {"command": command})  # type: ignore[no-any-return]

    def set_read_only(self, read_only: bool) -> Awaitable[dict[str, Any]]:
        """Operators: take no writes, or take them again."""
        return self.call("aicf.setReadOnly", {"read_only": read_only})  # type: ignore[no-any-return]

    def backup(self, name: str) -> Awaitable[dict[str, Any]]:
        """Operators: a copy of the database beside it, checked, while the node works."""
        return self.call("aicf.backup", {"name": name})  # type: ignore[no-any-return]

    def cap_enqueue_ai(self, units: str, model: str | None = None, prompt: str | None = None, fee: str | None = None, requester: str | None = None, tier: str | None = None, region: str | None = None, attestation_classes: list[AttestationClassInput] | None = None, payload_json: Any = None, payload: str | None = None, tx_hash: str | None = None, caller: str | None = None) -> Awaitable[Applied | Accepted]:
        """An AI job, as the chain's capability layer asks for it."""
        return self.call("cap.enqueueAI", {"model": model, "prompt": prompt, "units": units, "fee": fee, "requester": requester, "tier": tier, "region": region, "attestation_classes": attestation_classes, "payload_json": payload_json, "payload": payload, "tx_hash": tx_hash, "caller": caller})  # type: ignore[no-any-return]

    def cap_enqueue_quantum(self, circuit: Any = None, qubits: int | None = None, depth: int | None = None, shots: int | None = None, units: str | None = None, fee: str | None = None, requester: str | None = None, tier: str | None = None, region: str | None = None, model: str | None = None, attestation_classes: list[AttestationClassInput] | None = None, payload_json: Any = None, payload: str | None = None, tx_hash: str | None = None, caller: str | None = None, traps: TrapCommitmentInput | None = None) -> Awaitable[Applied | Accepted]:
        """A quantum job: units are depth x width x shots / 1000 where they are not given."""
        return self.call("cap.enqueueQuantum", {"circuit": circuit, "qubits": qubits, "depth": depth, "shots": shots, "units": units, "fee": fee, "requester": requester, "tier": tier, "region": region, "model": model, "attestation_classes": attestation_classes, "payload_json": payload_json, "payload": payload, "tx_hash": tx_hash, "caller": caller, "traps": traps})  # type: ignore[no-any-return]

    def cap_get_job(self, task_id: str) -> Awaitable[JobView]:
        """As aicf.getJob."""
        return self.call("cap.getJob", {"task_id": task_id})  # type: ignore[no-any-return]

    def cap_list_jobs(self, status: JobStatusInput | None = None, kind: KindInput | None = None, requester: str | None = None, provider_id: str | None = None, region: str | None = None, capability: str | None = None, since_ms: int | None = None, until_ms: int | None = None, cursor: str | None = None, limit: int | None = None) -> Awaitable[CapListJobsPage]:
        """As aicf.listJobs."""
        return self.call("cap.listJobs", {"status": status, "kind": kind, "requester": requester, "provider_id": provider_id, "region": region, "capability": capability, "since_ms": since_ms, "until_ms": until_ms, "cursor": cursor, "limit": limit})  # type: ignore[no-any-return]

    def cap_get_result(self, task_id: str) -> Awaitable[dict[str, Any]]:
        """The result of a job, once there is one."""
        return self.call("cap.getResult", {"task_id": task_id})  # type: ignore[no-any-return]

    def rpc_discover(self) -> Awaitable[dict[str, Any]]:
        """This document."""
        return self.call("rpc.discover", {})  # type: ignore[no-any-return]

    def rpc_ping(self) -> Awaitable[Literal["pong"]]:
        """Nothing: what a call costs by itself."""
        return self.call("rpc.ping", {})  # type: ignore[no-any-return]


READS = frozenset(
    {
        "aicf.getStatus",
        "aicf.listProviders",
        "aicf.getProvider",
        "aicf.listJobs",
        "aicf.getJob",
        "aicf.getPayload",
        "aicf.getBalance",
        "aicf.listAccounts",
        "aicf.getStatement",
        "aicf.listPayouts",
        "aicf.claimPayout",
        "aicf.listSettlements",
        "aicf.getSettlement",
        "aicf.getReceipt",
        "aicf.getClaims",
        "aicf.listClaims",
        "aicf.listSlashes",
        "aicf.listRequesters",
        "aicf.getRequester",
        "aicf.listWithdrawals",
        "aicf.getPolicy",
        "aicf.getMarket",
        "aicf.getSchedule",
        "aicf.getFairness",
        "aicf.getSigner",
        "aicf.getKey",
        "aicf.explainJob",
        "aicf.explainPayout",
        "aicf.explainSlash",
        "aicf.listEvents",
        "aicf.getTicket",
        "aicf.listBatches",
        "aicf.listChanges",
        "cap.getJob",
        "cap.listJobs",
        "cap.getResult",
        "rpc.discover",
        "rpc.ping",
    }
)
"""Methods that change nothing: they may be asked again."""
