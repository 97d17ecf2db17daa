# Written by `cargo xtask codegen` from the core's types; changes are lost.
"""What goes into and comes out of the functions of the catalogue and the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict, Union, final

Amount: TypeAlias = Union[int, str]
"""Atoms or units: an int, or a decimal string."""
BytesLike: TypeAlias = Union[bytes, bytearray, memoryview, str]
"""Bytes, or their hex with 0x."""


class AboveMs(TypedDict):
    """Breached above a time."""
    gt_ms: int
    """Above this, ms."""
    severity: Severity
    """That bad."""


class AbovePpm(TypedDict):
    """Breached above a ratio."""
    gt_ppm: int
    """Above this."""
    severity: Severity
    """That bad."""


class AiBand(TypedDict):
    """What gold and silver ask of AI: evidence for the provider."""
    min_qos_ppm: int
    """Quality of results, at least."""
    max_p95_ms: int
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: int
    """Failed jobs, at most."""
    min_availability_low_ppm: int
    """Lower bound of availability, at least."""


class AiBands(TypedDict):
    """The bands of AI."""
    gold: AiBand
    """Gold."""
    silver: AiBand
    """Silver."""
    bronze: AiBronze
    """Bronze."""


class AiBronze(TypedDict):
    """What bronze asks of AI: no evidence against the provider."""
    min_qos_ppm: int
    """Quality of results, at least."""
    max_p95_ms: int
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: int
    """Failed jobs, at most."""
    min_availability_high_ppm: int
    """Upper bound of availability, at least."""


class AiMetrics(TypedDict):
    """What is measured of AI work."""
    units: Amount
    """Units used."""
    qos_ppm: NotRequired[int]
    """Quality of the result."""


class Assignment(TypedDict):
    """A job and its provider."""
    task_id: bytes
    """The job."""
    provider_id: str
    """Its provider."""


class AssignmentPolicy(TypedDict):
    """Who gets which job (SPEC §4)."""
    strategy: Strategy
    """How providers are put in order."""
    spread: Spread
    """What happens after a lease."""
    weight_cap: int
    """Stake beyond this adds no weight."""
    diversity_min_leases: int
    """From how many leases of a kind on shares are bounded; 0 is never."""
    max_operator_share_ppm: int
    """Largest share of one operator."""
    max_region_share_ppm: int
    """Largest share of one region."""
    concurrency: PerKindCount
    """Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own."""
    units_per_epoch: PerKindUnits
    """Units a provider may be given in an epoch."""


Attestation = TypedDict(
    "Attestation",
    {
        "class": "AttestationClass",
        "not_after_ms": "int",
    },
)
"""An attestation that was verified before."""


AttestationClass: TypeAlias = Literal[
    "sgx",
    "tdx",
    "sev-snp",
    "cca",
]
"""The hardware an attestation speaks of."""


AttestationEvidence = TypedDict(
    "AttestationEvidence",
    {
        "class": "AttestationClass",
        "evidence": "BytesLike",
        "not_after_ms": "int",
        "collateral": "NotRequired[Collateral]",
    },
)
"""Evidence of a provider's hardware, to be judged by the network's verifier."""


AttestationReason: TypeAlias = Literal[
    "too_large",
    "evidence_malformed",
    "evidence_unsupported",
    "collateral_malformed",
    "collateral_forged",
    "collateral_mismatch",
    "collateral_future",
    "collateral_expired",
    "certificate_malformed",
    "certificate_future",
    "certificate_expired",
    "chain_untrusted",
    "certificate_revoked",
    "revocation_unknown",
    "signature_invalid",
    "key_unbound",
    "signer_mismatch",
    "platform_mismatch",
    "tcb_unknown",
    "tcb_revoked",
    "debug_enabled",
    "attributes_refused",
    "lifecycle_refused",
    "tcb_status_refused",
    "measurement_refused",
    "report_data_mismatch",
    "traps_failed",
    "collateral_stale",
    "tcb_below_minimum",
]
"""Why evidence does not hold."""


class AttestationRules(TypedDict):
    """Rules for judging evidence; every one may be absent."""
    measurements: NotRequired[Sequence[BytesLike]]
    """Workloads that are accepted; absent is any."""
    report_data: NotRequired[BytesLike]
    """What the workload must have put in; shorter than the field is followed by zeros. Absent is anything."""
    tcb_statuses: NotRequired[Sequence[TcbStatus]]
    """States of a platform that are accepted (SGX, TDX); absent is every one but `Revoked`, which never is."""
    allow_debug: NotRequired[bool]
    """Whether a workload may be open to a debugger; absent is no."""
    vmpl_max: NotRequired[int]
    """The least privileged level that may ask for a report (SEV-SNP, 0 to 3); absent is 1."""
    lifetime_ms: NotRequired[int]
    """How long a verdict holds at most, ms; absent is as long as the collateral, and a day for CCA, which has none."""
    trust_anchors: NotRequired[Sequence[BytesLike]]
    """Roots that are trusted instead of the vendor's: certificates (DER), and for CCA, which has no public roots, platform keys (points of P-256 or P-384 as in SEC 1)."""
    crls_required: NotRequired[bool]
    """Whether every certificate of a path needs a revocation list of its issuer (SEV-SNP); absent is no. SGX and TDX always need them."""
    collateral_from_ms: NotRequired[int]
    """The earliest time of issue of revocation lists, TCB info and QE identity that is accepted, ms since 1970; absent is any."""
    tcb_evaluation_min: NotRequired[int]
    """The least `tcbEvaluationDataNumber` of TCB info and QE identity (SGX, TDX); absent is any."""
    snp_tcb_min: NotRequired[Sequence[SnpTcbInput]]
    """The least versions of each product's firmware (SEV-SNP); absent or empty is any. A product that a list does not name is refused."""


class AttestationVerifyOutput(TypedDict):
    """Output of `attestation.verify`."""
    valid: bool
    """Whether the evidence holds."""
    reason: AttestationReason | None
    """Why not."""
    measurement: bytes
    """The workload: MRENCLAVE (32 bytes), MRTD (48), MEASUREMENT (48) or the realm's initial measurement (32 to 64); empty where it was not read."""
    report_data: bytes
    """The 64 bytes that the workload put in; empty where they were not read."""
    tcb_status: TcbStatus | None
    """How current the platform is (SGX, TDX)."""
    not_after_ms: int
    """Until when the verdict holds; 0 for evidence that does not."""


class AvailabilityMetric(TypedDict):
    """Availability of the epoch: its upper bound (SPEC §8), because slashing needs evidence against."""
    ratio_ppm: int
    """The upper bound."""
    samples: int
    """Heartbeats, offers and jobs."""


Band: TypeAlias = Literal[
    "gold",
    "silver",
    "bronze",
    "fail",
]
"""A quality band (SPEC §8), best first."""


class Bands(TypedDict):
    """What the bands of each kind ask."""
    ai: AiBands
    """Of AI providers."""
    quantum: QuantumBands
    """Of quantum providers."""


class Batch(TypedDict):
    """A batch: its header and the id over it."""
    chain_id: int
    """The chain whose blocks the claims come from."""
    epoch: int
    """The epoch."""
    height_start: int
    """Its first block."""
    height_end: int
    """Its last block."""
    claims_count: int
    """How many claim lines, and as many payout lines, there are."""
    claims_root: bytes
    """Their root, by claim_key."""
    payouts_root: bytes
    """The root of the payout lines, by claim_key."""
    balances_count: int
    """How many payees were ever paid."""
    balances_root: bytes
    """The root of their balances, by payee."""
    deferred_count: int
    """How many claims wait."""
    deferred_root: bytes
    """Their root, in pay order."""
    debits_count: int
    """How many providers owe more than their shares."""
    debits_root: bytes
    """Their root, by provider id."""
    totals: Totals
    """The sums."""
    budget: int
    """What the epoch could pay, the carry included."""
    carry_next: int
    """What the next epoch may pay on top of its own budget."""
    policy_hash: bytes
    """The policy that was applied."""
    prev_batch_id: bytes
    """The batch before this one."""
    batch_id: bytes
    """`H('aicf/batch/v1', header)`."""


class BatchInput(TypedDict):
    """A batch: its header and the id over it."""
    chain_id: int
    """The chain whose blocks the claims come from."""
    epoch: int
    """The epoch."""
    height_start: int
    """Its first block."""
    height_end: int
    """Its last block."""
    claims_count: int
    """How many claim lines, and as many payout lines, there are."""
    claims_root: BytesLike
    """Their root, by claim_key."""
    payouts_root: BytesLike
    """The root of the payout lines, by claim_key."""
    balances_count: int
    """How many payees were ever paid."""
    balances_root: BytesLike
    """The root of their balances, by payee."""
    deferred_count: int
    """How many claims wait."""
    deferred_root: BytesLike
    """Their root, in pay order."""
    debits_count: int
    """How many providers owe more than their shares."""
    debits_root: BytesLike
    """Their root, by provider id."""
    totals: TotalsInput
    """The sums."""
    budget: Amount
    """What the epoch could pay, the carry included."""
    carry_next: Amount
    """What the next epoch may pay on top of its own budget."""
    policy_hash: BytesLike
    """The policy that was applied."""
    prev_batch_id: BytesLike
    """The batch before this one."""
    batch_id: BytesLike
    """`H('aicf/batch/v1', header)`."""


class BatchSignature(TypedDict):
    """The settlement key's word for a batch."""
    scheme: Scheme
    """How it was signed."""
    signature: BytesLike
    """Over `H('aicf/receipt/v1', [batch_id])`, without a context."""


class BelowPpm(TypedDict):
    """Breached below a ratio."""
    lt_ppm: int
    """Below this."""
    severity: Severity
    """That bad."""


CapPolicy: TypeAlias = Literal[
    "scale",
    "defer",
]
"""What happens to claims beyond the budget (SPEC §10)."""


class Circuit(TypedDict):
    """How large a circuit is."""
    qubits: int
    """Its width."""
    depth: int
    """Its layers."""


class CircuitCounts(TypedDict):
    """The measured shots of one circuit."""
    place: int
    """The circuit's place in the program, from 0."""
    counts: Mapping[str, int]
    """How often each bitstring came out."""


class Claim(TypedDict):
    """A proven piece of work that asks to be paid."""
    task_id: BytesLike
    """The job."""
    block_height: int
    """The block that holds the proof."""
    nullifier: BytesLike
    """What makes the proof usable once only."""
    provider_id: str
    """Who did the work."""
    miner: str
    """Who included the proof."""
    requester: str
    """Who asked for the work."""
    kind: Kind
    """The kind of work."""
    units: Amount
    """How much work."""
    proof_ref: BytesLike
    """Where the proof stands."""
    quality_ppm: NotRequired[int]
    """The multiplier of the provider's band; one where absent."""
    surge_ppm: NotRequired[int]
    """The multiplier of the market; one where absent."""
    lease_id: NotRequired[BytesLike]
    """The lease under which the work was done."""
    deferred_from: NotRequired[int]
    """The epoch that could not pay it in full."""
    owed: NotRequired[Amount]
    """What is left to pay of a deferred claim."""
    reward_max: NotRequired[Amount]
    """The most that a fresh claim is paid, whatever its price; absent is any price."""


class ClaimKeyOutput(TypedDict):
    """Output of `claim.key`."""
    claim_key: bytes
    """The key."""


class ClaimRecord(TypedDict):
    """A claim line of SPEC §10.4, as it is read."""
    claim_key: BytesLike
    provider_id: str
    requester: str
    kind: Kind
    units: Amount
    proof_ref: BytesLike
    task_id: BytesLike
    block_height: int
    lease_id: NotRequired[BytesLike]


class Collateral(TypedDict):
    """What a vendor publishes for judging evidence: each class reads its own fields. Nothing here is trusted: all of it is signed by the vendor."""
    pck_crl_issuer_chain: NotRequired[str]
    """SGX, TDX: PEM chain of the CRL's issuer. The CRL is verified by the chain of the quote's certificate; this one is taken because the vendor's service sends it along."""
    root_ca_crl: NotRequired[BytesLike]
    """SGX, TDX: the root's CRL, DER."""
    pck_crl: NotRequired[BytesLike]
    """SGX, TDX: the CRL of the CA that certified the platform, DER."""
    tcb_info_issuer_chain: NotRequired[str]
    """SGX, TDX: PEM chain of who signed `tcb_info`."""
    tcb_info: NotRequired[str]
    """SGX, TDX: the platform's security levels, JSON as it was signed, to the letter."""
    tcb_info_signature: NotRequired[BytesLike]
    """SGX, TDX: r and s of the signature over `tcb_info`."""
    qe_identity_issuer_chain: NotRequired[str]
    """SGX, TDX: PEM chain of who signed `qe_identity`."""
    qe_identity: NotRequired[str]
    """SGX, TDX: what the quoting enclave must be, JSON as it was signed."""
    qe_identity_signature: NotRequired[BytesLike]
    """SGX, TDX: r and s of the signature over `qe_identity`."""
    pck_certificate_chain: NotRequired[str]
    """SGX, TDX: PEM chain of the platform's certificate, for quotes that do not carry it."""
    vek: NotRequired[BytesLike]
    """SEV-SNP: the chip's certificate (VCEK or VLEK), DER."""
    vek_issuer_chain: NotRequired[str]
    """SEV-SNP: PEM chain of who issued it, the root last."""
    ark_crl: NotRequired[BytesLike]
    """SEV-SNP: the root's CRL, DER."""
    ask_crl: NotRequired[BytesLike]
    """SEV-SNP: the intermediate's CRL, DER."""


class GenesisCommand(TypedDict):
    """The first entry of a journal."""
    network: NetworkHeaderInput
    """The resolved network document; its hash is the network id."""
    policy: BytesLike
    """The first policy, as canonical CBOR map, with the header's `policy_hash`."""
    market: NotRequired[BytesLike]
    """The first market rules, as canonical CBOR map, with the header's `params_hash`; absent is the defaults."""


@final
class GenesisCommandTag(TypedDict):
    genesis: GenesisCommand


class TickCommand(TypedDict):
    """Time passes: what is due happens."""


@final
class TickCommandTag(TypedDict):
    tick: TickCommand


class RegisterCommand(TypedDict):
    """A provider makes itself known, or changes what it offers."""
    provider_id: str
    """Who."""
    kinds: Sequence[Kind]
    """What it can do."""
    models: Sequence[str]
    """Models or gate sets."""
    endpoints: Sequence[str]
    """Where it is reached."""
    operator: NotRequired[str]
    """Who runs it ([`super::signed::operator_of_key`]); any name on an open devnet."""
    region: NotRequired[str]
    """Where."""
    attestation: NotRequired[AttestationEvidence]
    """Evidence of its hardware."""
    max_concurrent: NotRequired[PerKindCountInput]
    """Leases it takes at a time; absent is the policy's."""
    circuit_max: NotRequired[Circuit]
    """The largest circuit it runs; absent is any."""
    public_key: NotRequired[BytesLike]
    """What its messages are verified with; a known key changes by `rotate_key` only."""
    key_scheme: NotRequired[Scheme]
    """How; absent is the devnet's hash on a devnet that believes its messages, and elsewhere `ml-dsa-65`."""
    account: NotRequired[BytesLike]
    """The provider's account on the chain, 1 to 64 bytes: the caller whose transactions may move its stake ([`Transaction`]). Absent leaves the bound account as it is; nothing unbinds it."""
    operator_proof: NotRequired[OperatorProof]
    """The word of an operator that is named for the first time."""


@final
class RegisterCommandTag(TypedDict):
    register: RegisterCommand


class StakeCommand(TypedDict):
    """Stake arrives from the chain."""
    provider_id: str
    """Whose."""
    amount: Amount
    """How much."""


@final
class StakeCommandTag(TypedDict):
    stake: StakeCommand


class UnstakeCommand(TypedDict):
    """Stake begins to leave."""
    provider_id: str
    """Whose."""
    amount: Amount
    """How much."""


@final
class UnstakeCommandTag(TypedDict):
    unstake: UnstakeCommand


class HeartbeatCommand(TypedDict):
    """A provider is there."""
    provider_id: str
    """Who."""
    beat: NotRequired[int]
    """Grows with each of its heartbeats; absent counts itself."""
    load_ppm: NotRequired[int]
    """How busy it says it is."""
    free: NotRequired[PerKindCountInput]
    """Leases it would take now, at most what it registered; absent is all of them."""


@final
class HeartbeatCommandTag(TypedDict):
    heartbeat: HeartbeatCommand


class RetireCommand(TypedDict):
    """A provider leaves for good."""
    provider_id: str
    """Who."""


@final
class RetireCommandTag(TypedDict):
    retire: RetireCommand


class EnqueueCommand(TypedDict):
    """A job enters the queue."""
    kind: Kind
    """What kind."""
    requester: str
    """Who pays."""
    tier: str
    """The requester's tier."""
    fee: Amount
    """What it pays."""
    units: Amount
    """The most units it may take."""
    tx_hash: BytesLike
    """The transaction that asked."""
    caller: BytesLike
    """Who called."""
    payload: BytesLike
    """The request, opaque."""
    attestation_classes: Sequence[AttestationClass]
    """Attestation classes it accepts; empty is any."""
    region: NotRequired[str]
    """Where it must run."""
    model: NotRequired[str]
    """What it must run on."""
    circuit: NotRequired[Circuit]
    """How large its circuit is (quantum); absent fits everywhere."""
    traps: NotRequired[TrapCommitment]
    """Its hidden traps (quantum)."""


@final
class EnqueueCommandTag(TypedDict):
    enqueue: EnqueueCommand


class CancelCommand(TypedDict):
    """The requester takes a job back."""
    task_id: BytesLike
    """Which."""
    requester: str
    """Who asks."""


@final
class CancelCommandTag(TypedDict):
    cancel: CancelCommand


class DispatchCommand(TypedDict):
    """Waiting jobs are given to providers."""
    beacon: BytesLike
    """Randomness of the chain."""


@final
class DispatchCommandTag(TypedDict):
    dispatch: DispatchCommand


class AckCommand(TypedDict):
    """A provider takes up a lease."""
    task_id: BytesLike
    """The job."""
    provider_id: str
    """Who speaks."""
    attempt: int
    """Which attempt."""


@final
class AckCommandTag(TypedDict):
    ack: AckCommand


class RenewCommand(TypedDict):
    """A provider asks for more time."""
    task_id: BytesLike
    """The job."""
    provider_id: str
    """Who speaks."""
    attempt: int
    """Which attempt."""


@final
class RenewCommandTag(TypedDict):
    renew: RenewCommand


class DeclineCommand(TypedDict):
    """A provider does not want a lease."""
    task_id: BytesLike
    """The job."""
    provider_id: str
    """Who speaks."""
    attempt: int
    """Which attempt."""


@final
class DeclineCommandTag(TypedDict):
    decline: DeclineCommand


class FailCommand(TypedDict):
    """A provider could not do it."""
    task_id: BytesLike
    """The job."""
    provider_id: str
    """Who speaks."""
    attempt: int
    """Which attempt."""


@final
class FailCommandTag(TypedDict):
    fail: FailCommand


class CompleteCommand(TypedDict):
    """A provider has a result."""
    lease: LeaseMessage
    """Under which lease."""
    result_digest: BytesLike
    """The result's digest."""
    metrics: ResultMetrics
    """What was measured."""
    counts: NotRequired[Sequence[CircuitCounts]]
    """What each circuit gave, in their order, where the job has hidden traps."""


@final
class CompleteCommandTag(TypedDict):
    complete: CompleteCommand


class ProofCommand(TypedDict):
    """A proof was included in a block: a claim, if it is valid and new."""
    task_id: BytesLike
    """For which job."""
    nullifier: BytesLike
    """Makes the proof unique."""
    proof_ref: BytesLike
    """Where on the chain."""
    miner: str
    """Who included it."""
    valid: bool
    """Whether the chain found it valid."""
    block_height: NotRequired[int]
    """The block it was included in, where that is an earlier one than the entry's."""


@final
class ProofCommandTag(TypedDict):
    proof: ProofCommand


class SettleCommand(TypedDict):
    """An epoch is settled."""
    epoch: int
    """Which."""


@final
class SettleCommandTag(TypedDict):
    settle: SettleCommand


class SchedulePolicyCommand(TypedDict):
    """A policy will hold from an epoch on."""
    epoch: int
    """From the start of this epoch."""
    policy: BytesLike
    """The policy, as canonical CBOR map."""


@final
class SchedulePolicyCommandTag(TypedDict):
    schedule_policy: SchedulePolicyCommand


class WithdrawCommand(TypedDict):
    """A provider takes out what it was paid."""
    provider_id: str
    """Who."""
    amount: Amount
    """How much."""


@final
class WithdrawCommandTag(TypedDict):
    withdraw: WithdrawCommand


class ReportCommand(TypedDict):
    """An offence was seen: the epoch's settlement judges it."""
    provider_id: str
    """Whose."""
    offence: Offence
    """Which."""


@final
class ReportCommandTag(TypedDict):
    report: ReportCommand


class ScheduleMarketCommand(TypedDict):
    """Market rules will hold from an epoch on."""
    epoch: int
    """From the start of this epoch."""
    market: BytesLike
    """The rules, as canonical CBOR map."""


@final
class ScheduleMarketCommandTag(TypedDict):
    schedule_market: ScheduleMarketCommand


class ScheduleCoreCommand(TypedDict):
    """A module of the core will be the one from an epoch on."""
    epoch: int
    """From the start of this epoch."""
    module_hash: BytesLike
    """SHA3-256 of the module."""


@final
class ScheduleCoreCommandTag(TypedDict):
    schedule_core: ScheduleCoreCommand


class RotateKeyCommand(TypedDict):
    """A provider signs with another key from now on."""
    provider_id: str
    """Who."""
    public_key: BytesLike
    """The new key."""
    signature: BytesLike
    """By the old key (see [`super::signed`])."""
    key_scheme: NotRequired[Scheme]
    """The scheme of the new key, as at registration."""
    attestation: NotRequired[AttestationEvidence]
    """Evidence of the hardware for the new key; absent ends the attestation, which is one of the old key."""


@final
class RotateKeyCommandTag(TypedDict):
    rotate_key: RotateKeyCommand


class DepositCommand(TypedDict):
    """Money of a requester arrives from the chain."""
    requester: str
    """Whose."""
    amount: Amount
    """How much."""


@final
class DepositCommandTag(TypedDict):
    deposit: DepositCommand


class ReclaimCommand(TypedDict):
    """A requester takes back what no job holds."""
    requester: str
    """Who."""
    amount: Amount
    """How much."""


@final
class ReclaimCommandTag(TypedDict):
    reclaim: ReclaimCommand


class MinerWithdrawCommand(TypedDict):
    """A miner takes out what it was paid."""
    miner: str
    """Who."""
    amount: Amount
    """How much."""


@final
class MinerWithdrawCommandTag(TypedDict):
    miner_withdraw: MinerWithdrawCommand


class CancelWithdrawalCommand(TypedDict):
    """A withdrawal that still waits is taken back."""
    withdrawal: int
    """The number of the entry that asked for it."""


@final
class CancelWithdrawalCommandTag(TypedDict):
    cancel_withdrawal: CancelWithdrawalCommand


class CancelSlashCommand(TypedDict):
    """A penalty that still waits is dropped."""
    epoch: int
    """The epoch that was judged."""
    provider_id: str
    """Whose."""
    reason: str
    """Why, for the record."""


@final
class CancelSlashCommandTag(TypedDict):
    cancel_slash: CancelSlashCommand


class EvidenceCommand(TypedDict):
    """Somebody proves an offence."""
    reporter: str
    """Who is rewarded."""
    provider_id: str
    """Whose offence."""
    proof: OffenceProof
    """What proves it."""


@final
class EvidenceCommandTag(TypedDict):
    evidence: EvidenceCommand


class SignedCommand(TypedDict):
    """A command with the word of who gives it."""
    role: Role
    """As what."""
    signer: str
    """The provider's id, or the operator's name."""
    nonce: int
    """Above that of every message of this signer before."""
    expires_height: int
    """The last block in which the message counts."""
    command: BytesLike
    """The command as CBOR."""
    signature: BytesLike
    """By the signer's key."""


@final
class SignedCommandTag(TypedDict):
    signed: SignedCommand


class ProveCommand(TypedDict):
    """A proof was included in a block, with its body: a claim, if it agrees with what is known of the job."""
    proof: BytesLike
    """The proof ([`crate::proof::Proof`] as CBOR)."""
    proof_ref: BytesLike
    """Where on the chain."""
    miner: str
    """Who included it."""
    block_height: NotRequired[int]
    """The block it was included in, where that is an earlier one than the entry's."""


@final
class ProveCommandTag(TypedDict):
    prove: ProveCommand


class BlockCommand(TypedDict):
    """A block of the chain is done: what it holds was in the entries before, of its height."""
    hash: BytesLike
    """Its hash."""
    parent_hash: BytesLike
    """The hash of the block before it."""
    beacon: BytesLike
    """The block's randomness, which seeds its dispatch."""


@final
class BlockCommandTag(TypedDict):
    block: BlockCommand


class MalformedCommand(TypedDict):
    """A transaction or proof of a block that is malformed. Always refused (`malformed`), so that every node has the same entry for it."""
    code: str
    """The code of the error (SPEC §1, 'Errors'), or `wrong_task_id`."""
    path: str
    """The field at fault, from the block on: `transactions[3].call.stake.amount`."""
    tx_hash: NotRequired[BytesLike]
    """The transaction's hash, 1 to 64 bytes; absent for a proof, and where the hash itself is malformed or longer."""


@final
class MalformedCommandTag(TypedDict):
    malformed: MalformedCommand


class TransactionCommand(TypedDict):
    """A transaction of the fund's contract: a command under the authority of its caller."""
    tx_hash: BytesLike
    """The transaction's hash on the chain."""
    caller: BytesLike
    """The account that called the contract."""
    call: ContractCall
    """The call."""


@final
class TransactionCommandTag(TypedDict):
    transaction: TransactionCommand


class AnchorCommand(TypedDict):
    """A block or a transaction of the chain names a batch of the network."""
    number: int
    """The batch's number."""
    hash: BytesLike
    """The batch's hash."""


@final
class AnchorCommandTag(TypedDict):
    anchor: AnchorCommand


class SealCommand(TypedDict):
    """Closes a batch of messages: those since the last block or seal."""
    number: int
    """The batch's number: 1, then one more each time."""
    previous: BytesLike
    """The hash of the batch before; zeros for the first one."""
    block_height: int
    """The height of the last block; before the first one the entry's own."""
    block_hash: BytesLike
    """The hash of that block; zeros before the first one."""
    messages: int
    """How many messages it has."""
    messages_digest: BytesLike
    """The digest of its messages ([`super::batches::messages_digest`])."""
    state_root: BytesLike
    """The state root after its messages, before the seal itself."""
    key: int
    """Which of the sequencer keys in effect signed it, from 0."""
    signature: BytesLike
    """By that key."""


@final
class SealCommandTag(TypedDict):
    seal: SealCommand


class ReplaceSequencersCommand(TypedDict):
    """Replaces the sequencer keys from a block on."""
    height: int
    """The first block after which batches are signed by these keys."""
    keys: Sequence[SequencerKeyInput]
    """The keys; a seal names its key by its place in this list."""


@final
class ReplaceSequencersCommandTag(TypedDict):
    replace_sequencers: ReplaceSequencersCommand


class RevealTrapsCommand(TypedDict):
    """The seed of a job's hidden traps is revealed: its result is verified."""
    task_id: BytesLike
    """Which job."""
    seed: BytesLike
    """The seed."""
    programs: Sequence[BytesLike]
    """SHA3-256 of the program of each circuit, in their order."""


@final
class RevealTrapsCommandTag(TypedDict):
    reveal_traps: RevealTrapsCommand


class RateCommand(TypedDict):
    """A requester says how good a result is (AI)."""
    task_id: BytesLike
    """Of which job."""
    requester: str
    """Who says so."""
    qos_ppm: int
    """How good."""


@final
class RateCommandTag(TypedDict):
    rate: RateCommand


Command: TypeAlias = Union[
    GenesisCommandTag,
    TickCommandTag,
    RegisterCommandTag,
    StakeCommandTag,
    UnstakeCommandTag,
    HeartbeatCommandTag,
    RetireCommandTag,
    EnqueueCommandTag,
    CancelCommandTag,
    DispatchCommandTag,
    AckCommandTag,
    RenewCommandTag,
    DeclineCommandTag,
    FailCommandTag,
    CompleteCommandTag,
    ProofCommandTag,
    SettleCommandTag,
    SchedulePolicyCommandTag,
    WithdrawCommandTag,
    ReportCommandTag,
    ScheduleMarketCommandTag,
    ScheduleCoreCommandTag,
    RotateKeyCommandTag,
    DepositCommandTag,
    ReclaimCommandTag,
    MinerWithdrawCommandTag,
    CancelWithdrawalCommandTag,
    CancelSlashCommandTag,
    EvidenceCommandTag,
    SignedCommandTag,
    ProveCommandTag,
    BlockCommandTag,
    MalformedCommandTag,
    TransactionCommandTag,
    AnchorCommandTag,
    SealCommandTag,
    ReplaceSequencersCommandTag,
    RevealTrapsCommandTag,
    RateCommandTag,
]
"""What may happen, in the order of the ABI: a variant's index is never used for another again."""


class EnqueueContractCall(TypedDict):
    """Submits a job. Its task_id is derived from the transaction (SPEC §2)."""
    kind: Kind
    """The kind of work."""
    requester: str
    """The account that pays: the caller's, unless the network lets the caller name others."""
    tier: str
    """The requester's tier in the policy."""
    fee: Amount
    """The fee, in atoms, at most [`crate::limits::AMOUNT_MAX`]."""
    units: Amount
    """The most units that the job may use."""
    payload: BytesLike
    """The request, opaque."""
    attestation_classes: Sequence[AttestationClass]
    """Attestation classes it accepts; empty is any."""
    region: NotRequired[str]
    """The region it must run in; absent is any."""
    model: NotRequired[str]
    """The model it must run on; absent is any."""
    circuit: NotRequired[Circuit]
    """The size of its circuit (quantum only); absent fits everywhere."""
    traps: NotRequired[TrapCommitment]
    """Its hidden traps (quantum only)."""


@final
class EnqueueContractCallTag(TypedDict):
    enqueue: EnqueueContractCall


class CancelContractCall(TypedDict):
    """Cancels a job that has no result."""
    task_id: BytesLike
    """The job."""
    requester: str
    """The job's requester."""


@final
class CancelContractCallTag(TypedDict):
    cancel: CancelContractCall


class StakeContractCall(TypedDict):
    """Adds stake."""
    provider_id: str
    """The provider whose stake grows."""
    amount: Amount
    """Atoms, 1 to [`crate::limits::AMOUNT_MAX`]."""


@final
class StakeContractCallTag(TypedDict):
    stake: StakeContractCall


class UnstakeContractCall(TypedDict):
    """Begins to unbond stake."""
    provider_id: str
    """The provider."""
    amount: Amount
    """Atoms, at most the stake."""


@final
class UnstakeContractCallTag(TypedDict):
    unstake: UnstakeContractCall


class DepositContractCall(TypedDict):
    """Adds to a requester's deposit."""
    requester: str
    """The requester."""
    amount: Amount
    """Atoms, 1 to [`crate::limits::AMOUNT_MAX`]."""


@final
class DepositContractCallTag(TypedDict):
    deposit: DepositContractCall


class RetireContractCall(TypedDict):
    """Retires a provider."""
    provider_id: str
    """The provider."""


@final
class RetireContractCallTag(TypedDict):
    retire: RetireContractCall


class AnchorContractCall(TypedDict):
    """Names a batch of the network."""
    number: int
    """The batch's number."""
    hash: BytesLike
    """The batch's hash."""


@final
class AnchorContractCallTag(TypedDict):
    anchor: AnchorContractCall


class RevealTrapsContractCall(TypedDict):
    """Reveals the seed of a job's hidden traps; any account may."""
    task_id: BytesLike
    """The job."""
    seed: BytesLike
    """The seed."""
    programs: Sequence[BytesLike]
    """SHA3-256 of the program of each circuit, in their order."""


@final
class RevealTrapsContractCallTag(TypedDict):
    reveal_traps: RevealTrapsContractCall


class RateContractCall(TypedDict):
    """Rates the result of an AI job."""
    task_id: BytesLike
    """The job."""
    requester: str
    """The job's requester."""
    qos_ppm: int
    """The quality of the result."""


@final
class RateContractCallTag(TypedDict):
    rate: RateContractCall


ContractCall: TypeAlias = Union[
    EnqueueContractCallTag,
    CancelContractCallTag,
    StakeContractCallTag,
    UnstakeContractCallTag,
    DepositContractCallTag,
    RetireContractCallTag,
    AnchorContractCallTag,
    RevealTrapsContractCallTag,
    RateContractCallTag,
]
"""A call of the fund's contract, in the order of the ABI."""


class DeferredLine(TypedDict):
    """What a later epoch still has to pay for a claim."""
    claim_key: bytes
    """The claim."""
    owed: int
    """What is left."""


class Dimensions(TypedDict):
    """The dimensions that were measured."""
    traps: NotRequired[Judgement]
    """Traps."""
    qos: NotRequired[Judgement]
    """Quality."""
    latency: NotRequired[Judgement]
    """Latency."""
    availability: NotRequired[Judgement]
    """Availability."""


class EngineReplayOutput(TypedDict):
    """Output of `engine.replay`."""
    outcomes: list[ReplayedEntry]
    """Each entry, in order."""
    state_root: bytes
    """The root at the end; zeros for no entries."""
    state_digest: bytes
    """The digest of the whole state at the end."""


EntryStatus: TypeAlias = Literal[
    "ok",
    "not_initialised",
    "already_initialised",
    "height_went_back",
    "time_went_back",
    "no_verifier",
    "bad_policy",
    "out_of_range",
    "unknown_provider",
    "unknown_task",
    "provider_retired",
    "provider_jailed",
    "not_owner",
    "attestation_invalid",
    "insufficient_stake",
    "has_leases",
    "duplicate_task",
    "unknown_tier",
    "task_ended",
    "wrong_state",
    "not_lessee",
    "stale_attempt",
    "lease_expired",
    "renew_too_early",
    "no_renewals_left",
    "too_many_units",
    "task_claimed",
    "nullifier_used",
    "epoch_settled",
    "epoch_out_of_order",
    "epoch_not_final",
    "epoch_begun",
    "overflow",
    "insufficient_balance",
    "bad_market",
    "key_mismatch",
    "bad_signature",
    "stake_locked",
    "stale_beat",
    "too_large",
    "fee_too_low",
    "rate_limited",
    "withdrawal_too_soon",
    "withdrawal_capped",
    "unknown_withdrawal",
    "unknown_slash",
    "not_proved",
    "already_proved",
    "unsigned",
    "not_signer",
    "stale_nonce",
    "stale_message",
    "scheme_refused",
    "bad_proof",
    "wrong_network",
    "stolen_result",
    "wrong_lease",
    "wrong_result",
    "wrong_nullifier",
    "stale_proof",
    "stale_evidence",
    "wrong_parent",
    "bad_network",
    "malformed",
    "budget_exceeded",
    "limit_reached",
    "evidence_too_old",
    "wrong_batch",
    "wrong_root",
    "not_sequencer",
    "anchor_mismatch",
    "not_dispatched",
    "already_dispatched",
    "wrong_beacon",
    "clock_out_of_range",
    "traps_required",
    "traps_pending",
    "bad_counts",
    "already_rated",
    "window_closed",
]
"""How an entry ended."""


class EpochMetrics(TypedDict):
    """What was measured in the epoch; what is absent was not, and is not judged."""
    traps: NotRequired[TrapsMetric]
    """Traps."""
    qos: NotRequired[QosMetric]
    """Quality."""
    latency: NotRequired[LatencyMetric]
    """Latency."""
    availability: NotRequired[AvailabilityMetric]
    """Availability."""


class EpochPolicy(TypedDict):
    """Length and finality of epochs."""
    length_blocks: int
    """Blocks of an epoch."""
    finality_k: int
    """Blocks after which a block is final."""


class InitialisedEvent(TypedDict):
    """A state began."""
    chain_id: int
    policy_hash: bytes
    network_id: bytes


@final
class InitialisedEventTag(TypedDict):
    initialised: InitialisedEvent


class ProviderRegisteredEvent(TypedDict):
    """A provider is known, or offers something else now."""
    provider_id: str


@final
class ProviderRegisteredEventTag(TypedDict):
    provider_registered: ProviderRegisteredEvent


class ProviderStatusEvent(TypedDict):
    """A provider's status changed."""
    provider_id: str
    status: ProviderStatus


@final
class ProviderStatusEventTag(TypedDict):
    provider_status: ProviderStatusEvent


class StakeChangedEvent(TypedDict):
    """A provider's stake changed."""
    provider_id: str
    stake: int


@final
class StakeChangedEventTag(TypedDict):
    stake_changed: StakeChangedEvent


class JobEnqueuedEvent(TypedDict):
    """A job waits."""
    task_id: bytes
    kind: Kind
    requester: str
    units: int
    fee: int


@final
class JobEnqueuedEventTag(TypedDict):
    job_enqueued: JobEnqueuedEvent


class JobAssignedEvent(TypedDict):
    """A job has a provider."""
    task_id: bytes
    provider_id: str
    lease_id: bytes
    attempt: int
    expires_ms: int


@final
class JobAssignedEventTag(TypedDict):
    job_assigned: JobAssignedEvent


class JobAcknowledgedEvent(TypedDict):
    """The provider took it up."""
    task_id: bytes
    provider_id: str


@final
class JobAcknowledgedEventTag(TypedDict):
    job_acknowledged: JobAcknowledgedEvent


class JobRenewedEvent(TypedDict):
    """The lease is longer now."""
    task_id: bytes
    provider_id: str
    expires_ms: int


@final
class JobRenewedEventTag(TypedDict):
    job_renewed: JobRenewedEvent


class JobRequeuedEvent(TypedDict):
    """The job waits again, from a moment on."""
    task_id: bytes
    provider_id: str
    cause: RequeueCause
    ready_ms: int


@final
class JobRequeuedEventTag(TypedDict):
    job_requeued: JobRequeuedEvent


class JobCompletedEvent(TypedDict):
    """There is a result."""
    task_id: bytes
    provider_id: str
    result_digest: bytes
    latency_ms: int


@final
class JobCompletedEventTag(TypedDict):
    job_completed: JobCompletedEvent


class JobEndedEvent(TypedDict):
    """The job is over without pay."""
    task_id: bytes
    status: JobStatus
    cause: RequeueCause


@final
class JobEndedEventTag(TypedDict):
    job_ended: JobEndedEvent


class ClaimAcceptedEvent(TypedDict):
    """A job became a claim on an epoch's fund."""
    task_id: bytes
    claim_key: bytes
    epoch: int
    provider_id: str


@final
class ClaimAcceptedEventTag(TypedDict):
    claim_accepted: ClaimAcceptedEvent


class ProviderWarnedEvent(TypedDict):
    """A provider's epoch was below what its network asks."""
    provider_id: str
    epoch: int
    reason: str


@final
class ProviderWarnedEventTag(TypedDict):
    provider_warned: ProviderWarnedEvent


class ProviderSlashedEvent(TypedDict):
    """A provider pays a penalty."""
    provider_id: str
    epoch: int
    reason: str
    severity: Severity
    penalty: int


@final
class ProviderSlashedEventTag(TypedDict):
    provider_slashed: ProviderSlashedEvent


class EpochSettledEvent(TypedDict):
    """An epoch is settled."""
    epoch: int
    batch_id: bytes
    claims: int
    payable: int


@final
class EpochSettledEventTag(TypedDict):
    epoch_settled: EpochSettledEvent


class PolicyScheduledEvent(TypedDict):
    """A policy will hold."""
    epoch: int
    policy_hash: bytes


@final
class PolicyScheduledEventTag(TypedDict):
    policy_scheduled: PolicyScheduledEvent


class ProviderWithdrewEvent(TypedDict):
    """A provider took out what it was paid."""
    provider_id: str
    amount: int
    available: int


@final
class ProviderWithdrewEventTag(TypedDict):
    provider_withdrew: ProviderWithdrewEvent


class OffenceReportedEvent(TypedDict):
    """An offence waits for its epoch's settlement."""
    provider_id: str
    epoch: int
    offence: Offence


@final
class OffenceReportedEventTag(TypedDict):
    offence_reported: OffenceReportedEvent


class MarketScheduledEvent(TypedDict):
    """Market rules will hold."""
    epoch: int
    market_hash: bytes


@final
class MarketScheduledEventTag(TypedDict):
    market_scheduled: MarketScheduledEvent


class CoreScheduledEvent(TypedDict):
    """A module of the core will be the one."""
    epoch: int
    module_hash: bytes


@final
class CoreScheduledEventTag(TypedDict):
    core_scheduled: CoreScheduledEvent


class KeyRotatedEvent(TypedDict):
    """A provider signs with another key."""
    provider_id: str


@final
class KeyRotatedEventTag(TypedDict):
    key_rotated: KeyRotatedEvent


class DepositChangedEvent(TypedDict):
    """What a requester paid in and no job holds has changed."""
    requester: str
    deposit: int


@final
class DepositChangedEventTag(TypedDict):
    deposit_changed: DepositChangedEvent


class WithdrawalRequestedEvent(TypedDict):
    """A payee asked to take money out."""
    withdrawal: int
    role: PayeeRole
    payee: str
    amount: int
    due_ms: int


@final
class WithdrawalRequestedEventTag(TypedDict):
    withdrawal_requested: WithdrawalRequestedEvent


class WithdrawalPaidEvent(TypedDict):
    """A withdrawal was paid."""
    withdrawal: int
    role: PayeeRole
    payee: str
    amount: int


@final
class WithdrawalPaidEventTag(TypedDict):
    withdrawal_paid: WithdrawalPaidEvent


class WithdrawalCancelledEvent(TypedDict):
    """A withdrawal was taken back."""
    withdrawal: int
    role: PayeeRole
    payee: str
    amount: int


@final
class WithdrawalCancelledEventTag(TypedDict):
    withdrawal_cancelled: WithdrawalCancelledEvent


class PenaltyDelayedEvent(TypedDict):
    """A penalty was decided and waits."""
    provider_id: str
    epoch: int
    penalty: int
    applied_in: int


@final
class PenaltyDelayedEventTag(TypedDict):
    penalty_delayed: PenaltyDelayedEvent


class PenaltyCancelledEvent(TypedDict):
    """A penalty that waited was dropped."""
    provider_id: str
    epoch: int
    reason: str


@final
class PenaltyCancelledEventTag(TypedDict):
    penalty_cancelled: PenaltyCancelledEvent


class DebtRepaidEvent(TypedDict):
    """Earnings repaid a debt."""
    provider_id: str
    epoch: int
    amount: int


@final
class DebtRepaidEventTag(TypedDict):
    debt_repaid: DebtRepaidEvent


class ReporterRewardedEvent(TypedDict):
    """Who proved an offence was rewarded."""
    reporter: str
    provider_id: str
    epoch: int
    amount: int


@final
class ReporterRewardedEventTag(TypedDict):
    reporter_rewarded: ReporterRewardedEvent


class BatchSealedEvent(TypedDict):
    """A batch of messages was sealed."""
    number: int
    hash: bytes
    block_height: int
    messages: int


@final
class BatchSealedEventTag(TypedDict):
    batch_sealed: BatchSealedEvent


class SequencerContradictedEvent(TypedDict):
    """A block names another batch than the one that was sealed under its number."""
    number: int
    sealed: bytes
    anchored: bytes


@final
class SequencerContradictedEventTag(TypedDict):
    sequencer_contradicted: SequencerContradictedEvent


class SequencersReplacedEvent(TypedDict):
    """The sequencer keys are others from a block on."""
    height: int


@final
class SequencersReplacedEventTag(TypedDict):
    sequencers_replaced: SequencersReplacedEvent


class CancellationChargedEvent(TypedDict):
    """A provider had a part of the fee of a job that was cancelled after its assignment."""
    task_id: bytes
    provider_id: str
    amount: int


@final
class CancellationChargedEventTag(TypedDict):
    cancellation_charged: CancellationChargedEvent


class TrapsVerifiedEvent(TypedDict):
    """The hidden traps of a result were verified."""
    task_id: bytes
    provider_id: str
    passed: bool
    shots: int
    failures: int


@final
class TrapsVerifiedEventTag(TypedDict):
    traps_verified: TrapsVerifiedEvent


class TrapsVoidEvent(TypedDict):
    """The circuits that a requester committed to do not hold the traps of its seed: the result counts without verification."""
    task_id: bytes


@final
class TrapsVoidEventTag(TypedDict):
    traps_void: TrapsVoidEvent


class ProviderForgottenEvent(TypedDict):
    """A provider that never had stake was forgotten, because another one needed its place."""
    provider_id: str


@final
class ProviderForgottenEventTag(TypedDict):
    provider_forgotten: ProviderForgottenEvent


class JobRatedEvent(TypedDict):
    """A requester rated a result."""
    task_id: bytes
    provider_id: str
    qos_ppm: int


@final
class JobRatedEventTag(TypedDict):
    job_rated: JobRatedEvent


Event: TypeAlias = Union[
    InitialisedEventTag,
    ProviderRegisteredEventTag,
    ProviderStatusEventTag,
    StakeChangedEventTag,
    JobEnqueuedEventTag,
    JobAssignedEventTag,
    JobAcknowledgedEventTag,
    JobRenewedEventTag,
    JobRequeuedEventTag,
    JobCompletedEventTag,
    JobEndedEventTag,
    ClaimAcceptedEventTag,
    ProviderWarnedEventTag,
    ProviderSlashedEventTag,
    EpochSettledEventTag,
    PolicyScheduledEventTag,
    ProviderWithdrewEventTag,
    OffenceReportedEventTag,
    MarketScheduledEventTag,
    CoreScheduledEventTag,
    KeyRotatedEventTag,
    DepositChangedEventTag,
    WithdrawalRequestedEventTag,
    WithdrawalPaidEventTag,
    WithdrawalCancelledEventTag,
    PenaltyDelayedEventTag,
    PenaltyCancelledEventTag,
    DebtRepaidEventTag,
    ReporterRewardedEventTag,
    BatchSealedEventTag,
    SequencerContradictedEventTag,
    SequencersReplacedEventTag,
    CancellationChargedEventTag,
    TrapsVerifiedEventTag,
    TrapsVoidEventTag,
    ProviderForgottenEventTag,
    JobRatedEventTag,
]
"""What happened, for indexers, explorers and operators."""


class EvidenceRules(TypedDict):
    """What counts as evidence of hardware, where evidence is verified (docs/spec/18-attestation.md)."""
    measurements: Measurements
    """Workloads that are accepted. A class without any is off on a mainnet, and takes any workload elsewhere."""
    tcb_statuses: list[TcbStatus]
    """States of a platform that are accepted."""
    vmpl_max: int
    """The least privileged level that may ask for an SEV-SNP report."""
    lifetime_ms: int
    """How long evidence counts at most, ms."""
    cca_platform_keys: list[bytes]
    """Platform keys of Arm CCA that are trusted: points as in SEC 1."""
    collateral_from_ms: int
    """The earliest time of issue of collateral that is accepted, ms since 1970; 0 is any."""
    tcb_evaluation_min: int
    """The least `tcbEvaluationDataNumber` of Intel's collateral; 0 is any."""
    snp_tcb_min: list[SnpTcb]
    """The least firmware of AMD's products; with a list, a product that it does not name is refused."""


Fault: TypeAlias = Literal[
    "batch_id",
    "signature",
    "order",
    "line",
    "claim_proof",
    "payout_proof",
    "balance_proof",
    "balance",
]
"""Why a receipt proves nothing."""


class Finding(TypedDict):
    """A contradiction between two values, or a bound that is left open."""
    code: LintCode
    """What it is about."""
    severity: LintSeverity
    """How much it weighs."""
    path: str
    """The value: `policy.`, `market.` or `network.` and the path of the field."""
    value: str
    """What it is, as text."""
    message: str
    """What happens, in one sentence."""
    other: NotRequired[str]
    """The value that it contradicts; absent where there is one value only."""
    other_value: NotRequired[str]
    """What that is, as text."""


class FirstBlock(TypedDict):
    """The first block that nodes apply."""
    height: NotRequired[int]
    """Its height; absent is 1."""
    hash: NotRequired[BytesLike]
    """Its hash; absent is any."""


class FundPolicy(TypedDict):
    """What an epoch may pay (SPEC §10)."""
    budget_per_epoch: int
    """Atoms an epoch may pay, before what was carried over."""
    cap_policy: CapPolicy
    """What happens beyond it."""
    sub_caps: PerKindNullable
    """Caps by kind; null is none."""
    rollover_ppm: int
    """The part of the unspent budget that is carried over."""
    max_carry: int
    """The most that is."""
    slash_to: SlashTo
    """Where penalties go."""


class FundRules(TypedDict):
    """Where the budget comes from."""
    source: FundSource
    """The source."""
    reward_per_fee_ppm: int | None
    """The most that a claim is paid, as a multiple of its job's fee; null is any price."""


FundSource: TypeAlias = Literal[
    "mint",
    "fees",
]
"""Where an epoch's budget comes from."""


class GenesisLine(TypedDict):
    """The first entry of a journal, as a line that engines and `engine.replay` take."""
    seq: int
    """0."""
    height: int
    """The height before the first block's."""
    time_ms: int
    """The genesis time, in milliseconds since 1970."""
    command_cbor: bytes
    """The command, in CBOR."""


class HashTaggedOutput(TypedDict):
    """Output of `hash.tagged`."""
    tag: str
    """The domain tag."""
    preimage: bytes
    """The bytes that are hashed: the tag, a zero byte, the CBOR of the list."""
    hash: bytes
    """Their SHA3-256."""


class JobRank(TypedDict):
    """A job's place in the queue."""
    task_id: bytes
    """The job."""
    rank: int
    """What the queue is ordered by, larger first."""
    score_ppm: int
    """What people are shown at this moment."""


JobStatus: TypeAlias = Literal[
    "queued",
    "assigned",
    "completed",
    "claimed",
    "settled",
    "expired",
    "failed",
    "cancelled",
]
"""Where a job stands."""


class JournalLine(TypedDict):
    """A line of a journal, as `aicf export` writes it."""
    seq: int
    """Its number."""
    height: int
    """The block it belongs to."""
    time_ms: int
    """When."""
    command: NotRequired[Command]
    """What."""
    command_cbor: NotRequired[BytesLike]
    """What, in CBOR: for the few commands that hold a number JSON has no place for."""
    status: NotRequired[str]
    """How it ended where the line was written."""
    state_root: NotRequired[BytesLike]
    """The root after it where the line was written."""


class Judgement(TypedDict):
    """One dimension, judged."""
    breached: bool
    """Whether any band holds."""
    enough_samples: bool
    """Whether there were samples enough to slash for it."""
    severity: NotRequired[Severity]
    """The worst band that holds."""


class KeyRules(TypedDict):
    """Who signs, and how."""
    required: bool
    """Whether a devnet, too, takes signed messages only; any other network does."""
    schemes: list[Scheme]
    """Schemes that keys may have."""
    window_blocks: int
    """Blocks for which a message may count."""
    operators: list[Operator]
    """Who may give the commands of an operator."""


Kind: TypeAlias = Literal[
    "ai",
    "quantum",
]
"""What kind of compute a job asks for; the integer 0 or 1 in hashes (SPEC §1)."""


class LatencyMetric(TypedDict):
    """Latency of the epoch."""
    p95_ms: int
    """95th percentile."""
    samples: int
    """Jobs."""


class LeaseIdOutput(TypedDict):
    """Output of `lease.id`."""
    lease_id: bytes
    """The id."""


class LeaseMessage(TypedDict):
    """A provider's message about the lease it holds: the attempt is the fence against old leases."""
    task_id: BytesLike
    """The job."""
    provider_id: str
    """Who speaks."""
    attempt: int
    """Which attempt."""


class LeasePolicy(TypedDict):
    """Lease times (SPEC §5)."""
    duration_ms: PerKindCount
    """How long a lease holds, ms."""
    ack_timeout_ms: int
    """Within what an assignment is acknowledged, ms."""
    renew_from_ppm: int
    """The part of the lease after which it may be renewed."""
    renew_add_ppm: int
    """What a renewal adds, as part of the lease."""
    max_renewals: int
    """How often."""


class LeaseRules(TypedDict):
    """What a lease asks of its holder."""
    failures_in_row_max: int
    """Failed attempts in a row from which an epoch counts `lease_loss`; 0 is never."""
    proof_blocks: int
    """Blocks after a completion in which it is proved and rated; hidden traps are revealed in the first half of them."""
    stake_per_lease: PerKindAtoms
    """Stake for each lease of a kind that a provider holds at a time; 0 leaves the number of leases to the policy."""


LintCode: TypeAlias = Literal[
    "ack_after_lease",
    "allowed_and_denied",
    "attempts_outlive_job",
    "band_order",
    "beats_not_expected",
    "beats_outlast_epoch",
    "cancel_free",
    "carry_idle",
    "correlation_outlasts_stake",
    "debt_never_repaid",
    "diversity_idle",
    "fair_share_below_one",
    "fair_share_idle",
    "finality_exceeds_epoch",
    "health_lost_by_one_beat",
    "job_above_quota",
    "job_above_window",
    "latency_below_lease",
    "latency_between_edges",
    "latency_slashes_lease",
    "lease_outlives_job",
    "measurements_open",
    "multiplier_never_reached",
    "no_concurrency",
    "no_slashing_window",
    "penalty_above_stake",
    "penalty_capped",
    "penalty_order",
    "proof_window_short",
    "reporter_reward_high",
    "reward_above_budget",
    "slashed_while_paid",
    "splitting_gains_jobs",
    "splitting_gains_slots",
    "stake_below_slot",
    "sub_cap_above_budget",
    "subsidy_open",
    "window_never_counts",
]
"""What a finding is about. The names are stable; the order is that of their texts."""


LintSeverity: TypeAlias = Literal[
    "warning",
]
"""How much a finding weighs."""


class Market(TypedDict):
    """What a network chooses beyond its policy."""
    registry: RegistryRules
    """Who providers are, and that they are there."""
    requests: RequestRules
    """What requesters may ask."""
    leases: LeaseRules
    """What a lease asks of its holder."""
    penalties: PenaltyRules
    """How penalties are applied."""
    fund: FundRules
    """Where the budget comes from."""
    withdrawals: WithdrawalRules
    """How money leaves."""
    keys: KeyRules
    """Who signs, and how."""
    attestation: EvidenceRules
    """What counts as evidence of hardware."""


class MarketCheckOutput(TypedDict):
    """Output of `market.check`."""
    market: Market
    """The rules with every field."""
    market_hash: bytes
    """Their hash."""
    cbor: bytes
    """Their canonical bytes, as a genesis or a schedule takes them."""


class MatchJob(TypedDict):
    """A waiting job."""
    task_id: BytesLike
    """Its id."""
    kind: Kind
    """What it asks for."""
    units: Amount
    """How much of it."""
    region: NotRequired[str]
    """Where it must run; absent is anywhere."""
    model: NotRequired[str]
    """The model or gate set it needs; absent is any."""
    attestation_classes: NotRequired[Sequence[AttestationClass]]
    """Hardware it accepts; absent or empty is any, attested or not."""
    cooldown: NotRequired[Sequence[str]]
    """Providers that must not get it now; ids of nobody mean nothing."""


class MatchProvider(TypedDict):
    """A provider, as it stands before the first job."""
    id: str
    """Its id."""
    kinds: Sequence[Kind]
    """What it can do; an order or repetition in it means nothing."""
    stake: Amount
    """Its stake."""
    health_ppm: int
    """How well it did lately."""
    operator: NotRequired[str]
    """Who runs it; absent is itself."""
    region: NotRequired[str]
    """Where it is."""
    models: NotRequired[Sequence[str]]
    """Models or gate sets it has; absent is none."""
    attestation: NotRequired[Attestation]
    """Its attestation."""
    status: NotRequired[ProviderStatus]
    """Absent is active."""
    max_concurrent: NotRequired[PerKindCountInput]
    """Leases it takes at a time; absent is the policy's number."""
    active_leases: NotRequired[PerKindCountInput]
    """Leases it holds; absent is none."""
    units_used: NotRequired[PerKindUnitsInput]
    """Units it was given in this epoch; absent is none."""


class MatchingAssignOutput(TypedDict):
    """What a dispatch comes to; the output of `matching.assign`."""
    assignments: list[Assignment]
    """Jobs with their providers, in queue order."""
    unassigned: list[Unassigned]
    """Jobs that stay, in queue order."""
    order: list[str]
    """The permutation of all providers before the first job."""


class MatchingPermuteOutput(TypedDict):
    """Output of `matching.permute`."""
    order: list[str]
    """The ids in order."""


class MatchingSeedOutput(TypedDict):
    """Output of `matching.seed`."""
    seed: bytes
    """The seed."""


class Measurements(TypedDict):
    """Workloads of each class, as the bytes of their measurements."""
    sgx: list[bytes]
    """MRENCLAVE."""
    tdx: list[bytes]
    """MRTD."""
    sev_snp: list[bytes]
    """MEASUREMENT."""
    cca: list[bytes]
    """The realm's initial measurement."""


class MerkleProveOutput(TypedDict):
    """Output of `merkle.prove`."""
    root: bytes
    """The root."""
    proof: list[bytes]
    """The siblings, from the leaf up."""


class MerkleRootOutput(TypedDict):
    """Output of `merkle.root`."""
    root: bytes
    """The root."""


class MerkleVerifyOutput(TypedDict):
    """Output of `merkle.verify`."""
    valid: bool
    """Whether the proof holds."""


class MinSamples(TypedDict):
    """Samples from which a dimension counts."""
    traps: int
    """Trap shots."""
    qos: int
    """Jobs."""
    latency: int
    """Jobs."""
    availability: int
    """Heartbeats, offers and jobs."""


class NetworkCheckOutput(TypedDict):
    """Output of `network.check`."""
    network_id: bytes
    """The network id: the header's hash."""
    header: NetworkHeader
    """The resolved document."""
    policy: PolicyRecord
    """The first policy with every field."""
    params: Market
    """The first network parameters with every field."""
    genesis: GenesisLine
    """The first entry of the network's journal."""


NetworkDocument = TypedDict(
    "NetworkDocument",
    {
        "name": "str",
        "class": "NetworkName",
        "chain_id": "int",
        "genesis_time_ms": "int",
        "epoch_length": "int",
        "semantics_version": "int",
        "first_block": "NotRequired[FirstBlock]",
        "policy": "NotRequired[PartialPolicy]",
        "policy_hash": "NotRequired[BytesLike]",
        "params": "NotRequired[PartialMarket]",
        "params_hash": "NotRequired[BytesLike]",
        "attestation": "NotRequired[PartialEvidenceRules]",
        "governance": "NotRequired[Sequence[OperatorInput]]",
        "sequencers": "NotRequired[Sequence[SequencerKeyInput]]",
        "batch_ahead_max_ms": "NotRequired[int]",
        "contracts": "NotRequired[Sequence[BytesLike]]",
    },
)
"""What makes a network the network that it is, as people write it."""


NetworkHeader = TypedDict(
    "NetworkHeader",
    {
        "name": "str",
        "class": "NetworkName",
        "chain_id": "int",
        "first_height": "int",
        "first_hash": "bytes | None",
        "genesis_time_ms": "int",
        "epoch_length": "int",
        "policy_hash": "bytes",
        "params_hash": "bytes",
        "sequencers": "list[SequencerKey]",
        "batch_ahead_max_ms": "int",
        "contracts": "list[bytes]",
        "semantics_version": "int",
    },
)
"""A network document with everything resolved: what a genesis carries, and the preimage of the network id."""


NetworkHeaderInput = TypedDict(
    "NetworkHeaderInput",
    {
        "name": "str",
        "class": "NetworkName",
        "chain_id": "int",
        "first_height": "int",
        "genesis_time_ms": "int",
        "epoch_length": "int",
        "policy_hash": "BytesLike",
        "params_hash": "BytesLike",
        "sequencers": "Sequence[SequencerKeyInput]",
        "batch_ahead_max_ms": "int",
        "contracts": "Sequence[BytesLike]",
        "semantics_version": "int",
        "first_hash": "NotRequired[BytesLike]",
    },
)
"""A network document with everything resolved: what a genesis carries, and the preimage of the network id."""


NetworkName: TypeAlias = Literal[
    "devnet",
    "testnet",
    "mainnet",
]
"""Which network a state belongs to. Only a devnet believes unsigned messages and unverified attestations (see [`super::speaker`] and [`super::verifier`])."""


Offence: TypeAlias = Literal[
    "attestation_invalid",
    "equivocation",
    "replay",
    "lease_loss",
    "heartbeat_miss",
]
"""A single act that is proven as soon as it is seen, without a minimum of samples."""


class OffencePolicy(TypedDict):
    """How bad each offence is."""
    attestation_invalid: Severity
    """Attestation that does not verify."""
    equivocation: Severity
    """Two signed results for one lease."""
    replay: Severity
    """A result or proof used before."""
    lease_loss: Severity
    """A lease that ran out."""
    heartbeat_miss: Severity
    """Heartbeats that stayed out."""


class EquivocationOffenceProof(TypedDict):
    """Two results for one lease."""
    first: SignedStatement
    """One result."""
    second: SignedStatement
    """Another one."""


@final
class EquivocationOffenceProofTag(TypedDict):
    equivocation: EquivocationOffenceProof


class ReplayOffenceProof(TypedDict):
    """One nullifier for two jobs."""
    first: BytesLike
    """The proof for one job."""
    second: BytesLike
    """The proof for another one."""


@final
class ReplayOffenceProofTag(TypedDict):
    replay: ReplayOffenceProof


OffenceProof: TypeAlias = Union[
    EquivocationOffenceProofTag,
    ReplayOffenceProofTag,
]
"""Two signed statements of a provider that contradict each other."""


class Operator(TypedDict):
    """An operator of the network."""
    name: str
    """Its name."""
    scheme: Scheme
    """How it signs."""
    public_key: bytes
    """What its messages are verified with."""


class OperatorInput(TypedDict):
    """An operator of the network."""
    name: str
    """Its name."""
    scheme: Scheme
    """How it signs."""
    public_key: BytesLike
    """What its messages are verified with."""


class OperatorProof(TypedDict):
    """The word of an operator that it runs a provider."""
    scheme: Scheme
    """How the operator signs."""
    public_key: BytesLike
    """Its key."""
    signature: BytesLike
    """By that key, over `H('aicf/operates/v1', [network_id, provider_id, operator])`."""


class Outcome(TypedDict):
    """What an entry did."""
    seq: int
    """Of which entry."""
    status: EntryStatus
    """How it ended."""
    message: str
    """Why it was refused, for people."""
    events: list[Event]
    """What happened, in order; time may have done something even where the command was refused."""
    state_root: bytes
    """The chained digest after this entry."""


class PartialAiBand(TypedDict):
    """What gold and silver ask of AI: evidence for the provider."""
    min_qos_ppm: NotRequired[int]
    """Quality of results, at least."""
    max_p95_ms: NotRequired[int]
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: NotRequired[int]
    """Failed jobs, at most."""
    min_availability_low_ppm: NotRequired[int]
    """Lower bound of availability, at least."""


class PartialAiBands(TypedDict):
    """The bands of AI."""
    gold: NotRequired[PartialAiBand]
    """Gold."""
    silver: NotRequired[PartialAiBand]
    """Silver."""
    bronze: NotRequired[PartialAiBronze]
    """Bronze."""


class PartialAiBronze(TypedDict):
    """What bronze asks of AI: no evidence against the provider."""
    min_qos_ppm: NotRequired[int]
    """Quality of results, at least."""
    max_p95_ms: NotRequired[int]
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: NotRequired[int]
    """Failed jobs, at most."""
    min_availability_high_ppm: NotRequired[int]
    """Upper bound of availability, at least."""


class PartialAssignmentPolicy(TypedDict):
    """Who gets which job (SPEC §4)."""
    strategy: NotRequired[Strategy]
    """How providers are put in order."""
    spread: NotRequired[Spread]
    """What happens after a lease."""
    weight_cap: NotRequired[Amount]
    """Stake beyond this adds no weight."""
    diversity_min_leases: NotRequired[int]
    """From how many leases of a kind on shares are bounded; 0 is never."""
    max_operator_share_ppm: NotRequired[int]
    """Largest share of one operator."""
    max_region_share_ppm: NotRequired[int]
    """Largest share of one region."""
    concurrency: NotRequired[PartialPerKindCount]
    """Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own."""
    units_per_epoch: NotRequired[PartialPerKindUnits]
    """Units a provider may be given in an epoch."""


class PartialBands(TypedDict):
    """What the bands of each kind ask."""
    ai: NotRequired[PartialAiBands]
    """Of AI providers."""
    quantum: NotRequired[PartialQuantumBands]
    """Of quantum providers."""


class PartialEpochPolicy(TypedDict):
    """Length and finality of epochs."""
    length_blocks: NotRequired[int]
    """Blocks of an epoch."""
    finality_k: NotRequired[int]
    """Blocks after which a block is final."""


class PartialEvidenceRules(TypedDict):
    """What counts as evidence of hardware, where evidence is verified (docs/spec/18-attestation.md)."""
    measurements: NotRequired[PartialMeasurements]
    """Workloads that are accepted. A class without any is off on a mainnet, and takes any workload elsewhere."""
    tcb_statuses: NotRequired[Sequence[TcbStatus]]
    """States of a platform that are accepted."""
    vmpl_max: NotRequired[int]
    """The least privileged level that may ask for an SEV-SNP report."""
    lifetime_ms: NotRequired[int]
    """How long evidence counts at most, ms."""
    cca_platform_keys: NotRequired[Sequence[BytesLike]]
    """Platform keys of Arm CCA that are trusted: points as in SEC 1."""
    collateral_from_ms: NotRequired[int]
    """The earliest time of issue of collateral that is accepted, ms since 1970; 0 is any."""
    tcb_evaluation_min: NotRequired[int]
    """The least `tcbEvaluationDataNumber` of Intel's collateral; 0 is any."""
    snp_tcb_min: NotRequired[Sequence[SnpTcb]]
    """The least firmware of AMD's products; with a list, a product that it does not name is refused."""


class PartialFundPolicy(TypedDict):
    """What an epoch may pay (SPEC §10)."""
    budget_per_epoch: NotRequired[Amount]
    """Atoms an epoch may pay, before what was carried over."""
    cap_policy: NotRequired[CapPolicy]
    """What happens beyond it."""
    sub_caps: NotRequired[PartialPerKindNullable]
    """Caps by kind; null is none."""
    rollover_ppm: NotRequired[int]
    """The part of the unspent budget that is carried over."""
    max_carry: NotRequired[Amount]
    """The most that is."""
    slash_to: NotRequired[SlashTo]
    """Where penalties go."""


class PartialFundRules(TypedDict):
    """Where the budget comes from."""
    source: NotRequired[FundSource]
    """The source."""
    reward_per_fee_ppm: NotRequired[int | None]
    """The most that a claim is paid, as a multiple of its job's fee; null is any price."""


class PartialKeyRules(TypedDict):
    """Who signs, and how."""
    required: NotRequired[bool]
    """Whether a devnet, too, takes signed messages only; any other network does."""
    schemes: NotRequired[Sequence[Scheme]]
    """Schemes that keys may have."""
    window_blocks: NotRequired[int]
    """Blocks for which a message may count."""
    operators: NotRequired[Sequence[Operator]]
    """Who may give the commands of an operator."""


class PartialLeasePolicy(TypedDict):
    """Lease times (SPEC §5)."""
    duration_ms: NotRequired[PartialPerKindCount]
    """How long a lease holds, ms."""
    ack_timeout_ms: NotRequired[int]
    """Within what an assignment is acknowledged, ms."""
    renew_from_ppm: NotRequired[int]
    """The part of the lease after which it may be renewed."""
    renew_add_ppm: NotRequired[int]
    """What a renewal adds, as part of the lease."""
    max_renewals: NotRequired[int]
    """How often."""


class PartialLeaseRules(TypedDict):
    """What a lease asks of its holder."""
    failures_in_row_max: NotRequired[int]
    """Failed attempts in a row from which an epoch counts `lease_loss`; 0 is never."""
    proof_blocks: NotRequired[int]
    """Blocks after a completion in which it is proved and rated; hidden traps are revealed in the first half of them."""
    stake_per_lease: NotRequired[PartialPerKindAtoms]
    """Stake for each lease of a kind that a provider holds at a time; 0 leaves the number of leases to the policy."""


class PartialMarket(TypedDict):
    """What a network chooses beyond its policy."""
    registry: NotRequired[PartialRegistryRules]
    """Who providers are, and that they are there."""
    requests: NotRequired[PartialRequestRules]
    """What requesters may ask."""
    leases: NotRequired[PartialLeaseRules]
    """What a lease asks of its holder."""
    penalties: NotRequired[PartialPenaltyRules]
    """How penalties are applied."""
    fund: NotRequired[PartialFundRules]
    """Where the budget comes from."""
    withdrawals: NotRequired[PartialWithdrawalRules]
    """How money leaves."""
    keys: NotRequired[PartialKeyRules]
    """Who signs, and how."""
    attestation: NotRequired[PartialEvidenceRules]
    """What counts as evidence of hardware."""


class PartialMeasurements(TypedDict):
    """Workloads of each class, as the bytes of their measurements."""
    sgx: NotRequired[Sequence[BytesLike]]
    """MRENCLAVE."""
    tdx: NotRequired[Sequence[BytesLike]]
    """MRTD."""
    sev_snp: NotRequired[Sequence[BytesLike]]
    """MEASUREMENT."""
    cca: NotRequired[Sequence[BytesLike]]
    """The realm's initial measurement."""


class PartialMinSamples(TypedDict):
    """Samples from which a dimension counts."""
    traps: NotRequired[int]
    """Trap shots."""
    qos: NotRequired[int]
    """Jobs."""
    latency: NotRequired[int]
    """Jobs."""
    availability: NotRequired[int]
    """Heartbeats, offers and jobs."""


class PartialOffencePolicy(TypedDict):
    """How bad each offence is."""
    attestation_invalid: NotRequired[Severity]
    """Attestation that does not verify."""
    equivocation: NotRequired[Severity]
    """Two signed results for one lease."""
    replay: NotRequired[Severity]
    """A result or proof used before."""
    lease_loss: NotRequired[Severity]
    """A lease that ran out."""
    heartbeat_miss: NotRequired[Severity]
    """Heartbeats that stayed out."""


class PartialPenaltyRules(TypedDict):
    """How penalties are applied."""
    delay_epochs: NotRequired[int]
    """Epochs between the judgement and the penalty, in which it can be cancelled."""
    correlation_epochs: NotRequired[int]
    """Epochs over which slashed providers are counted; 0 leaves correlation out."""
    correlation_from_ppm: NotRequired[int]
    """The share of providers slashed in them from which penalties grow."""
    correlation_factor_ppm: NotRequired[int]
    """How they grow: by this times the share."""
    reporter_reward_ppm: NotRequired[int]
    """The part of a penalty that goes to who proved the offence."""
    clawback_ppm: NotRequired[int]
    """The part of an epoch's earnings that repays a debt."""


class PartialPerKindAtoms(TypedDict):
    """One value for each kind."""
    ai: NotRequired[Amount]
    """For AI jobs."""
    quantum: NotRequired[Amount]
    """For quantum jobs."""


class PartialPerKindCount(TypedDict):
    """One value for each kind."""
    ai: NotRequired[int]
    """For AI jobs."""
    quantum: NotRequired[int]
    """For quantum jobs."""


class PartialPerKindNullable(TypedDict):
    """One value for each kind."""
    ai: NotRequired[Amount | None]
    """For AI jobs."""
    quantum: NotRequired[Amount | None]
    """For quantum jobs."""


class PartialPerKindPricingPolicy(TypedDict):
    """One value for each kind."""
    ai: NotRequired[PartialPricingPolicy]
    """For AI jobs."""
    quantum: NotRequired[PartialPricingPolicy]
    """For quantum jobs."""


class PartialPerKindSplitPolicy(TypedDict):
    """One value for each kind."""
    ai: NotRequired[PartialSplitPolicy]
    """For AI jobs."""
    quantum: NotRequired[PartialSplitPolicy]
    """For quantum jobs."""


class PartialPerKindUnits(TypedDict):
    """One value for each kind."""
    ai: NotRequired[Amount]
    """For AI jobs."""
    quantum: NotRequired[Amount]
    """For quantum jobs."""


class PartialPolicy(TypedDict):
    """Everything a network may choose."""
    epoch: NotRequired[PartialEpochPolicy]
    """Length and finality of epochs."""
    queue: NotRequired[PartialQueuePolicy]
    """Order, lifetime and memory of the queue."""
    lease: NotRequired[PartialLeasePolicy]
    """Lease times."""
    retry: NotRequired[PartialRetryPolicy]
    """Attempts and backoff."""
    registry: NotRequired[PartialRegistryPolicy]
    """Who may work."""
    assignment: NotRequired[PartialAssignmentPolicy]
    """Who gets which job."""
    pricing: NotRequired[PartialPerKindPricingPolicy]
    """What a unit costs."""
    split: NotRequired[PartialPerKindSplitPolicy]
    """How a payout is divided."""
    fund: NotRequired[PartialFundPolicy]
    """What an epoch may pay."""
    sla: NotRequired[PartialSlaPolicy]
    """Quality windows and bands."""
    slashing: NotRequired[PartialSlashingPolicy]
    """Penalties."""
    traps: NotRequired[PartialTrapsPolicy]
    """Quantum trap circuits."""


class PartialPricingPolicy(TypedDict):
    """The price of one kind (SPEC §6)."""
    tiers: NotRequired[Sequence[Tier]]
    """Rates by total units."""
    tiering: NotRequired[Tiering]
    """How the tiers apply."""
    min_reward: NotRequired[Amount]
    """Never less, unless nothing."""
    max_reward: NotRequired[Amount]
    """Never more."""
    rounding: NotRequired[PriceRounding]
    """The one rounding."""
    surge: NotRequired[Sequence[SurgeBin]]
    """Multipliers by utilization."""


class PartialPriorityPolicy(TypedDict):
    """The weights and half points of the rank (SPEC §3)."""
    w_fee_ppm: NotRequired[int]
    """Weight of the fee."""
    w_age_ppm: NotRequired[int]
    """Weight of an age unit."""
    w_size_ppm: NotRequired[int]
    """Weight of smallness."""
    w_tier_ppm: NotRequired[int]
    """Weight of the tier."""
    fee_half: NotRequired[Amount]
    """The fee that counts half."""
    size_half_bytes: NotRequired[int]
    """The size that counts half."""
    age_unit_ms: NotRequired[int]
    """The unit in which age counts."""
    tiers_ppm: NotRequired[Mapping[str, int]]
    """What each tier is worth."""


class PartialQualityPolicy(TypedDict):
    """The multiplier each band pays."""
    gold: NotRequired[int]
    """Gold."""
    silver: NotRequired[int]
    """Silver."""
    bronze: NotRequired[int]
    """Bronze."""
    fail: NotRequired[int]
    """Fail."""


class PartialQuantumBand(TypedDict):
    """What gold and silver ask of quantum."""
    max_p95_ms: NotRequired[int]
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: NotRequired[int]
    """Failed jobs, at most."""
    min_coverage_ppm: NotRequired[int]
    """Share of shots that are traps, at least."""
    min_availability_low_ppm: NotRequired[int]
    """Lower bound of availability, at least."""


class PartialQuantumBands(TypedDict):
    """The bands of quantum."""
    gold: NotRequired[PartialQuantumBand]
    """Gold."""
    silver: NotRequired[PartialQuantumBand]
    """Silver."""
    bronze: NotRequired[PartialQuantumBronze]
    """Bronze."""


class PartialQuantumBronze(TypedDict):
    """What bronze asks of quantum."""
    max_p95_ms: NotRequired[int]
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: NotRequired[int]
    """Failed jobs, at most."""
    min_coverage_ppm: NotRequired[int]
    """Share of shots that are traps, at least."""
    min_availability_high_ppm: NotRequired[int]
    """Upper bound of availability, at least."""


class PartialQueuePolicy(TypedDict):
    """Order, lifetime and memory of the queue."""
    priority: NotRequired[PartialPriorityPolicy]
    """SPEC §3."""
    job_ttl_ms: NotRequired[PartialPerKindCount]
    """From enqueue to expiry, ms."""
    attempts_ttl_ms: NotRequired[int]
    """From the first lease to expiry, ms."""
    tombstone_ms: NotRequired[int]
    """How long a finished job is remembered, ms."""


class PartialRegistryPolicy(TypedDict):
    """Who may work (SPEC §4)."""
    min_stake: NotRequired[PartialPerKindAtoms]
    """Stake a kind needs."""
    min_health_ppm: NotRequired[int]
    """Health a job needs."""
    require_attestation: NotRequired[bool]
    """Whether a provider without attestation is refused."""
    allow: NotRequired[Sequence[str]]
    """If not empty, only these work."""
    deny: NotRequired[Sequence[str]]
    """These never work."""


class PartialRegistryRules(TypedDict):
    """Who providers are, and that they are there."""
    key_bound_ids: NotRequired[bool]
    """Whether a provider's id must be the hash of its first key."""
    stake_lock_epochs: NotRequired[int]
    """Epochs that must begin after stake came before it may begin to leave."""
    beat_blocks: NotRequired[int]
    """Blocks within which a heartbeat is expected; 0 is never."""
    health_half_life_blocks: NotRequired[int]
    """Blocks of silence, beyond what is expected, that halve the health."""
    missed_beats_max: NotRequired[int]
    """Beats missed in a row from which an epoch counts `heartbeat_miss`; 0 is never."""


class PartialRequestRules(TypedDict):
    """What requesters may ask."""
    prepaid: NotRequired[bool]
    """Whether fees come from a deposit of the requester instead of the chain at enqueue."""
    payload_bytes_max: NotRequired[int]
    """Largest payload."""
    units_max: NotRequired[PartialPerKindUnits]
    """Most units of one job."""
    qubits_max: NotRequired[int]
    """Widest circuit."""
    depth_max: NotRequired[int]
    """Deepest circuit."""
    fee_min: NotRequired[Amount]
    """Least fee of a job."""
    window_ms: NotRequired[int]
    """The span of the two limits that follow."""
    jobs_per_window: NotRequired[int]
    """Jobs of one requester in a span; 0 is any number."""
    units_per_window: NotRequired[Amount]
    """Units of one requester in a span; 0 is any number."""
    queued_max: NotRequired[int]
    """Jobs of one requester that wait or run at a time; 0 is any number."""
    fair_share_ppm: NotRequired[int]
    """Largest share of the leases of a kind that one requester holds while others wait."""
    fair_min_leases: NotRequired[int]
    """From how many leases of a kind on the share is bounded; 0 is never."""
    cancel_fee_ppm: NotRequired[int]
    """The part of the fee that the provider has when its requester cancels an assigned job."""
    traps_required: NotRequired[bool]
    """Whether a quantum job must commit to hidden traps."""


class PartialRetryPolicy(TypedDict):
    """Attempts and backoff (SPEC §5)."""
    max_attempts: NotRequired[int]
    """How many attempts a job has."""
    base_ms: NotRequired[PartialPerKindCount]
    """First delay, ms."""
    factor: NotRequired[int]
    """Growth of the delay."""
    cap_ms: NotRequired[int]
    """Longest delay before jitter, ms."""


class PartialSeverities(TypedDict):
    """What each severity costs."""
    minor: NotRequired[PartialSeverityCost]
    """Minor."""
    major: NotRequired[PartialSeverityCost]
    """Major."""
    critical: NotRequired[PartialSeverityCost]
    """Critical."""


class PartialSeverityCost(TypedDict):
    """What a severity costs."""
    penalty: NotRequired[Amount]
    """Atoms."""
    cooldown_epochs: NotRequired[int]
    """Epochs without new work."""
    jail_epochs: NotRequired[int]
    """Epochs in jail."""


class PartialSlaPolicy(TypedDict):
    """Quality windows and bands (SPEC §8)."""
    z_ppm: NotRequired[int]
    """Confidence of the Wilson bounds."""
    edges_ms: NotRequired[Sequence[int]]
    """Upper edges of the latency bins, ms."""
    short_jobs: NotRequired[int]
    """Jobs in the short window."""
    long_jobs: NotRequired[int]
    """Jobs in the long window."""
    min_samples: NotRequired[int]
    """Jobs from which a window counts."""
    w_short_ppm: NotRequired[int]
    """Weight of the short window."""
    w_long_ppm: NotRequired[int]
    """Weight of the long window."""
    w_heartbeats_ppm: NotRequired[int]
    """Weight of heartbeats in availability."""
    w_offers_ppm: NotRequired[int]
    """Weight of offers accepted."""
    w_timely_ppm: NotRequired[int]
    """Weight of timely completions."""
    provisional_band: NotRequired[Band]
    """The band of who has no window yet."""
    bands: NotRequired[PartialBands]
    """What each band asks."""
    quality_ppm: NotRequired[PartialQualityPolicy]
    """What each band pays."""


class PartialSlashBands(TypedDict):
    """From where each dimension is how bad."""
    traps: NotRequired[Sequence[AbovePpm]]
    """Failed traps."""
    qos: NotRequired[Sequence[BelowPpm]]
    """Quality."""
    latency: NotRequired[Sequence[AboveMs]]
    """95th percentile of latency."""
    availability: NotRequired[Sequence[BelowPpm]]
    """High availability."""


class PartialSlashingPolicy(TypedDict):
    """Penalties (SPEC §9)."""
    bands: NotRequired[PartialSlashBands]
    """From where each dimension is how bad."""
    min_samples: NotRequired[PartialMinSamples]
    """Samples from which a dimension counts."""
    severity: NotRequired[PartialSeverities]
    """What each severity costs."""
    offences: NotRequired[PartialOffencePolicy]
    """How bad each offence is."""
    window_epochs: NotRequired[int]
    """Epochs in which offences count as repeated."""
    multipliers_ppm: NotRequired[Sequence[int]]
    """Multipliers by earlier offences, the last one repeats."""
    max_penalty_per_epoch: NotRequired[Amount]
    """The most an epoch costs one provider."""


class PartialSplitPolicy(TypedDict):
    """How a payout of one kind is divided (SPEC §7)."""
    provider: NotRequired[int]
    """The provider's part."""
    miner: NotRequired[int]
    """The miner's part."""
    treasury: NotRequired[int]
    """The treasury's part."""


class PartialTrapsPolicy(TypedDict):
    """Quantum trap circuits (SPEC §12)."""
    min_pass_ppm: NotRequired[int]
    """Lower bound of the hits, at least."""
    min_shots: NotRequired[int]
    """Shots over all traps, at least."""
    count: NotRequired[int]
    """Circuits."""


class PartialWithdrawalRules(TypedDict):
    """How money leaves."""
    delay_ms: NotRequired[int]
    """From the request to the payment, ms; it can be cancelled until then."""
    cooldown_ms: NotRequired[int]
    """Between two requests of a payee, ms."""
    payee_epoch_max: NotRequired[Amount | None]
    """Most a payee requests in an epoch; null is any amount."""
    total_epoch_max: NotRequired[Amount | None]
    """Most all payees request in an epoch; null is any amount."""


class PayeePart(TypedDict):
    """What a batch says of one payee."""
    payee: str
    """A provider or a miner."""
    lines: Sequence[ReceiptLine]
    """Its lines in this batch, by index."""
    balance: NotRequired[ReceiptBalance]
    """Absent for one that was never paid."""


PayeeRole: TypeAlias = Literal[
    "provider",
    "miner",
]
"""Who takes money out."""


class PayoutLine(TypedDict):
    """What is paid for a claim."""
    claim_key: bytes
    """The claim."""
    provider_id: str
    """Who did the work."""
    miner: str
    """Who included the proof."""
    kind: Kind
    """The kind of work."""
    gross: int
    """The price, or what was still owed."""
    payable: int
    """What the epoch pays of it."""
    provider: int
    """The provider's share."""
    miner_share: int
    """The miner's share."""
    treasury: int
    """The treasury's share."""
    penalty: int
    """What penalties take from the provider's share."""
    net_provider: int
    """What is left of it."""


class PayoutRecord(TypedDict):
    """A payout line of SPEC §10.4, as it is read."""
    claim_key: BytesLike
    provider_id: str
    miner: str
    kind: Kind
    gross: Amount
    payable: Amount
    provider: Amount
    miner_share: Amount
    treasury: Amount
    penalty: Amount
    net_provider: Amount


class PenaltyRules(TypedDict):
    """How penalties are applied."""
    delay_epochs: int
    """Epochs between the judgement and the penalty, in which it can be cancelled."""
    correlation_epochs: int
    """Epochs over which slashed providers are counted; 0 leaves correlation out."""
    correlation_from_ppm: int
    """The share of providers slashed in them from which penalties grow."""
    correlation_factor_ppm: int
    """How they grow: by this times the share."""
    reporter_reward_ppm: int
    """The part of a penalty that goes to who proved the offence."""
    clawback_ppm: int
    """The part of an epoch's earnings that repays a debt."""


class PerKindAtoms(TypedDict):
    """One value for each kind."""
    ai: int
    """For AI jobs."""
    quantum: int
    """For quantum jobs."""


class PerKindCount(TypedDict):
    """One value for each kind."""
    ai: int
    """For AI jobs."""
    quantum: int
    """For quantum jobs."""


class PerKindCountInput(TypedDict):
    """One value for each kind."""
    ai: int
    """For AI jobs."""
    quantum: int
    """For quantum jobs."""


class PerKindNullable(TypedDict):
    """One value for each kind."""
    ai: int | None
    """For AI jobs."""
    quantum: int | None
    """For quantum jobs."""


class PerKindPricingPolicy(TypedDict):
    """One value for each kind."""
    ai: PricingPolicy
    """For AI jobs."""
    quantum: PricingPolicy
    """For quantum jobs."""


class PerKindSplitPolicy(TypedDict):
    """One value for each kind."""
    ai: SplitPolicy
    """For AI jobs."""
    quantum: SplitPolicy
    """For quantum jobs."""


class PerKindUnits(TypedDict):
    """One value for each kind."""
    ai: int
    """For AI jobs."""
    quantum: int
    """For quantum jobs."""


class PerKindUnitsInput(TypedDict):
    """One value for each kind."""
    ai: Amount
    """For AI jobs."""
    quantum: Amount
    """For quantum jobs."""


class PermuteProvider(TypedDict):
    """A provider as `matching.permute` is given it."""
    id: str
    stake: Amount
    health_ppm: int


class PolicyCheckOutput(TypedDict):
    """Output of `policy.check`."""
    policy: PolicyRecord
    """The policy with every field."""
    policy_hash: bytes
    """Its hash."""


class PolicyLintOutput(TypedDict):
    """Output of `policy.lint`."""
    findings: list[Finding]
    """By code, then by path."""
    policy_hash: bytes
    """The policy's hash."""
    market_hash: bytes
    """The hash of the market rules."""


class PolicyRecord(TypedDict):
    """Everything a network may choose."""
    epoch: EpochPolicy
    """Length and finality of epochs."""
    queue: QueuePolicy
    """Order, lifetime and memory of the queue."""
    lease: LeasePolicy
    """Lease times."""
    retry: RetryPolicy
    """Attempts and backoff."""
    registry: RegistryPolicy
    """Who may work."""
    assignment: AssignmentPolicy
    """Who gets which job."""
    pricing: PerKindPricingPolicy
    """What a unit costs."""
    split: PerKindSplitPolicy
    """How a payout is divided."""
    fund: FundPolicy
    """What an epoch may pay."""
    sla: SlaPolicy
    """Quality windows and bands."""
    slashing: SlashingPolicy
    """Penalties."""
    traps: TrapsPolicy
    """Quantum trap circuits."""


PriceRounding: TypeAlias = Literal[
    "floor",
    "half_even",
]
"""The one rounding of a price (SPEC §6)."""


class PricingPolicy(TypedDict):
    """The price of one kind (SPEC §6)."""
    tiers: list[Tier]
    """Rates by total units."""
    tiering: Tiering
    """How the tiers apply."""
    min_reward: int
    """Never less, unless nothing."""
    max_reward: int
    """Never more."""
    rounding: PriceRounding
    """The one rounding."""
    surge: list[SurgeBin]
    """Multipliers by utilization."""


class PricingQuoteOutput(TypedDict):
    """The price of some work."""
    base: int
    """By the tiers alone."""
    gross: int
    """With the multipliers, within the reward bounds."""


class PricingSurgeOutput(TypedDict):
    """Output of `pricing.surge`."""
    surge_ppm: int
    """The multiplier at this utilization."""


class PriorityPolicy(TypedDict):
    """The weights and half points of the rank (SPEC §3)."""
    w_fee_ppm: int
    """Weight of the fee."""
    w_age_ppm: int
    """Weight of an age unit."""
    w_size_ppm: int
    """Weight of smallness."""
    w_tier_ppm: int
    """Weight of the tier."""
    fee_half: int
    """The fee that counts half."""
    size_half_bytes: int
    """The size that counts half."""
    age_unit_ms: int
    """The unit in which age counts."""
    tiers_ppm: dict[str, int]
    """What each tier is worth."""


class PriorityRankOutput(TypedDict):
    """Output of `priority.rank`."""
    jobs: list[JobRank]
    """The jobs in queue order."""


class ProofBodyOutput(TypedDict):
    """Output of `proof.body`."""
    nullifier: bytes
    """What makes it count once."""
    message: bytes
    """What the provider signs."""
    body: bytes | None
    """The proof's bytes, where the signature was given."""


class AiProofClaim(TypedDict):
    """An `AIProof`."""
    network_id: BytesLike
    """The network it is for."""
    height: int
    """The last block that the provider knew."""
    task_id: BytesLike
    """The job."""
    lease_id: BytesLike
    """Under which lease it was done."""
    provider_id: str
    """By whom."""
    result_digest: BytesLike
    """The digest of the result."""
    metrics: AiMetrics
    """What was measured."""
    evidence: Sequence[BytesLike]
    """SHA3-256 of the evidence that it stands on: the provider's attestation first, then trap receipts."""


@final
class AiProofClaimTag(TypedDict):
    ai: AiProofClaim


class QuantumProofClaim(TypedDict):
    """A `QuantumProof`."""
    network_id: BytesLike
    """The network it is for."""
    height: int
    """The last block that the provider knew."""
    task_id: BytesLike
    """The job."""
    lease_id: BytesLike
    """Under which lease it was done."""
    provider_id: str
    """By whom."""
    result_digest: BytesLike
    """The digest of the result."""
    metrics: QuantumMetrics
    """What was measured."""
    evidence: Sequence[BytesLike]
    """SHA3-256 of the evidence that it stands on: the provider's attestation first, then trap receipts."""


@final
class QuantumProofClaimTag(TypedDict):
    quantum: QuantumProofClaim


ProofClaim: TypeAlias = Union[
    AiProofClaimTag,
    QuantumProofClaimTag,
]
"""What a proof says, by its kind."""


ProviderStatus: TypeAlias = Literal[
    "registered",
    "active",
    "jailed",
    "suspended",
    "retired",
]
"""Where a provider stands with the network; only an active one gets work."""


class QosMetric(TypedDict):
    """Quality of the epoch."""
    score_ppm: int
    """Mean quality."""
    samples: int
    """Jobs."""


class QpuVerifyOutput(TypedDict):
    """Output of `qpu.verify`."""
    valid: bool
    """Whether the device is who it says, and is a quantum computer."""
    reason: AttestationReason | None
    """Why not."""
    traps: Verified
    """What the traps prove."""
    not_after_ms: int
    """Until when the certificates hold; 0 for what is not valid."""


class QualityPolicy(TypedDict):
    """The multiplier each band pays."""
    gold: int
    """Gold."""
    silver: int
    """Silver."""
    bronze: int
    """Bronze."""
    fail: int
    """Fail."""


class QuantumBand(TypedDict):
    """What gold and silver ask of quantum."""
    max_p95_ms: int
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: int
    """Failed jobs, at most."""
    min_coverage_ppm: int
    """Share of shots that are traps, at least."""
    min_availability_low_ppm: int
    """Lower bound of availability, at least."""


class QuantumBands(TypedDict):
    """The bands of quantum."""
    gold: QuantumBand
    """Gold."""
    silver: QuantumBand
    """Silver."""
    bronze: QuantumBronze
    """Bronze."""


class QuantumBronze(TypedDict):
    """What bronze asks of quantum."""
    max_p95_ms: int
    """95th percentile of latency, at most."""
    max_fail_rate_ppm: int
    """Failed jobs, at most."""
    min_coverage_ppm: int
    """Share of shots that are traps, at least."""
    min_availability_high_ppm: int
    """Upper bound of availability, at least."""


class QuantumMetrics(TypedDict):
    """What is measured of quantum work."""
    units: Amount
    """Units used."""
    traps_ratio_ppm: int
    """Share of shots that were traps."""
    trap_shots: int
    """Trap shots."""
    trap_failures: int
    """Trap shots that came out wrong."""


class QueuePolicy(TypedDict):
    """Order, lifetime and memory of the queue."""
    priority: PriorityPolicy
    """SPEC §3."""
    job_ttl_ms: PerKindCount
    """From enqueue to expiry, ms."""
    attempts_ttl_ms: int
    """From the first lease to expiry, ms."""
    tombstone_ms: int
    """How long a finished job is remembered, ms."""


class RankJob(TypedDict):
    """A job as `priority.rank` is given it."""
    task_id: BytesLike
    fee: Amount
    size_bytes: int
    tier: str
    enqueue_ms: int


class Receipt(TypedDict):
    """A receipt."""
    batch: BatchInput
    """The header and its id."""
    signed: BatchSignature
    """Who stands for it."""
    payee: NotRequired[PayeePart]
    """In a payee's receipt."""


class ReceiptBalance(TypedDict):
    """What a payee was ever paid."""
    index: int
    """Where it stands, by payee."""
    cumulative_paid: Amount
    """By all batches up to this one."""
    proof: Sequence[BytesLike]
    """That it is under `balances_root`."""


class ReceiptLine(TypedDict):
    """One of a payee's lines: claim and payout stand at the same index of trees of the same size."""
    index: int
    """Where both stand, by claim_key."""
    claim: ClaimRecord
    """What was claimed."""
    claim_proof: Sequence[BytesLike]
    """That it is under `claims_root`."""
    payout: PayoutRecord
    """What is paid."""
    payout_proof: Sequence[BytesLike]
    """That it is under `payouts_root`."""


class ReceiptVerifyOutput(TypedDict):
    """Output of `receipt.verify`."""
    valid: bool
    """Whether everything in it is proven."""
    reason: NotRequired[Fault]
    """The first thing that is not."""
    line: NotRequired[int]
    """The index of the line at fault."""
    paid: NotRequired[int]
    """Of a payee's receipt that is valid: what its lines pay it, net."""
    cumulative_paid: NotRequired[int]
    """And what it was ever paid."""


class RegistryPolicy(TypedDict):
    """Who may work (SPEC §4)."""
    min_stake: PerKindAtoms
    """Stake a kind needs."""
    min_health_ppm: int
    """Health a job needs."""
    require_attestation: bool
    """Whether a provider without attestation is refused."""
    allow: list[str]
    """If not empty, only these work."""
    deny: list[str]
    """These never work."""


class RegistryRules(TypedDict):
    """Who providers are, and that they are there."""
    key_bound_ids: bool
    """Whether a provider's id must be the hash of its first key."""
    stake_lock_epochs: int
    """Epochs that must begin after stake came before it may begin to leave."""
    beat_blocks: int
    """Blocks within which a heartbeat is expected; 0 is never."""
    health_half_life_blocks: int
    """Blocks of silence, beyond what is expected, that halve the health."""
    missed_beats_max: int
    """Beats missed in a row from which an epoch counts `heartbeat_miss`; 0 is never."""


class ReplayedEntry(TypedDict):
    """What an entry came to."""
    status: EntryStatus
    """How it ended."""
    state_root: bytes
    """The root after it."""


class RequestRules(TypedDict):
    """What requesters may ask."""
    prepaid: bool
    """Whether fees come from a deposit of the requester instead of the chain at enqueue."""
    payload_bytes_max: int
    """Largest payload."""
    units_max: PerKindUnits
    """Most units of one job."""
    qubits_max: int
    """Widest circuit."""
    depth_max: int
    """Deepest circuit."""
    fee_min: int
    """Least fee of a job."""
    window_ms: int
    """The span of the two limits that follow."""
    jobs_per_window: int
    """Jobs of one requester in a span; 0 is any number."""
    units_per_window: int
    """Units of one requester in a span; 0 is any number."""
    queued_max: int
    """Jobs of one requester that wait or run at a time; 0 is any number."""
    fair_share_ppm: int
    """Largest share of the leases of a kind that one requester holds while others wait."""
    fair_min_leases: int
    """From how many leases of a kind on the share is bounded; 0 is never."""
    cancel_fee_ppm: int
    """The part of the fee that the provider has when its requester cancels an assigned job."""
    traps_required: bool
    """Whether a quantum job must commit to hidden traps."""


RequeueCause: TypeAlias = Literal[
    "ack_timeout",
    "lease_expired",
    "provider_failed",
    "invalid_proof",
    "declined",
    "provider_removed",
    "time_to_live",
    "no_attempts_left",
    "requester",
    "not_proved",
    "traps_failed",
]
"""Why a job went back to the queue or ended."""


class ResultMetrics(TypedDict):
    """What a result is worth, as measured. Only an open devnet believes all of it; elsewhere the units count, and the quality is what requesters say and revealed traps show."""
    units: Amount
    """Units used; at most what was asked."""
    qos_ppm: NotRequired[int]
    """Quality of the result (AI)."""
    coverage_ppm: NotRequired[int]
    """Share of shots that were traps (quantum)."""
    integrity_ok: NotRequired[bool]
    """Whether the traps held together (quantum)."""
    trap_shots: NotRequired[int]
    """Trap shots (quantum)."""
    trap_failures: NotRequired[int]
    """Trap shots that failed (quantum)."""


class RetryDelayOutput(TypedDict):
    """Output of `retry.delay`."""
    delay_ms: int
    """What the job waits, jitter included; the jitter may pass the cap."""
    jitter_ppm: int
    """The jitter."""


class RetryPolicy(TypedDict):
    """Attempts and backoff (SPEC §5)."""
    max_attempts: int
    """How many attempts a job has."""
    base_ms: PerKindCount
    """First delay, ms."""
    factor: int
    """Growth of the delay."""
    cap_ms: int
    """Longest delay before jitter, ms."""


Role: TypeAlias = Literal[
    "provider",
    "operator",
]
"""On whose behalf a signer speaks."""


Scheme: TypeAlias = Literal[
    "ml-dsa-65",
    "dilithium3",
    "dilithium3-ipd",
    "slh-dsa-shake-128s",
]
"""How a signature is made and checked."""


class SequencerKey(TypedDict):
    """A key that seals batches."""
    scheme: Scheme
    """The signature scheme."""
    public_key: bytes
    """The public key, of the scheme's size."""


class SequencerKeyInput(TypedDict):
    """A key that seals batches."""
    scheme: Scheme
    """The signature scheme."""
    public_key: BytesLike
    """The public key, of the scheme's size."""


class SettleSlash(TypedDict):
    """A penalty. Of several with the same provider and reason the largest counts."""
    provider_id: str
    """Who pays."""
    amount: Amount
    """How much."""
    reason: str
    """For what."""


class SettlementSettleOutput(TypedDict):
    """The record that [`Settled`] writes itself as."""
    batch: Batch
    """The header and its id."""
    lines: list[PayoutLine]
    """The payout lines, in claim_key order."""
    provider_debits: dict[str, int]
    """What the stake of a provider pays beyond its shares; zeros left out."""
    provider_debts: dict[str, int]
    """What nothing is left for; zeros left out."""
    miner_totals: dict[str, int]
    """What every miner with a line gets."""
    provider_totals: dict[str, int]
    """What every provider with a line gets, net of penalties."""
    balances: dict[str, int]
    """What every payee was ever paid, this batch included."""
    deferred: list[DeferredLine]
    """What waits for a later epoch, in pay order."""


class Severities(TypedDict):
    """What each severity costs."""
    minor: SeverityCost
    """Minor."""
    major: SeverityCost
    """Major."""
    critical: SeverityCost
    """Critical."""


Severity: TypeAlias = Literal[
    "minor",
    "major",
    "critical",
]
"""How bad an offence is (SPEC §9), mildest first."""


class SeverityCost(TypedDict):
    """What a severity costs."""
    penalty: int
    """Atoms."""
    cooldown_epochs: int
    """Epochs without new work."""
    jail_epochs: int
    """Epochs in jail."""


class SignatureVerifyOutput(TypedDict):
    """Output of `signature.verify`."""
    valid: bool
    """Whether the signature holds."""


class CompletionSignedStatement(TypedDict):
    """A signed message whose command is `complete`."""
    role: Role
    """As what."""
    signer: str
    """The provider's id, or the operator's name."""
    nonce: int
    """Above that of every message of this signer before."""
    expires_height: int
    """The last block in which the message counts."""
    command: BytesLike
    """The command as CBOR."""
    signature: BytesLike
    """By the signer's key."""


@final
class CompletionSignedStatementTag(TypedDict):
    completion: CompletionSignedStatement


class ProofSignedStatement(TypedDict):
    """A proof ([`crate::proof::Proof`] as CBOR)."""


@final
class ProofSignedStatementTag(TypedDict):
    proof: ProofSignedStatement


SignedStatement: TypeAlias = Union[
    CompletionSignedStatementTag,
    ProofSignedStatementTag,
]
"""What a provider signed, as evidence gives it."""


class SlaEvaluateOutput(TypedDict):
    """What the windows of a provider are worth."""
    band: Band
    """The best band whose conditions all hold."""
    quality_ppm: int
    """The multiplier it pays."""
    samples_used: int
    """Jobs of the longest window that counted; 0 for none."""
    metrics: SlaMetrics
    """What was compared with the bands."""


class SlaMetrics(TypedDict):
    """Metrics of one window or of two together; `None` (null) is missing."""
    qos_ppm: int | None
    """Mean quality."""
    coverage_ppm: int | None
    """Mean share of trap shots."""
    p95_ms: int | None
    """95th percentile of latency."""
    availability_low_ppm: int | None
    """What availability surely reaches."""
    availability_high_ppm: int | None
    """What availability surely does not exceed."""
    fail_rate_ppm: int | None
    """Share of failed jobs."""


class SlaP95Output(TypedDict):
    """Output of `sla.p95`."""
    p95_ms: int | None
    """The percentile; null for no samples."""


class SlaPolicy(TypedDict):
    """Quality windows and bands (SPEC §8)."""
    z_ppm: int
    """Confidence of the Wilson bounds."""
    edges_ms: list[int]
    """Upper edges of the latency bins, ms."""
    short_jobs: int
    """Jobs in the short window."""
    long_jobs: int
    """Jobs in the long window."""
    min_samples: int
    """Jobs from which a window counts."""
    w_short_ppm: int
    """Weight of the short window."""
    w_long_ppm: int
    """Weight of the long window."""
    w_heartbeats_ppm: int
    """Weight of heartbeats in availability."""
    w_offers_ppm: int
    """Weight of offers accepted."""
    w_timely_ppm: int
    """Weight of timely completions."""
    provisional_band: Band
    """The band of who has no window yet."""
    bands: Bands
    """What each band asks."""
    quality_ppm: QualityPolicy
    """What each band pays."""


class SlaWilsonOutput(TypedDict):
    """Output of `sla.wilson`."""
    lower_ppm: int
    """The lower bound."""


class SlashBands(TypedDict):
    """From where each dimension is how bad."""
    traps: list[AbovePpm]
    """Failed traps."""
    qos: list[BelowPpm]
    """Quality."""
    latency: list[AboveMs]
    """95th percentile of latency."""
    availability: list[BelowPpm]
    """High availability."""


SlashCause: TypeAlias = Literal[
    "traps",
    "qos",
    "latency",
    "availability",
    "attestation_invalid",
    "equivocation",
    "replay",
    "lease_loss",
    "heartbeat_miss",
]
"""What a slash is for: a dimension of the metrics or an offence, by its name."""


SlashTo: TypeAlias = Literal[
    "treasury",
    "burn",
]
"""Where collected penalties go (SPEC §10)."""


class SlashingDecideOutput(TypedDict):
    """What the epoch costs, and why."""
    decision: Verdict
    """None, warning or slash."""
    penalty: int
    """Taken from the stake."""
    cooldown_epochs: int
    """Epochs without new work."""
    jail_epochs: int
    """Epochs in jail."""
    stake_after: int
    """What is left of the stake."""
    dimensions: Dimensions
    """Each dimension that was measured."""
    severity: NotRequired[Severity]
    """How bad; only of a slash."""
    dimension: NotRequired[SlashCause]
    """What for; only of a slash."""


class SlashingPolicy(TypedDict):
    """Penalties (SPEC §9)."""
    bands: SlashBands
    """From where each dimension is how bad."""
    min_samples: MinSamples
    """Samples from which a dimension counts."""
    severity: Severities
    """What each severity costs."""
    offences: OffencePolicy
    """How bad each offence is."""
    window_epochs: int
    """Epochs in which offences count as repeated."""
    multipliers_ppm: list[int]
    """Multipliers by earlier offences, the last one repeats."""
    max_penalty_per_epoch: int
    """The most an epoch costs one provider."""


class SnpTcb(TypedDict):
    """The least firmware of an AMD product. A component that a product does not have is not compared."""
    product: str
    """The product: `Milan`, `Genoa` or `Turin`."""
    fmc: int
    """Firmware of the FMC, which products from Turin on have."""
    boot_loader: int
    """The boot loader."""
    tee: int
    """The operating system of the secure processor."""
    snp: int
    """The SNP firmware."""
    microcode: int
    """The microcode."""


class SnpTcbInput(TypedDict):
    """The least firmware of an AMD product. A component that a product does not have is not compared."""
    product: str
    """The product: `Milan`, `Genoa` or `Turin`."""
    fmc: int
    """Firmware of the FMC, which products from Turin on have."""
    boot_loader: int
    """The boot loader."""
    tee: int
    """The operating system of the secure processor."""
    snp: int
    """The SNP firmware."""
    microcode: int
    """The microcode."""


class SplitApplyOutput(TypedDict):
    """The three parts of a payout; they sum to it."""
    provider: int
    """Who did the work."""
    miner: int
    """Who included the proof."""
    treasury: int
    """The rest."""


class SplitPolicy(TypedDict):
    """How a payout of one kind is divided (SPEC §7)."""
    provider: int
    """The provider's part."""
    miner: int
    """The miner's part."""
    treasury: int
    """The treasury's part."""


Spread: TypeAlias = Literal[
    "round_robin",
    "pack",
    "proportional",
]
"""What happens to a provider that got a lease (SPEC §4)."""


Strategy: TypeAlias = Literal[
    "shuffle",
    "weighted",
    "score",
]
"""How providers are put in order for a dispatch (SPEC §4)."""


class SurgeBin(TypedDict):
    """A multiplier that holds from a utilization on."""
    utilization_ppm_gte: int
    """From here on."""
    multiplier_ppm: int
    """Times this."""


class MatchTaggedItems(TypedDict):
    """The seed of a dispatch."""
    chain_id: int
    epoch: int
    height: int
    beacon: BytesLike


@final
class MatchTaggedItemsTag(TypedDict):
    match: MatchTaggedItems


class TieTaggedItems(TypedDict):
    """The order of providers of equal score."""
    seed: BytesLike
    provider_id: str


@final
class TieTaggedItemsTag(TypedDict):
    tie: TieTaggedItems


class DrawTaggedItems(TypedDict):
    """The draws of a job by weight."""
    seed: BytesLike
    task_id: BytesLike


@final
class DrawTaggedItemsTag(TypedDict):
    draw: DrawTaggedItems


class LeaseTaggedItems(TypedDict):
    """The id of a lease."""
    task_id: BytesLike
    provider_id: str
    attempt: int
    seed: BytesLike


@final
class LeaseTaggedItemsTag(TypedDict):
    lease: LeaseTaggedItems


class RetryTaggedItems(TypedDict):
    """The jitter of a retry."""
    task_id: BytesLike
    attempt: int


@final
class RetryTaggedItemsTag(TypedDict):
    retry: RetryTaggedItems


class ClaimTaggedItems(TypedDict):
    """The key of a claim."""
    task_id: BytesLike
    block_height: int
    nullifier: BytesLike


@final
class ClaimTaggedItemsTag(TypedDict):
    claim: ClaimTaggedItems


class ReceiptTaggedItems(TypedDict):
    """What a settlement key signs for a batch."""
    batch_id: BytesLike


@final
class ReceiptTaggedItemsTag(TypedDict):
    receipt: ReceiptTaggedItems


class TrapsTaggedItems(TypedDict):
    """The seed of a trap circuit."""
    task_id: BytesLike
    beacon: BytesLike
    index: int


@final
class TrapsTaggedItemsTag(TypedDict):
    traps: TrapsTaggedItems


class TrapSeedTaggedItems(TypedDict):
    """The commitment to the secret seed of hidden traps."""
    seed: BytesLike


@final
class TrapSeedTaggedItemsTag(TypedDict):
    trap_seed: TrapSeedTaggedItems


class TrapPlacesTaggedItems(TypedDict):
    """The seed of the places of hidden traps."""
    commitment: BytesLike
    seed: BytesLike


@final
class TrapPlacesTaggedItemsTag(TypedDict):
    trap_places: TrapPlacesTaggedItems


class TrapProgramsTaggedItems(TypedDict):
    """The digest of the circuits of a job with hidden traps."""
    programs: Sequence[BytesLike]


@final
class TrapProgramsTaggedItemsTag(TypedDict):
    trap_programs: TrapProgramsTaggedItems


class StateTaggedItems(TypedDict):
    """The state root after an entry."""
    state_root: BytesLike
    seq: int
    entry_hash: BytesLike
    status: int
    write_set_hash: BytesLike


@final
class StateTaggedItemsTag(TypedDict):
    state: StateTaggedItems


class ProviderTaggedItems(TypedDict):
    """The id of a provider that is bound to its key."""
    public_key: BytesLike


@final
class ProviderTaggedItemsTag(TypedDict):
    provider: ProviderTaggedItems


class RotateTaggedItems(TypedDict):
    """What an old key signs for a new one without a scheme."""
    network_id: BytesLike
    provider_id: str
    old_key_hash: BytesLike
    public_key: BytesLike


@final
class RotateTaggedItemsTag(TypedDict):
    rotate: RotateTaggedItems


class RotateSchemeTaggedItems(TypedDict):
    """What an old key signs for a new one of a scheme."""
    network_id: BytesLike
    provider_id: str
    old_key_hash: BytesLike
    scheme: str
    public_key: BytesLike


@final
class RotateSchemeTaggedItemsTag(TypedDict):
    rotate_scheme: RotateSchemeTaggedItems


class MessageTaggedItems(TypedDict):
    """What a signer of a command signs."""
    network_id: BytesLike
    role: Role
    signer: str
    nonce: int
    expires_height: int
    command: BytesLike


@final
class MessageTaggedItemsTag(TypedDict):
    message: MessageTaggedItems


class OperatorTaggedItems(TypedDict):
    """The name of the operator of providers."""
    scheme: str
    public_key: BytesLike


@final
class OperatorTaggedItemsTag(TypedDict):
    operator: OperatorTaggedItems


class OperatesTaggedItems(TypedDict):
    """What an operator signs for a provider."""
    network_id: BytesLike
    provider_id: str
    operator: str


@final
class OperatesTaggedItemsTag(TypedDict):
    operates: OperatesTaggedItems


class AttestTaggedItems(TypedDict):
    """What evidence of hardware binds."""
    chain_id: int
    provider_id: str
    public_key: BytesLike


@final
class AttestTaggedItemsTag(TypedDict):
    attest: AttestTaggedItems


class SealedTaggedItems(TypedDict):
    """The key of a sealed payload."""
    shared_secret: BytesLike
    encapsulation_key_hash: BytesLike
    ciphertext: BytesLike


@final
class SealedTaggedItemsTag(TypedDict):
    sealed: SealedTaggedItems


class QpuTaggedItems(TypedDict):
    """What a quantum device signs."""
    chain_id: int
    provider_id: str
    public_key: BytesLike
    receipt: TrapReceipt


@final
class QpuTaggedItemsTag(TypedDict):
    qpu: QpuTaggedItems


class NullifierTaggedItems(TypedDict):
    """The nullifier of a proof."""
    kind: Kind
    provider_id: str
    task_id: BytesLike
    result_digest: BytesLike


@final
class NullifierTaggedItemsTag(TypedDict):
    nullifier: NullifierTaggedItems


class ProofTaggedItems(TypedDict):
    """What a provider signs as a proof."""
    claim: ProofClaim
    nullifier: BytesLike


@final
class ProofTaggedItemsTag(TypedDict):
    proof: ProofTaggedItems


class MessagesTaggedItems(TypedDict):
    """The digest of a batch's messages."""
    command_hashes: Sequence[BytesLike]


@final
class MessagesTaggedItemsTag(TypedDict):
    messages: MessagesTaggedItems


class SealedBatchTaggedItems(TypedDict):
    """The hash of a sealed batch of messages."""
    network_id: BytesLike
    number: int
    previous: BytesLike
    block_height: int
    block_hash: BytesLike
    time_ms: int
    messages: int
    messages_digest: BytesLike
    state_root: BytesLike


@final
class SealedBatchTaggedItemsTag(TypedDict):
    sealed_batch: SealedBatchTaggedItems


class SnapshotTaggedItems(TypedDict):
    """What a sequencer key signs for a snapshot."""
    network_id: BytesLike
    number: int
    batch_hash: BytesLike
    seq: int
    state_root: BytesLike
    state_digest: BytesLike


@final
class SnapshotTaggedItemsTag(TypedDict):
    snapshot: SnapshotTaggedItems


class TicketTaggedItems(TypedDict):
    """The ticket of a pending write."""
    network_id: BytesLike
    command: BytesLike


@final
class TicketTaggedItemsTag(TypedDict):
    ticket: TicketTaggedItems


class DevnetBeaconTaggedItems(TypedDict):
    """The beacon of a block of a devnet."""
    seed: int
    fork: int
    height: int


@final
class DevnetBeaconTaggedItemsTag(TypedDict):
    devnet_beacon: DevnetBeaconTaggedItems


class BatchTaggedItems(TypedDict):
    """The id of a batch: its header."""
    chain_id: int
    """The chain whose blocks the claims come from."""
    epoch: int
    """The epoch."""
    height_start: int
    """Its first block."""
    height_end: int
    """Its last block."""
    claims_count: int
    """How many claim lines, and as many payout lines, there are."""
    claims_root: BytesLike
    """Their root, by claim_key."""
    payouts_root: BytesLike
    """The root of the payout lines, by claim_key."""
    balances_count: int
    """How many payees were ever paid."""
    balances_root: BytesLike
    """The root of their balances, by payee."""
    deferred_count: int
    """How many claims wait."""
    deferred_root: BytesLike
    """Their root, in pay order."""
    debits_count: int
    """How many providers owe more than their shares."""
    debits_root: BytesLike
    """Their root, by provider id."""
    totals: TotalsInput
    """The sums."""
    budget: Amount
    """What the epoch could pay, the carry included."""
    carry_next: Amount
    """What the next epoch may pay on top of its own budget."""
    policy_hash: BytesLike
    """The policy that was applied."""
    prev_batch_id: BytesLike
    """The batch before this one."""


@final
class BatchTaggedItemsTag(TypedDict):
    batch: BatchTaggedItems


TaggedItems: TypeAlias = Union[
    MatchTaggedItemsTag,
    TieTaggedItemsTag,
    DrawTaggedItemsTag,
    LeaseTaggedItemsTag,
    RetryTaggedItemsTag,
    ClaimTaggedItemsTag,
    ReceiptTaggedItemsTag,
    TrapsTaggedItemsTag,
    TrapSeedTaggedItemsTag,
    TrapPlacesTaggedItemsTag,
    TrapProgramsTaggedItemsTag,
    StateTaggedItemsTag,
    ProviderTaggedItemsTag,
    RotateTaggedItemsTag,
    RotateSchemeTaggedItemsTag,
    MessageTaggedItemsTag,
    OperatorTaggedItemsTag,
    OperatesTaggedItemsTag,
    AttestTaggedItemsTag,
    SealedTaggedItemsTag,
    QpuTaggedItemsTag,
    NullifierTaggedItemsTag,
    ProofTaggedItemsTag,
    MessagesTaggedItemsTag,
    SealedBatchTaggedItemsTag,
    SnapshotTaggedItemsTag,
    TicketTaggedItemsTag,
    DevnetBeaconTaggedItemsTag,
    BatchTaggedItemsTag,
]
"""What is to be hashed: one key, which names the tag, and the items of its list."""


class Tally(TypedDict):
    """How often something went well, of how often it was tried."""
    ok: int
    """Well."""
    total: int
    """Tried."""


class TaskIdDeriveOutput(TypedDict):
    """Output of `task_id.derive`."""
    task_id: bytes
    """The id."""
    payload: bytes
    """The payload's bytes, as hashed."""


TcbStatus: TypeAlias = Literal[
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
    "TDRelaunchAdvised",
    "TDRelaunchAdvisedConfigurationNeeded",
    "Revoked",
]
"""The state of a platform's trusted computing base."""


class Tier(TypedDict):
    """A rate and where it ends."""
    up_to: int | None
    """Last unit at this rate; null is no end."""
    per_unit: int
    """Atoms a unit."""


Tiering: TypeAlias = Literal[
    "graduated",
    "volume",
]
"""How tiers apply (SPEC §6)."""


class Totals(TypedDict):
    """The sums of a batch."""
    gross: int
    """Over the lines; what was deferred counts again when it comes back."""
    payable: int
    """What is paid."""
    provider: int
    """The providers' shares, before penalties."""
    miner: int
    """The miners' shares."""
    treasury: int
    """The treasury's shares of the lines, and nothing else."""
    penalties: int
    """Collected from shares and stakes."""
    debts: int
    """What could not be collected."""
    dust: int
    """What scaling left over; the treasury gets it."""
    deferred: int
    """What waits for a later epoch."""


class TotalsInput(TypedDict):
    """The sums of a batch."""
    gross: Amount
    """Over the lines; what was deferred counts again when it comes back."""
    payable: Amount
    """What is paid."""
    provider: Amount
    """The providers' shares, before penalties."""
    miner: Amount
    """The miners' shares."""
    treasury: Amount
    """The treasury's shares of the lines, and nothing else."""
    penalties: Amount
    """Collected from shares and stakes."""
    debts: Amount
    """What could not be collected."""
    dust: Amount
    """What scaling left over; the treasury gets it."""
    deferred: Amount
    """What waits for a later epoch."""


class TrapCommitment(TypedDict):
    """What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md)."""
    commitment: BytesLike
    """The commitment to the secret seed, `H('aicf/trap-seed/v1', [seed])`."""
    circuits: int
    """Circuits of the job's program, the traps among them: more than the policy's `traps.count`, at most [`crate::limits::TRAP_CIRCUITS_MAX`]."""
    programs: BytesLike
    """The digest of the circuits, `H('aicf/trap-programs/v1', [programs])` with SHA3-256 of the program of each. A provider compares it with the program that it was given before it takes the lease up."""


class TrapReceipt(TypedDict):
    """What a device measured of trap circuits."""
    task_id: BytesLike
    beacon: BytesLike
    qubits: int
    depth: int
    results: Sequence[TrapResult]


class TrapResult(TypedDict):
    """The measured shots of one trap."""
    index: int
    """Which trap."""
    counts: Mapping[str, int]
    """How often each bitstring came out."""


class TrapsGenerateOutput(TypedDict):
    """A trap: what is run and what must come out."""
    qasm: str
    """The program, one statement a line."""
    expected: str
    """The one right bitstring, qubit 0 first."""


class TrapsMetric(TypedDict):
    """Traps of the epoch."""
    fail_ppm: int
    """Share of trap shots that missed."""
    samples: int
    """Trap shots."""


class TrapsPolicy(TypedDict):
    """Quantum trap circuits (SPEC §12)."""
    min_pass_ppm: int
    """Lower bound of the hits, at least."""
    min_shots: int
    """Shots over all traps, at least."""
    count: int
    """Circuits."""


class TrapsPositionsOutput(TypedDict):
    """Output of `traps.positions`."""
    commitment: bytes
    """What a job commits to, and the `task_id` of `traps.generate` for its traps."""
    positions: list[int]
    """The place of each trap among the circuits, from 0, in the order of the traps."""


class TrapsVerifyOutput(TypedDict):
    """What the traps of a job prove."""
    passed: bool
    """Whether no trap is missing and the lower bound is high enough."""
    shots: int
    """Shots that counted."""
    hits: int
    """Those of them that gave the right answer."""
    lower_ppm: int
    """Lower Wilson bound of the hits; 0 for no shots."""
    missing: list[int]
    """Traps without their share of the shots."""


class Unassigned(TypedDict):
    """A job that stays."""
    task_id: bytes
    """The job."""
    reason: UnassignedReason
    """Where most providers failed."""
    counts: dict[str, int]
    """How many failed where first, at the job's turn."""


UnassignedReason: TypeAlias = Literal[
    "status",
    "capability",
    "attestation",
    "stake",
    "health",
    "denied",
    "region",
    "model",
    "attestation_class",
    "cooldown",
    "concurrency",
    "units",
    "diversity",
    "no_providers",
]
"""The first rule that a provider fails; declared in the order in which the rules are asked."""


Verdict: TypeAlias = Literal[
    "none",
    "warning",
    "slash",
]
"""What follows from an epoch, mildest first."""


class Verified(TypedDict):
    """What the traps of a job prove."""
    passed: bool
    """Whether no trap is missing and the lower bound is high enough."""
    shots: int
    """Shots that counted."""
    hits: int
    """Those of them that gave the right answer."""
    lower_ppm: int
    """Lower Wilson bound of the hits; 0 for no shots."""
    missing: list[int]
    """Traps without their share of the shots."""


class Window(TypedDict):
    """What is known of a number of jobs. The counts need not sum to `jobs`."""
    jobs: int
    """Jobs in the window."""
    counts: Sequence[int]
    """Jobs by latency, one count for each edge of the policy."""
    overflow: int
    """Jobs slower than the last edge."""
    heartbeats: Tally
    """Heartbeats that came."""
    offers: Tally
    """Offers accepted."""
    timely: Tally
    """Jobs finished in time."""
    failed: int
    """Jobs failed."""
    qos_sum_ppm: NotRequired[int]
    """Sum of the jobs' quality; absent where nobody measured it."""
    coverage_sum_ppm: NotRequired[int]
    """Sum of the jobs' shares of trap shots."""
    integrity_ok: NotRequired[bool]
    """Whether every trap check passed."""


class WithdrawalRules(TypedDict):
    """How money leaves."""
    delay_ms: int
    """From the request to the payment, ms; it can be cancelled until then."""
    cooldown_ms: int
    """Between two requests of a payee, ms."""
    payee_epoch_max: int | None
    """Most a payee requests in an epoch; null is any amount."""
    total_epoch_max: int | None
    """Most all payees request in an epoch; null is any amount."""


__all__ = [
    "Amount",
    "BytesLike",
    "AboveMs",
    "AbovePpm",
    "AiBand",
    "AiBands",
    "AiBronze",
    "AiMetrics",
    "Assignment",
    "AssignmentPolicy",
    "Attestation",
    "AttestationClass",
    "AttestationEvidence",
    "AttestationReason",
    "AttestationRules",
    "AttestationVerifyOutput",
    "AvailabilityMetric",
    "Band",
    "Bands",
    "Batch",
    "BatchInput",
    "BatchSignature",
    "BelowPpm",
    "CapPolicy",
    "Circuit",
    "CircuitCounts",
    "Claim",
    "ClaimKeyOutput",
    "ClaimRecord",
    "Collateral",
    "Command",
    "GenesisCommand",
    "TickCommand",
    "RegisterCommand",
    "StakeCommand",
    "UnstakeCommand",
    "HeartbeatCommand",
    "RetireCommand",
    "EnqueueCommand",
    "CancelCommand",
    "DispatchCommand",
    "AckCommand",
    "RenewCommand",
    "DeclineCommand",
    "FailCommand",
    "CompleteCommand",
    "ProofCommand",
    "SettleCommand",
    "SchedulePolicyCommand",
    "WithdrawCommand",
    "ReportCommand",
    "ScheduleMarketCommand",
    "ScheduleCoreCommand",
    "RotateKeyCommand",
    "DepositCommand",
    "ReclaimCommand",
    "MinerWithdrawCommand",
    "CancelWithdrawalCommand",
    "CancelSlashCommand",
    "EvidenceCommand",
    "SignedCommand",
    "ProveCommand",
    "BlockCommand",
    "MalformedCommand",
    "TransactionCommand",
    "AnchorCommand",
    "SealCommand",
    "ReplaceSequencersCommand",
    "RevealTrapsCommand",
    "RateCommand",
    "ContractCall",
    "EnqueueContractCall",
    "CancelContractCall",
    "StakeContractCall",
    "UnstakeContractCall",
    "DepositContractCall",
    "RetireContractCall",
    "AnchorContractCall",
    "RevealTrapsContractCall",
    "RateContractCall",
    "DeferredLine",
    "Dimensions",
    "EngineReplayOutput",
    "EntryStatus",
    "EpochMetrics",
    "EpochPolicy",
    "Event",
    "InitialisedEvent",
    "ProviderRegisteredEvent",
    "ProviderStatusEvent",
    "StakeChangedEvent",
    "JobEnqueuedEvent",
    "JobAssignedEvent",
    "JobAcknowledgedEvent",
    "JobRenewedEvent",
    "JobRequeuedEvent",
    "JobCompletedEvent",
    "JobEndedEvent",
    "ClaimAcceptedEvent",
    "ProviderWarnedEvent",
    "ProviderSlashedEvent",
    "EpochSettledEvent",
    "PolicyScheduledEvent",
    "ProviderWithdrewEvent",
    "OffenceReportedEvent",
    "MarketScheduledEvent",
    "CoreScheduledEvent",
    "KeyRotatedEvent",
    "DepositChangedEvent",
    "WithdrawalRequestedEvent",
    "WithdrawalPaidEvent",
    "WithdrawalCancelledEvent",
    "PenaltyDelayedEvent",
    "PenaltyCancelledEvent",
    "DebtRepaidEvent",
    "ReporterRewardedEvent",
    "BatchSealedEvent",
    "SequencerContradictedEvent",
    "SequencersReplacedEvent",
    "CancellationChargedEvent",
    "TrapsVerifiedEvent",
    "TrapsVoidEvent",
    "ProviderForgottenEvent",
    "JobRatedEvent",
    "EvidenceRules",
    "Fault",
    "Finding",
    "FirstBlock",
    "FundPolicy",
    "FundRules",
    "FundSource",
    "GenesisLine",
    "HashTaggedOutput",
    "JobRank",
    "JobStatus",
    "JournalLine",
    "Judgement",
    "KeyRules",
    "Kind",
    "LatencyMetric",
    "LeaseIdOutput",
    "LeaseMessage",
    "LeasePolicy",
    "LeaseRules",
    "LintCode",
    "LintSeverity",
    "Market",
    "MarketCheckOutput",
    "MatchJob",
    "MatchProvider",
    "MatchingAssignOutput",
    "MatchingPermuteOutput",
    "MatchingSeedOutput",
    "Measurements",
    "MerkleProveOutput",
    "MerkleRootOutput",
    "MerkleVerifyOutput",
    "MinSamples",
    "NetworkCheckOutput",
    "NetworkDocument",
    "NetworkHeader",
    "NetworkHeaderInput",
    "NetworkName",
    "Offence",
    "OffencePolicy",
    "OffenceProof",
    "EquivocationOffenceProof",
    "ReplayOffenceProof",
    "Operator",
    "OperatorInput",
    "OperatorProof",
    "Outcome",
    "PartialAiBand",
    "PartialAiBands",
    "PartialAiBronze",
    "PartialAssignmentPolicy",
    "PartialBands",
    "PartialEpochPolicy",
    "PartialEvidenceRules",
    "PartialFundPolicy",
    "PartialFundRules",
    "PartialKeyRules",
    "PartialLeasePolicy",
    "PartialLeaseRules",
    "PartialMarket",
    "PartialMeasurements",
    "PartialMinSamples",
    "PartialOffencePolicy",
    "PartialPenaltyRules",
    "PartialPerKindAtoms",
    "PartialPerKindCount",
    "PartialPerKindNullable",
    "PartialPerKindPricingPolicy",
    "PartialPerKindSplitPolicy",
    "PartialPerKindUnits",
    "PartialPolicy",
    "PartialPricingPolicy",
    "PartialPriorityPolicy",
    "PartialQualityPolicy",
    "PartialQuantumBand",
    "PartialQuantumBands",
    "PartialQuantumBronze",
    "PartialQueuePolicy",
    "PartialRegistryPolicy",
    "PartialRegistryRules",
    "PartialRequestRules",
    "PartialRetryPolicy",
    "PartialSeverities",
    "PartialSeverityCost",
    "PartialSlaPolicy",
    "PartialSlashBands",
    "PartialSlashingPolicy",
    "PartialSplitPolicy",
    "PartialTrapsPolicy",
    "PartialWithdrawalRules",
    "PayeePart",
    "PayeeRole",
    "PayoutLine",
    "PayoutRecord",
    "PenaltyRules",
    "PerKindAtoms",
    "PerKindCount",
    "PerKindCountInput",
    "PerKindNullable",
    "PerKindPricingPolicy",
    "PerKindSplitPolicy",
    "PerKindUnits",
    "PerKindUnitsInput",
    "PermuteProvider",
    "PolicyCheckOutput",
    "PolicyLintOutput",
    "PolicyRecord",
    "PriceRounding",
    "PricingPolicy",
    "PricingQuoteOutput",
    "PricingSurgeOutput",
    "PriorityPolicy",
    "PriorityRankOutput",
    "ProofBodyOutput",
    "ProofClaim",
    "AiProofClaim",
    "QuantumProofClaim",
    "ProviderStatus",
    "QosMetric",
    "QpuVerifyOutput",
    "QualityPolicy",
    "QuantumBand",
    "QuantumBands",
    "QuantumBronze",
    "QuantumMetrics",
    "QueuePolicy",
    "RankJob",
    "Receipt",
    "ReceiptBalance",
    "ReceiptLine",
    "ReceiptVerifyOutput",
    "RegistryPolicy",
    "RegistryRules",
    "ReplayedEntry",
    "RequestRules",
    "RequeueCause",
    "ResultMetrics",
    "RetryDelayOutput",
    "RetryPolicy",
    "Role",
    "Scheme",
    "SequencerKey",
    "SequencerKeyInput",
    "SettleSlash",
    "SettlementSettleOutput",
    "Severities",
    "Severity",
    "SeverityCost",
    "SignatureVerifyOutput",
    "SignedStatement",
    "CompletionSignedStatement",
    "ProofSignedStatement",
    "SlaEvaluateOutput",
    "SlaMetrics",
    "SlaP95Output",
    "SlaPolicy",
    "SlaWilsonOutput",
    "SlashBands",
    "SlashCause",
    "SlashTo",
    "SlashingDecideOutput",
    "SlashingPolicy",
    "SnpTcb",
    "SnpTcbInput",
    "SplitApplyOutput",
    "SplitPolicy",
    "Spread",
    "Strategy",
    "SurgeBin",
    "TaggedItems",
    "MatchTaggedItems",
    "TieTaggedItems",
    "DrawTaggedItems",
    "LeaseTaggedItems",
    "RetryTaggedItems",
    "ClaimTaggedItems",
    "ReceiptTaggedItems",
    "TrapsTaggedItems",
    "TrapSeedTaggedItems",
    "TrapPlacesTaggedItems",
    "TrapProgramsTaggedItems",
    "StateTaggedItems",
    "ProviderTaggedItems",
    "RotateTaggedItems",
    "RotateSchemeTaggedItems",
    "MessageTaggedItems",
    "OperatorTaggedItems",
    "OperatesTaggedItems",
    "AttestTaggedItems",
    "SealedTaggedItems",
    "QpuTaggedItems",
    "NullifierTaggedItems",
    "ProofTaggedItems",
    "MessagesTaggedItems",
    "SealedBatchTaggedItems",
    "SnapshotTaggedItems",
    "TicketTaggedItems",
    "DevnetBeaconTaggedItems",
    "BatchTaggedItems",
    "Tally",
    "TaskIdDeriveOutput",
    "TcbStatus",
    "Tier",
    "Tiering",
    "Totals",
    "TotalsInput",
    "TrapCommitment",
    "TrapReceipt",
    "TrapResult",
    "TrapsGenerateOutput",
    "TrapsMetric",
    "TrapsPolicy",
    "TrapsPositionsOutput",
    "TrapsVerifyOutput",
    "Unassigned",
    "UnassignedReason",
    "Verdict",
    "Verified",
    "Window",
    "WithdrawalRules",
]
