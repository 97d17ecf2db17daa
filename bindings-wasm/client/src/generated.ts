// Written by `cargo xtask codegen` from the node's OpenRPC document; changes are lost.
// Amounts (atoms, units) are decimal strings: BigInt reads them exactly.

export interface HeadView {
  seq: number;
  height: number;
  time_ms: number;
  state_root: string;
  chain_id: number;
  network_id: string;
  name: string;
  class: NetworkName;
  epoch: number;
  epoch_length: number;
  finality_k: number;
  next_epoch: number;
  policy_hash: string;
  market_hash: string;
  carry: string;
}

/** Which network a state belongs to. Only a devnet believes unsigned messages and unverified attestations (see [`super::speaker`] and [`super::verifier`]). */
export type NetworkName = "devnet" | "testnet" | "mainnet";

/** A provider with its id, its money and its bands. */
export interface ProviderView {
  provider_id: string;
  /** Who runs it. */
  operator: string | null;
  /** What it can do. */
  kinds: Array<Kind>;
  /** Where it is. */
  region: string | null;
  /** Models or gate sets. */
  models: Array<string>;
  /** Where it is reached. */
  endpoints: Array<string>;
  /** Its attestation, as the verifier found it. */
  attestation: Attested | null;
  /** Leases it takes at a time. */
  max_concurrent: PerKind | null;
  /** The largest circuit it runs. */
  circuit_max: Circuit | null;
  /** Whether it may work. */
  status: ProviderStatus;
  /** Its stake; equal to its stake account. */
  stake: string;
  /** Parts of the stake that may not begin to leave before an epoch, by that epoch. */
  stake_locks: Array<StakeLock>;
  /** How well it does lately: it loses a quarter of the way to 0 with each failed attempt, and regains an eighth of the way to 1 with each completion and each heartbeat. */
  health_ppm: number;
  /** When it first registered. */
  registered_ms: number;
  /** Its last heartbeat. */
  last_heartbeat_ms: number | null;
  /** The number of its last heartbeat. */
  beat: number;
  /** The block of its last heartbeat, or of its registration. */
  beat_height: number;
  /** The block in which it was last seen at work or heard; silence since then costs health. */
  seen_height: number;
  /** How busy it said it was. */
  load_ppm: number | null;
  /** Leases it would hold at most by its last heartbeat. */
  places: PerKind | null;
  /** Leases it holds. */
  active_leases: PerKind;
  /** The epoch `units_used` is of. */
  units_epoch: number;
  /** Units it was given in that epoch. */
  units_used: PerKind2;
  /** Attempts it failed in a row. */
  failures_in_row: PerKind;
  /** Epochs of its offences, as far back as they count. */
  offence_epochs: Array<number>;
  /** Until this epoch it is jailed or suspended. */
  barred_until_epoch: number;
  /** Its account on the chain, whose transactions may move its stake; none before it registers one. */
  account: string | null;
  /** Penalties that were judged and are not taken yet: what unbonds stays until there is none. */
  penalties_due: number;
  /** The number of the entry that registered it, while it never had stake and none is asked of it: it is forgotten where others need its place. */
  never_staked: number | null;
  available: string;
  unbonding: string;
  debt: string;
  effective_health_ppm: number;
  paid_total: string;
  sla: Array<BandView>;
}

/** What kind of compute a job asks for; the integer 0 or 1 in hashes (SPEC §1). */
export type Kind = "ai" | "quantum";

/** A verified attestation. */
export interface Attested {
  /** Of what kind. */
  class: AttestationClass;
  /** Until when. */
  not_after_ms: number;
  /** SHA3-256 of the evidence, by which proofs name it. */
  digest: string;
  /** The workload; empty where the evidence was not verified. */
  measurement: string;
  /** When the oldest part of the collateral was issued, or the evidence was appraised where there is none, ms since 1970; absent where it was not verified. */
  collateral_ms: number | null;
}

/** The hardware an attestation speaks of. */
export type AttestationClass = "sgx" | "tdx" | "sev-snp" | "cca";

/** One value for each kind. */
export interface PerKind {
  /** For AI jobs. */
  ai: number;
  /** For quantum jobs. */
  quantum: number;
}

/** How large a circuit is. */
export interface Circuit {
  /** Its width. */
  qubits: number;
  /** Its layers. */
  depth: number;
}

/** Where a provider stands with the network; only an active one gets work. */
export type ProviderStatus = "registered" | "active" | "jailed" | "suspended" | "retired";

/** A part of a stake that stays. */
export interface StakeLock {
  /** From this epoch on it may begin to leave. */
  until_epoch: number;
  /** How much. */
  amount: string;
}

/** One value for each kind. */
export interface PerKind2 {
  /** For AI jobs. */
  ai: string;
  /** For quantum jobs. */
  quantum: string;
}

/** How a provider stands in one kind of work. */
export interface BandView {
  kind: Kind;
  band: Band;
  samples_used: number;
  metrics: SlaMetrics | null;
}

/** A quality band (SPEC §8), best first. */
export type Band = "gold" | "silver" | "bronze" | "fail";

/** Metrics of one window or of two together; `None` (null) is missing. */
export interface SlaMetrics {
  /** Mean quality. */
  qos_ppm: number | null;
  /** Mean share of trap shots. */
  coverage_ppm: number | null;
  /** 95th percentile of latency. */
  p95_ms: number | null;
  /** What availability surely reaches. */
  availability_low_ppm: number | null;
  /** What availability surely does not exceed. */
  availability_high_ppm: number | null;
  /** Share of failed jobs. */
  fail_rate_ppm: number | null;
}

/** A job with its id. */
export interface JobView {
  task_id: string;
  /** What kind. */
  kind: Kind;
  /** Where it stands. */
  status: JobStatus;
  /** Who pays. */
  requester: string;
  /** The requester's tier. */
  tier: string;
  /** What it pays. */
  fee: string;
  /** The most units it may take. */
  units: string;
  /** The payload's size. */
  size_bytes: number;
  /** The payload's SHA3-256: the payload itself stays with the host. */
  payload_digest: string;
  /** Where it must run. */
  region: string | null;
  /** What it must run on. */
  model: string | null;
  /** Attestation classes it accepts. */
  attestation_classes: Array<AttestationClass>;
  /** How large its circuit is. */
  circuit: Circuit | null;
  /** Whether its fee came from a deposit, where it then goes back to. */
  prepaid: boolean;
  /** When it came. */
  enqueue_ms: number;
  /** The entry it came with, which holds its payload. */
  enqueue_seq: number;
  /** Its place in the queue (SPEC §3). */
  rank: string;
  /** When its time is over. */
  expires_ms: number;
  /** Attempts that failed. */
  attempts: number;
  /** Providers that declined it. */
  cooldown: Array<string>;
  /** Before this it is not offered: backoff. */
  ready_ms: number;
  /** The lease, while it is assigned and after it is completed. */
  lease: Lease | null;
  /** When its first lease began. */
  first_lease_ms: number | null;
  /** The result. */
  result: JobResult | null;
  /** The claim it became. */
  claim: ClaimRef | null;
  /** When something next happens to it by itself. */
  deadline_ms: number;
  /** Its hidden traps. */
  traps: JobTraps | null;
}

/** Where a job stands. */
export type JobStatus = "queued" | "assigned" | "completed" | "claimed" | "settled" | "expired" | "failed" | "cancelled";

/** A lease. */
export interface Lease {
  /** SPEC §5. */
  lease_id: string;
  /** Who holds it. */
  provider_id: string;
  /** Which attempt, from 0. */
  attempt: number;
  /** When it began. */
  granted_ms: number;
  /** Until when it is to be acknowledged. */
  ack_by_ms: number;
  /** Whether it was. */
  acknowledged: boolean;
  /** When it runs out. */
  expires_ms: number;
  /** How often it was renewed. */
  renewals: number;
  /** The provider's band when it was given, frozen. */
  band: Band;
  /** What that band pays, frozen. */
  quality_ppm: number;
  /** What scarcity paid when it was given, frozen. */
  surge_ppm: number;
  /** The epoch in whose quota its units were counted. */
  epoch: number;
}

/** A result. */
export interface JobResult {
  /** Its digest. */
  digest: string;
  /** Units it took. */
  units: string;
  /** From lease to result. */
  latency_ms: number;
  /** When it came. */
  completed_ms: number;
  /** The last block in which a proof of it is accepted. */
  prove_by: number;
  /** The provider's attestation when the result came, if it held. */
  attested: Attested | null;
  /** The height of the entry it came with. */
  completed_height: number;
  /** The number of its observation in the provider's windows. */
  observation: number;
  /** What is taken for its quality. */
  quality: Quality;
  /** Whether its requester rated it. */
  rated: boolean;
}

/** The quality of a result, as far as it is known. */
export interface Quality {
  /** Quality of the result (AI). */
  qos_ppm: number | null;
  /** Share of shots that were traps (quantum). */
  coverage_ppm: number | null;
  /** Whether the traps passed (quantum). */
  integrity_ok: boolean | null;
}

/** Where a job's claim is. */
export interface ClaimRef {
  /** Its key. */
  claim_key: string;
  /** The epoch of its block. */
  epoch: number;
}

/** The hidden traps of a job (docs/spec/12-traps.md). */
export interface JobTraps {
  /** What the requester committed to. */
  committed: TrapCommitment;
  /** The policy in force when the job was enqueued: its traps were made by it and are judged by it. */
  policy_hash: string;
  /** Shots that each circuit needs at least, `ceil(traps.min_shots / traps.count)` of that policy: any may be a trap. */
  shots_min: number;
  /** What the reveal came to. */
  outcome: TrapOutcome | null;
}

/** What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md). */
export interface TrapCommitment {
  /** The commitment to the secret seed, `H("aicf/trap-seed/v1", [seed])`. */
  commitment: string;
  /** Circuits of the job's program, the traps among them: more than the policy's `traps.count`, at most [`crate::limits::TRAP_CIRCUITS_MAX`]. */
  circuits: number;
  /** The digest of the circuits, `H("aicf/trap-programs/v1", [programs])` with SHA3-256 of the program of each. A provider compares it with the program that it was given before it takes the lease up. */
  programs: string;
}

/** What the reveal of hidden traps came to. */
export type TrapOutcome = { verified: { shots: number; failures: number } } | { failed: { shots: number; failures: number } } | "void";

/** A batch: its header and the id over it. */
export interface EpochView {
  /** The chain whose blocks the claims come from. */
  chain_id: number;
  /** The epoch. */
  epoch: number;
  /** Its first block. */
  height_start: number;
  /** Its last block. */
  height_end: number;
  /** How many claim lines, and as many payout lines, there are. */
  claims_count: number;
  /** Their root, by claim_key. */
  claims_root: string;
  /** The root of the payout lines, by claim_key. */
  payouts_root: string;
  /** How many payees were ever paid. */
  balances_count: number;
  /** The root of their balances, by payee. */
  balances_root: string;
  /** How many claims wait. */
  deferred_count: number;
  /** Their root, in pay order. */
  deferred_root: string;
  /** How many providers owe more than their shares. */
  debits_count: number;
  /** Their root, by provider id. */
  debits_root: string;
  /** The sums. */
  totals: Totals;
  /** What the epoch could pay, the carry included. */
  budget: string;
  /** What the next epoch may pay on top of its own budget. */
  carry_next: string;
  /** The policy that was applied. */
  policy_hash: string;
  /** The batch before this one. */
  prev_batch_id: string;
  /** `H("aicf/batch/v1", header)`. */
  batch_id: string;
  rules: BatchRules | null;
}

/** The sums of a batch. */
export interface Totals {
  /** Over the lines; what was deferred counts again when it comes back. */
  gross: string;
  /** What is paid. */
  payable: string;
  /** The providers' shares, before penalties. */
  provider: string;
  /** The miners' shares. */
  miner: string;
  /** The treasury's shares of the lines, and nothing else. */
  treasury: string;
  /** Collected from shares and stakes. */
  penalties: string;
  /** What could not be collected. */
  debts: string;
  /** What scaling left over; the treasury gets it. */
  dust: string;
  /** What waits for a later epoch. */
  deferred: string;
}

/** What was in force when a batch was made. */
export interface BatchRules {
  /** The version of the rules of this text (`docs/spec/README.md`). */
  semantics_version: number;
  /** The market rules. */
  market_hash: string;
  /** The module that was scheduled for the epoch, if one was. */
  module_hash: string | null;
}

export interface PayoutsView {
  epoch: number;
  line: PayoutRecord;
}

/** A payout line of SPEC §10.4, as it is read. */
export interface PayoutRecord {
  claim_key: string;
  provider_id: string;
  miner: string;
  kind: Kind;
  gross: string;
  payable: string;
  provider: string;
  miner_share: string;
  treasury: string;
  penalty: string;
  net_provider: string;
}

/** A proven piece of work that asks to be paid. */
export interface Claim {
  /** The job. */
  task_id: string;
  /** The block that holds the proof. */
  block_height: number;
  /** What makes the proof usable once only. */
  nullifier: string;
  /** Who did the work. */
  provider_id: string;
  /** Who included the proof. */
  miner: string;
  /** Who asked for the work. */
  requester: string;
  /** The kind of work. */
  kind: Kind;
  /** How much work. */
  units: string;
  /** The multiplier of the provider's band; one where absent. */
  quality_ppm?: number | null;
  /** The multiplier of the market; one where absent. */
  surge_ppm?: number | null;
  /** Where the proof stands. */
  proof_ref: string;
  /** The lease under which the work was done. */
  lease_id?: string | null;
  /** The epoch that could not pay it in full. */
  deferred_from?: number | null;
  /** What is left to pay of a deferred claim. */
  owed?: string | null;
  /** The most that a fresh claim is paid, whatever its price; absent is any price. */
  reward_max?: string | null;
}

export interface AccountsView {
  account: string;
  balance: string;
}

export interface PostingsView {
  seq: number;
  from: string;
  to: string;
  amount: string;
  reason: PostingReason;
}

/** Why money moved. */
export type PostingReason = "stake_deposit" | "stake_unbonding" | "stake_released" | "fee_escrow" | "fee_refund" | "fee_earned" | "budget" | "provider_share" | "miner_share" | "treasury_share" | "dust" | "penalty_from_share" | "penalty_from_stake" | "penalty_owed" | "withdrawal" | "withdrawal_requested" | "withdrawal_cancelled" | "deposit" | "deposit_returned" | "debt_repaid" | "reporter_reward" | "cancellation_charge";

/** A penalty and its reason, kept with the epoch. */
export interface SlashesView {
  epoch: number;
  provider_id: string;
  /** The dimension or offence that decided. */
  reason: string;
  /** How bad. */
  severity: Severity;
  /** Atoms. */
  penalty: string;
  /** Epochs without work. */
  cooldown_epochs: number;
  /** Epochs in jail. */
  jail_epochs: number;
  /** The epoch whose settlement takes the penalty. */
  applied_in: number;
  /** Why it was dropped before that, if it was. */
  cancelled: string | null;
  /** Who proved the offence. */
  reporter: string | null;
  /** What could be taken when it was judged. */
  stake: string;
}

/** How bad an offence is (SPEC §9), mildest first. */
export type Severity = "minor" | "major" | "critical";

export interface PolicyView {
  policy_hash: string;
  policy: Policy;
}

/** Everything a network may choose. */
export interface Policy {
  /** Length and finality of epochs. */
  epoch: EpochPolicy;
  /** Order, lifetime and memory of the queue. */
  queue: QueuePolicy;
  /** Lease times. */
  lease: LeasePolicy;
  /** Attempts and backoff. */
  retry: RetryPolicy;
  /** Who may work. */
  registry: RegistryPolicy;
  /** Who gets which job. */
  assignment: AssignmentPolicy;
  /** What a unit costs. */
  pricing: PerKind4;
  /** How a payout is divided. */
  split: PerKind5;
  /** What an epoch may pay. */
  fund: FundPolicy;
  /** Quality windows and bands. */
  sla: SlaPolicy;
  /** Penalties. */
  slashing: SlashingPolicy;
  /** Quantum trap circuits. */
  traps: TrapsPolicy;
}

/** Length and finality of epochs. */
export interface EpochPolicy {
  /** Blocks of an epoch. */
  length_blocks: number;
  /** Blocks after which a block is final. */
  finality_k: number;
}

/** Order, lifetime and memory of the queue. */
export interface QueuePolicy {
  /** SPEC §3. */
  priority: PriorityPolicy;
  /** From enqueue to expiry, ms. */
  job_ttl_ms: PerKind;
  /** From the first lease to expiry, ms. */
  attempts_ttl_ms: number;
  /** How long a finished job is remembered, ms. */
  tombstone_ms: number;
}

/** The weights and half points of the rank (SPEC §3). */
export interface PriorityPolicy {
  /** Weight of the fee. */
  w_fee_ppm: number;
  /** Weight of an age unit. */
  w_age_ppm: number;
  /** Weight of smallness. */
  w_size_ppm: number;
  /** Weight of the tier. */
  w_tier_ppm: number;
  /** The fee that counts half. */
  fee_half: string;
  /** The size that counts half. */
  size_half_bytes: number;
  /** The unit in which age counts. */
  age_unit_ms: number;
  /** What each tier is worth. */
  tiers_ppm: Record<string, number>;
}

/** Lease times (SPEC §5). */
export interface LeasePolicy {
  /** How long a lease holds, ms. */
  duration_ms: PerKind;
  /** Within what an assignment is acknowledged, ms. */
  ack_timeout_ms: number;
  /** The part of the lease after which it may be renewed. */
  renew_from_ppm: number;
  /** What a renewal adds, as part of the lease. */
  renew_add_ppm: number;
  /** How often. */
  max_renewals: number;
}

/** Attempts and backoff (SPEC §5). */
export interface RetryPolicy {
  /** How many attempts a job has. */
  max_attempts: number;
  /** First delay, ms. */
  base_ms: PerKind;
  /** Growth of the delay. */
  factor: number;
  /** Longest delay before jitter, ms. */
  cap_ms: number;
}

/** Who may work (SPEC §4). */
export interface RegistryPolicy {
  /** Stake a kind needs. */
  min_stake: PerKind3;
  /** Health a job needs. */
  min_health_ppm: number;
  /** Whether a provider without attestation is refused. */
  require_attestation: boolean;
  /** If not empty, only these work. */
  allow: Array<string>;
  /** These never work. */
  deny: Array<string>;
}

/** One value for each kind. */
export interface PerKind3 {
  /** For AI jobs. */
  ai: string;
  /** For quantum jobs. */
  quantum: string;
}

/** Who gets which job (SPEC §4). */
export interface AssignmentPolicy {
  /** How providers are put in order. */
  strategy: Strategy;
  /** What happens after a lease. */
  spread: Spread;
  /** Stake beyond this adds no weight. */
  weight_cap: string;
  /** From how many leases of a kind on shares are bounded; 0 is never. */
  diversity_min_leases: number;
  /** Largest share of one operator. */
  max_operator_share_ppm: number;
  /** Largest share of one region. */
  max_region_share_ppm: number;
  /** Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own. */
  concurrency: PerKind;
  /** Units a provider may be given in an epoch. */
  units_per_epoch: PerKind2;
}

/** How providers are put in order for a dispatch (SPEC §4). */
export type Strategy = "shuffle" | "weighted" | "score";

/** What happens to a provider that got a lease (SPEC §4). */
export type Spread = "round_robin" | "pack" | "proportional";

/** One value for each kind. */
export interface PerKind4 {
  /** For AI jobs. */
  ai: PricingPolicy;
  /** For quantum jobs. */
  quantum: PricingPolicy;
}

/** The price of one kind (SPEC §6). */
export interface PricingPolicy {
  /** Rates by total units. */
  tiers: Array<Tier>;
  /** How the tiers apply. */
  tiering: Tiering;
  /** Never less, unless nothing. */
  min_reward: string;
  /** Never more. */
  max_reward: string;
  /** The one rounding. */
  rounding: PriceRounding;
  /** Multipliers by utilization. */
  surge: Array<SurgeBin>;
}

/** A rate and where it ends. */
export interface Tier {
  /** Last unit at this rate; null is no end. */
  up_to: string | null;
  /** Atoms a unit. */
  per_unit: string;
}

/** How tiers apply (SPEC §6). */
export type Tiering = "graduated" | "volume";

/** The one rounding of a price (SPEC §6). */
export type PriceRounding = "floor" | "half_even";

/** A multiplier that holds from a utilization on. */
export interface SurgeBin {
  /** From here on. */
  utilization_ppm_gte: number;
  /** Times this. */
  multiplier_ppm: number;
}

/** One value for each kind. */
export interface PerKind5 {
  /** For AI jobs. */
  ai: SplitPolicy;
  /** For quantum jobs. */
  quantum: SplitPolicy;
}

/** How a payout of one kind is divided (SPEC §7). */
export interface SplitPolicy {
  /** The provider's part. */
  provider: number;
  /** The miner's part. */
  miner: number;
  /** The treasury's part. */
  treasury: number;
}

/** What an epoch may pay (SPEC §10). */
export interface FundPolicy {
  /** Atoms an epoch may pay, before what was carried over. */
  budget_per_epoch: string;
  /** What happens beyond it. */
  cap_policy: CapPolicy;
  /** Caps by kind; null is none. */
  sub_caps: PerKind6;
  /** The part of the unspent budget that is carried over. */
  rollover_ppm: number;
  /** The most that is. */
  max_carry: string;
  /** Where penalties go. */
  slash_to: SlashTo;
}

/** What happens to claims beyond the budget (SPEC §10). */
export type CapPolicy = "scale" | "defer";

/** One value for each kind. */
export interface PerKind6 {
  /** For AI jobs. */
  ai: string | null;
  /** For quantum jobs. */
  quantum: string | null;
}

/** Where collected penalties go (SPEC §10). */
export type SlashTo = "treasury" | "burn";

/** Quality windows and bands (SPEC §8). */
export interface SlaPolicy {
  /** Confidence of the Wilson bounds. */
  z_ppm: number;
  /** Upper edges of the latency bins, ms. */
  edges_ms: Array<number>;
  /** Jobs in the short window. */
  short_jobs: number;
  /** Jobs in the long window. */
  long_jobs: number;
  /** Jobs from which a window counts. */
  min_samples: number;
  /** Weight of the short window. */
  w_short_ppm: number;
  /** Weight of the long window. */
  w_long_ppm: number;
  /** Weight of heartbeats in availability. */
  w_heartbeats_ppm: number;
  /** Weight of offers accepted. */
  w_offers_ppm: number;
  /** Weight of timely completions. */
  w_timely_ppm: number;
  /** The band of who has no window yet. */
  provisional_band: Band;
  /** What each band asks. */
  bands: Bands;
  /** What each band pays. */
  quality_ppm: QualityPolicy;
}

/** What the bands of each kind ask. */
export interface Bands {
  /** Of AI providers. */
  ai: AiBands;
  /** Of quantum providers. */
  quantum: QuantumBands;
}

/** The bands of AI. */
export interface AiBands {
  /** Gold. */
  gold: AiBand;
  /** Silver. */
  silver: AiBand;
  /** Bronze. */
  bronze: AiBronze;
}

/** What gold and silver ask of AI: evidence for the provider. */
export interface AiBand {
  /** Quality of results, at least. */
  min_qos_ppm: number;
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Lower bound of availability, at least. */
  min_availability_low_ppm: number;
}

/** What bronze asks of AI: no evidence against the provider. */
export interface AiBronze {
  /** Quality of results, at least. */
  min_qos_ppm: number;
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Upper bound of availability, at least. */
  min_availability_high_ppm: number;
}

/** The bands of quantum. */
export interface QuantumBands {
  /** Gold. */
  gold: QuantumBand;
  /** Silver. */
  silver: QuantumBand;
  /** Bronze. */
  bronze: QuantumBronze;
}

/** What gold and silver ask of quantum. */
export interface QuantumBand {
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Share of shots that are traps, at least. */
  min_coverage_ppm: number;
  /** Lower bound of availability, at least. */
  min_availability_low_ppm: number;
}

/** What bronze asks of quantum. */
export interface QuantumBronze {
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Share of shots that are traps, at least. */
  min_coverage_ppm: number;
  /** Upper bound of availability, at least. */
  min_availability_high_ppm: number;
}

/** The multiplier each band pays. */
export interface QualityPolicy {
  /** Gold. */
  gold: number;
  /** Silver. */
  silver: number;
  /** Bronze. */
  bronze: number;
  /** Fail. */
  fail: number;
}

/** Penalties (SPEC §9). */
export interface SlashingPolicy {
  /** From where each dimension is how bad. */
  bands: SlashBands;
  /** Samples from which a dimension counts. */
  min_samples: MinSamples;
  /** What each severity costs. */
  severity: Severities;
  /** How bad each offence is. */
  offences: OffencePolicy;
  /** Epochs in which offences count as repeated. */
  window_epochs: number;
  /** Multipliers by earlier offences, the last one repeats. */
  multipliers_ppm: Array<number>;
  /** The most an epoch costs one provider. */
  max_penalty_per_epoch: string;
}

/** From where each dimension is how bad. */
export interface SlashBands {
  /** Failed traps. */
  traps: Array<AbovePpm>;
  /** Quality. */
  qos: Array<BelowPpm>;
  /** 95th percentile of latency. */
  latency: Array<AboveMs>;
  /** High availability. */
  availability: Array<BelowPpm>;
}

/** Breached above a ratio. */
export interface AbovePpm {
  /** Above this. */
  gt_ppm: number;
  /** That bad. */
  severity: Severity;
}

/** Breached below a ratio. */
export interface BelowPpm {
  /** Below this. */
  lt_ppm: number;
  /** That bad. */
  severity: Severity;
}

/** Breached above a time. */
export interface AboveMs {
  /** Above this, ms. */
  gt_ms: number;
  /** That bad. */
  severity: Severity;
}

/** Samples from which a dimension counts. */
export interface MinSamples {
  /** Trap shots. */
  traps: number;
  /** Jobs. */
  qos: number;
  /** Jobs. */
  latency: number;
  /** Heartbeats, offers and jobs. */
  availability: number;
}

/** What each severity costs. */
export interface Severities {
  /** Minor. */
  minor: SeverityCost;
  /** Major. */
  major: SeverityCost;
  /** Critical. */
  critical: SeverityCost;
}

/** What a severity costs. */
export interface SeverityCost {
  /** Atoms. */
  penalty: string;
  /** Epochs without new work. */
  cooldown_epochs: number;
  /** Epochs in jail. */
  jail_epochs: number;
}

/** How bad each offence is. */
export interface OffencePolicy {
  /** Attestation that does not verify. */
  attestation_invalid: Severity;
  /** Two signed results for one lease. */
  equivocation: Severity;
  /** A result or proof used before. */
  replay: Severity;
  /** A lease that ran out. */
  lease_loss: Severity;
  /** Heartbeats that stayed out. */
  heartbeat_miss: Severity;
}

/** Quantum trap circuits (SPEC §12). */
export interface TrapsPolicy {
  /** Lower bound of the hits, at least. */
  min_pass_ppm: number;
  /** Shots over all traps, at least. */
  min_shots: number;
  /** Circuits. */
  count: number;
}

export interface DigestView {
  state_digest: string;
}

/** Why a job does not run. */
export interface JobExplained {
  task_id: string;
  status: JobStatus;
  why: Why;
  /** From when on it may be offered, after a failed attempt. */
  ready_ms?: number | null;
  /** Jobs ahead of it in its lane of the queue; more than [`PAGE_ROWS_MAX`] are not counted. */
  ahead?: number | null;
  /** Providers who could take it now. */
  eligible?: number | null;
  /** The rule that most of the others fail. */
  reason?: UnassignedReason | null;
  /** How many providers fail which rule first. */
  counts?: Record<string, number> | null;
  /** Every active provider, where they were asked for. */
  providers?: Array<Candidate> | null;
}

/** Where a job stands, in one word. */
export type Why = "backoff" | "nobody_eligible" | "waits_for_dispatch" | "waits_for_share" | "waits_for_ack" | "running" | "waits_for_proof" | "waits_for_settlement" | "over" | "waits_for_reveal";

/** The first rule that a provider fails; declared in the order in which the rules are asked. */
export type UnassignedReason = "status" | "capability" | "attestation" | "stake" | "health" | "denied" | "region" | "model" | "attestation_class" | "cooldown" | "concurrency" | "units" | "diversity" | "no_providers";

/** A provider, as far as a job is concerned. */
export interface Candidate {
  provider_id: string;
  /** The first rule it fails; nothing where it could take the job. */
  reason?: UnassignedReason | null;
}

/** A payout, factor by factor. */
export interface PayoutExplained {
  epoch: number;
  line: PayoutRecord;
  policy_hash: string;
  units: string;
  /** The units at the policy's tiers, before any factor. */
  base: string;
  quality_ppm: number;
  surge_ppm: number;
  /** What the price came to: base times the factors, within the policy's bounds. */
  quoted: string;
  /** The most that the fee of its job lets it be paid, where the market bounds rewards by fees. */
  reward_max?: string | null;
  /** The epoch that first could not pay it all, where this is the rest. */
  deferred_from?: number | null;
  /** What is left for a later budget. */
  deferred: string;
  split: SplitPolicy;
}

/** A slash or a warning, dimension by dimension. */
export interface SlashExplained {
  epoch: number;
  provider_id: string;
  policy_hash: string;
  /** What came of it; nothing where there was no more than a warning. */
  record?: SlashRecord | null;
  /** What was measured. */
  metrics: EpochMetrics;
  /** What was reported. */
  offences: Array<Offence>;
  /** How each dimension was judged. */
  dimensions: Dimensions;
  /** The bounds it was judged by, least samples, and what each severity costs. */
  slashing: SlashingPolicy;
}

/** A penalty and its reason, kept with the epoch. */
export interface SlashRecord {
  /** The dimension or offence that decided. */
  reason: string;
  /** How bad. */
  severity: Severity;
  /** Atoms. */
  penalty: string;
  /** Epochs without work. */
  cooldown_epochs: number;
  /** Epochs in jail. */
  jail_epochs: number;
  /** The epoch whose settlement takes the penalty. */
  applied_in: number;
  /** Why it was dropped before that, if it was. */
  cancelled: string | null;
  /** Who proved the offence. */
  reporter: string | null;
  /** What could be taken when it was judged. */
  stake: string;
}

/** What was measured in the epoch; what is absent was not, and is not judged. */
export interface EpochMetrics {
  /** Traps. */
  traps: TrapsMetric | null;
  /** Quality. */
  qos: QosMetric | null;
  /** Latency. */
  latency: LatencyMetric | null;
  /** Availability. */
  availability: AvailabilityMetric | null;
}

/** Traps of the epoch. */
export interface TrapsMetric {
  /** Share of trap shots that missed. */
  fail_ppm: number;
  /** Trap shots. */
  samples: number;
}

/** Quality of the epoch. */
export interface QosMetric {
  /** Mean quality. */
  score_ppm: number;
  /** Jobs. */
  samples: number;
}

/** Latency of the epoch. */
export interface LatencyMetric {
  /** 95th percentile. */
  p95_ms: number;
  /** Jobs. */
  samples: number;
}

/** Availability of the epoch: its upper bound (SPEC §8), because slashing needs evidence against. */
export interface AvailabilityMetric {
  /** The upper bound. */
  ratio_ppm: number;
  /** Heartbeats, offers and jobs. */
  samples: number;
}

/** A single act that is proven as soon as it is seen, without a minimum of samples. */
export type Offence = "attestation_invalid" | "equivocation" | "replay" | "lease_loss" | "heartbeat_miss";

/** The dimensions that were measured. */
export interface Dimensions {
  /** Traps. */
  traps?: Judgement | null;
  /** Quality. */
  qos?: Judgement | null;
  /** Latency. */
  latency?: Judgement | null;
  /** Availability. */
  availability?: Judgement | null;
}

/** One dimension, judged. */
export interface Judgement {
  /** Whether any band holds. */
  breached: boolean;
  /** Whether there were samples enough to slash for it. */
  enough_samples: boolean;
  /** The worst band that holds. */
  severity?: Severity | null;
}

export interface MarketView {
  market_hash: string;
  market: Market;
}

/** What a network chooses beyond its policy. */
export interface Market {
  /** Who providers are, and that they are there. */
  registry: RegistryRules;
  /** What requesters may ask. */
  requests: RequestRules;
  /** What a lease asks of its holder. */
  leases: LeaseRules;
  /** How penalties are applied. */
  penalties: PenaltyRules;
  /** Where the budget comes from. */
  fund: FundRules;
  /** How money leaves. */
  withdrawals: WithdrawalRules;
  /** Who signs, and how. */
  keys: KeyRules;
  /** What counts as evidence of hardware. */
  attestation: EvidenceRules;
}

/** Who providers are, and that they are there. */
export interface RegistryRules {
  /** Whether a provider's id must be the hash of its first key. */
  key_bound_ids: boolean;
  /** Epochs that must begin after stake came before it may begin to leave. */
  stake_lock_epochs: number;
  /** Blocks within which a heartbeat is expected; 0 is never. */
  beat_blocks: number;
  /** Blocks of silence, beyond what is expected, that halve the health. */
  health_half_life_blocks: number;
  /** Beats missed in a row from which an epoch counts `heartbeat_miss`; 0 is never. */
  missed_beats_max: number;
}

/** What requesters may ask. */
export interface RequestRules {
  /** Whether fees come from a deposit of the requester instead of the chain at enqueue. */
  prepaid: boolean;
  /** Largest payload. */
  payload_bytes_max: number;
  /** Most units of one job. */
  units_max: PerKind2;
  /** Widest circuit. */
  qubits_max: number;
  /** Deepest circuit. */
  depth_max: number;
  /** Least fee of a job. */
  fee_min: string;
  /** The span of the two limits that follow. */
  window_ms: number;
  /** Jobs of one requester in a span; 0 is any number. */
  jobs_per_window: number;
  /** Units of one requester in a span; 0 is any number. */
  units_per_window: string;
  /** Jobs of one requester that wait or run at a time; 0 is any number. */
  queued_max: number;
  /** Largest share of the leases of a kind that one requester holds while others wait. */
  fair_share_ppm: number;
  /** From how many leases of a kind on the share is bounded; 0 is never. */
  fair_min_leases: number;
  /** The part of the fee that the provider has when its requester cancels an assigned job. */
  cancel_fee_ppm: number;
  /** Whether a quantum job must commit to hidden traps. */
  traps_required: boolean;
}

/** What a lease asks of its holder. */
export interface LeaseRules {
  /** Failed attempts in a row from which an epoch counts `lease_loss`; 0 is never. */
  failures_in_row_max: number;
  /** Blocks after a completion in which it is proved and rated; hidden traps are revealed in the first half of them. */
  proof_blocks: number;
  /** Stake for each lease of a kind that a provider holds at a time; 0 leaves the number of leases to the policy. */
  stake_per_lease: PerKind3;
}

/** How penalties are applied. */
export interface PenaltyRules {
  /** Epochs between the judgement and the penalty, in which it can be cancelled. */
  delay_epochs: number;
  /** Epochs over which slashed providers are counted; 0 leaves correlation out. */
  correlation_epochs: number;
  /** The share of providers slashed in them from which penalties grow. */
  correlation_from_ppm: number;
  /** How they grow: by this times the share. */
  correlation_factor_ppm: number;
  /** The part of a penalty that goes to who proved the offence. */
  reporter_reward_ppm: number;
  /** The part of an epoch's earnings that repays a debt. */
  clawback_ppm: number;
}

/** Where the budget comes from. */
export interface FundRules {
  /** The source. */
  source: FundSource;
  /** The most that a claim is paid, as a multiple of its job's fee; null is any price. */
  reward_per_fee_ppm: number | null;
}

/** Where an epoch's budget comes from. */
export type FundSource = "mint" | "fees";

/** How money leaves. */
export interface WithdrawalRules {
  /** From the request to the payment, ms; it can be cancelled until then. */
  delay_ms: number;
  /** Between two requests of a payee, ms. */
  cooldown_ms: number;
  /** Most a payee requests in an epoch; null is any amount. */
  payee_epoch_max: string | null;
  /** Most all payees request in an epoch; null is any amount. */
  total_epoch_max: string | null;
}

/** Who signs, and how. */
export interface KeyRules {
  /** Whether a devnet, too, takes signed messages only; any other network does. */
  required: boolean;
  /** Schemes that keys may have. */
  schemes: Array<Scheme>;
  /** Blocks for which a message may count. */
  window_blocks: number;
  /** Who may give the commands of an operator. */
  operators: Array<Operator>;
}

/** How a signature is made and checked. */
export type Scheme = "ml-dsa-65" | "dilithium3" | "dilithium3-ipd" | "slh-dsa-shake-128s";

/** An operator of the network. */
export interface Operator {
  /** Its name. */
  name: string;
  /** How it signs. */
  scheme: Scheme;
  /** What its messages are verified with. */
  public_key: string;
}

/** What counts as evidence of hardware, where evidence is verified (docs/spec/18-attestation.md). */
export interface EvidenceRules {
  /** Workloads that are accepted. A class without any is off on a mainnet, and takes any workload elsewhere. */
  measurements: Measurements;
  /** States of a platform that are accepted. */
  tcb_statuses: Array<TcbStatus>;
  /** The least privileged level that may ask for an SEV-SNP report. */
  vmpl_max: number;
  /** How long evidence counts at most, ms. */
  lifetime_ms: number;
  /** Platform keys of Arm CCA that are trusted: points as in SEC 1. */
  cca_platform_keys: Array<string>;
  /** The earliest time of issue of collateral that is accepted, ms since 1970; 0 is any. */
  collateral_from_ms: number;
  /** The least `tcbEvaluationDataNumber` of Intel's collateral; 0 is any. */
  tcb_evaluation_min: number;
  /** The least firmware of AMD's products; with a list, a product that it does not name is refused. */
  snp_tcb_min: Array<SnpTcb>;
}

/** Workloads of each class, as the bytes of their measurements. */
export interface Measurements {
  /** MRENCLAVE. */
  sgx: Array<string>;
  /** MRTD. */
  tdx: Array<string>;
  /** MEASUREMENT. */
  sev_snp: Array<string>;
  /** The realm's initial measurement. */
  cca: Array<string>;
}

/** The state of a platform's trusted computing base. */
export type TcbStatus = "UpToDate" | "SWHardeningNeeded" | "ConfigurationNeeded" | "ConfigurationAndSWHardeningNeeded" | "OutOfDate" | "OutOfDateConfigurationNeeded" | "TDRelaunchAdvised" | "TDRelaunchAdvisedConfigurationNeeded" | "Revoked";

/** The least firmware of an AMD product. A component that a product does not have is not compared. */
export interface SnpTcb {
  /** The product: `Milan`, `Genoa` or `Turin`. */
  product: string;
  /** Firmware of the FMC, which products from Turin on have. */
  fmc: number;
  /** The boot loader. */
  boot_loader: number;
  /** The operating system of the secure processor. */
  tee: number;
  /** The SNP firmware. */
  snp: number;
  /** The microcode. */
  microcode: number;
}

export interface ScheduleView {
  epoch: number;
  policies: Array<ScheduleRow>;
  markets: Array<ScheduleRow>;
  cores: Array<ScheduleRow>;
}

export interface ScheduleRow {
  epoch: number;
  hash: string;
}

/** What a requester has under way, and what it asked lately. */
export interface RequesterView {
  requester: string;
  deposit: string;
  escrow: string;
  /** Jobs that wait or run. */
  open: number;
  /** Leases on its jobs. */
  leases: PerKind;
  /** The span that `jobs` and `units` are of, counted from time 0. */
  span: number;
  /** Jobs in that span. */
  jobs: number;
  /** Units in that span. */
  units: string;
  /** Jobs in the span before. */
  jobs_before: number;
  /** Units in the span before. */
  units_before: string;
  /** The epoch `leased_units` is of. */
  epoch: number;
  /** Units that providers were given for its jobs in that epoch. */
  leased_units: PerKind2;
}

export interface Fairness {
  epoch: number;
  kind: Kind;
  equal_share_ppm: number;
  share_error_ppm: number;
  requesters: Array<Share>;
}

export interface Share {
  requester: string;
  units: string;
  share_ppm: number;
  error_ppm: number;
}

/** A withdrawal that waits. */
export interface WithdrawalsView {
  withdrawal: number;
  /** Of which account. */
  role: PayeeRole;
  /** Whose. */
  payee: string;
  /** How much. */
  amount: string;
  /** When it is paid. */
  due_ms: number;
  /** The epoch it counts for. */
  epoch: number;
}

/** Who takes money out. */
export type PayeeRole = "provider" | "miner";

export interface StatementView {
  seq: number;
  with: string;
  change: string;
  reason: PostingReason;
  balance: string;
}

export interface ProviderKeyView {
  provider_id: string;
  scheme: Scheme | null;
  public_key: string;
  id_of_key: string;
  nonce: number | null;
}

export interface SignerView {
  role: Role;
  signer: string;
  nonce: number | null;
}

/** On whose behalf a signer speaks. */
export type Role = "provider" | "operator";

export interface ChainView {
  height: number | null;
  hash: string | null;
  seq: number | null;
}

/** What somebody has, account by account. */
export interface Balances {
  accounts: Array<AccountBalance>;
  /** All that was ever paid to it. */
  paid_total?: string | null;
}

/** An account and what it has. */
export interface AccountBalance {
  account: string;
  balance: string;
}

export interface NetworkView {
  /** The hash of the header, which signed messages name. */
  network_id: string;
  /** The resolved network document that the journal began with. */
  header: NetworkHeader;
}

/** A network document with everything resolved: what a genesis carries, and the preimage of the network id. */
export interface NetworkHeader {
  /** The network's name, for people. */
  name: string;
  /** What the network is for. */
  class: NetworkName;
  /** The id of the chain that the network follows. */
  chain_id: number;
  /** The height of the first block that nodes apply. */
  first_height: number;
  /** The hash of that block; absent is any. */
  first_hash: string | null;
  /** The time of the genesis entry, in milliseconds since 1970. */
  genesis_time_ms: number;
  /** Blocks of an epoch. */
  epoch_length: number;
  /** The hash of the first policy. */
  policy_hash: string;
  /** The hash of the first network parameters. */
  params_hash: string;
  /** The keys whose holders may seal batches from the first block on, in the document's order. */
  sequencers: Array<SequencerKey>;
  /** How far the time of a batch may be ahead of the last final block, in milliseconds. */
  batch_ahead_max_ms: number;
  /** Callers of the chain that may name other requesters than themselves, in the document's order. */
  contracts: Array<string>;
  /** The version of the rules. */
  semantics_version: number;
}

/** A key that seals batches. */
export interface SequencerKey {
  /** The signature scheme. */
  scheme: Scheme;
  /** The public key, of the scheme's size. */
  public_key: string;
}

/** What happened, for indexers, explorers and operators. */
export type Event = { initialised: { chain_id: number; policy_hash: string; network_id: string } } | { provider_registered: { provider_id: string } } | { provider_status: { provider_id: string; status: ProviderStatus } } | { stake_changed: { provider_id: string; stake: string } } | { job_enqueued: { task_id: string; kind: Kind; requester: string; units: string; fee: string } } | { job_assigned: { task_id: string; provider_id: string; lease_id: string; attempt: number; expires_ms: number } } | { job_acknowledged: { task_id: string; provider_id: string } } | { job_renewed: { task_id: string; provider_id: string; expires_ms: number } } | { job_requeued: { task_id: string; provider_id: string; cause: RequeueCause; ready_ms: number } } | { job_completed: { task_id: string; provider_id: string; result_digest: string; latency_ms: number } } | { job_ended: { task_id: string; status: JobStatus; cause: RequeueCause } } | { claim_accepted: { task_id: string; claim_key: string; epoch: number; provider_id: string } } | { provider_warned: { provider_id: string; epoch: number; reason: string } } | { provider_slashed: { provider_id: string; epoch: number; reason: string; severity: Severity; penalty: string } } | { epoch_settled: { epoch: number; batch_id: string; claims: number; payable: string } } | { policy_scheduled: { epoch: number; policy_hash: string } } | { provider_withdrew: { provider_id: string; amount: string; available: string } } | { offence_reported: { provider_id: string; epoch: number; offence: Offence } } | { market_scheduled: { epoch: number; market_hash: string } } | { core_scheduled: { epoch: number; module_hash: string } } | { key_rotated: { provider_id: string } } | { deposit_changed: { requester: string; deposit: string } } | { withdrawal_requested: { withdrawal: number; role: PayeeRole; payee: string; amount: string; due_ms: number } } | { withdrawal_paid: { withdrawal: number; role: PayeeRole; payee: string; amount: string } } | { withdrawal_cancelled: { withdrawal: number; role: PayeeRole; payee: string; amount: string } } | { penalty_delayed: { provider_id: string; epoch: number; penalty: string; applied_in: number } } | { penalty_cancelled: { provider_id: string; epoch: number; reason: string } } | { debt_repaid: { provider_id: string; epoch: number; amount: string } } | { reporter_rewarded: { reporter: string; provider_id: string; epoch: number; amount: string } } | { batch_sealed: { number: number; hash: string; block_height: number; messages: number } } | { sequencer_contradicted: { number: number; sealed: string; anchored: string } } | { sequencers_replaced: { height: number } } | { cancellation_charged: { task_id: string; provider_id: string; amount: string } } | { traps_verified: { task_id: string; provider_id: string; passed: boolean; shots: number; failures: number } } | { traps_void: { task_id: string } } | { provider_forgotten: { provider_id: string } } | { job_rated: { task_id: string; provider_id: string; qos_ppm: number } };

/** Why a job went back to the queue or ended. */
export type RequeueCause = "ack_timeout" | "lease_expired" | "provider_failed" | "invalid_proof" | "declined" | "provider_removed" | "time_to_live" | "no_attempts_left" | "requester" | "not_proved" | "traps_failed";

/** A receipt. */
export interface Receipt {
  /** The header and its id. */
  batch: Batch;
  /** Who stands for it. */
  signed: BatchSignature;
  /** In a payee's receipt. */
  payee?: PayeePart | null;
}

/** A batch: its header and the id over it. */
export interface Batch {
  /** The chain whose blocks the claims come from. */
  chain_id: number;
  /** The epoch. */
  epoch: number;
  /** Its first block. */
  height_start: number;
  /** Its last block. */
  height_end: number;
  /** How many claim lines, and as many payout lines, there are. */
  claims_count: number;
  /** Their root, by claim_key. */
  claims_root: string;
  /** The root of the payout lines, by claim_key. */
  payouts_root: string;
  /** How many payees were ever paid. */
  balances_count: number;
  /** The root of their balances, by payee. */
  balances_root: string;
  /** How many claims wait. */
  deferred_count: number;
  /** Their root, in pay order. */
  deferred_root: string;
  /** How many providers owe more than their shares. */
  debits_count: number;
  /** Their root, by provider id. */
  debits_root: string;
  /** The sums. */
  totals: Totals;
  /** What the epoch could pay, the carry included. */
  budget: string;
  /** What the next epoch may pay on top of its own budget. */
  carry_next: string;
  /** The policy that was applied. */
  policy_hash: string;
  /** The batch before this one. */
  prev_batch_id: string;
  /** `H("aicf/batch/v1", header)`. */
  batch_id: string;
}

/** The settlement key's word for a batch. */
export interface BatchSignature {
  /** How it was signed. */
  scheme: Scheme;
  /** Over `H("aicf/receipt/v1", [batch_id])`, without a context. */
  signature: string;
}

/** What a batch says of one payee. */
export interface PayeePart {
  /** A provider or a miner. */
  payee: string;
  /** Its lines in this batch, by index. */
  lines: Array<ReceiptLine>;
  /** Absent for one that was never paid. */
  balance?: ReceiptBalance | null;
}

/** One of a payee's lines: claim and payout stand at the same index of trees of the same size. */
export interface ReceiptLine {
  /** Where both stand, by claim_key. */
  index: number;
  /** What was claimed. */
  claim: ClaimRecord;
  /** That it is under `claims_root`. */
  claim_proof: Array<string>;
  /** What is paid. */
  payout: PayoutRecord;
  /** That it is under `payouts_root`. */
  payout_proof: Array<string>;
}

/** A claim line of SPEC §10.4, as it is read. */
export interface ClaimRecord {
  claim_key: string;
  provider_id: string;
  requester: string;
  kind: Kind;
  units: string;
  proof_ref: string;
  task_id: string;
  lease_id?: string | null;
  block_height: number;
}

/** What a payee was ever paid. */
export interface ReceiptBalance {
  /** Where it stands, by payee. */
  index: number;
  /** By all batches up to this one. */
  cumulative_paid: string;
  /** That it is under `balances_root`. */
  proof: Array<string>;
}

/** Input of `settlement.settle`. */
export interface Settle {
  /** The chain whose blocks the claims come from. */
  chain_id: number;
  /** The epoch that is settled. */
  epoch: number;
  /** Its first block. */
  height_start: number;
  /** Its last block. */
  height_end: number;
  /** Budget left over from the epoch before. */
  carry?: string | null;
  /** The batch before this one; absent for the first. */
  prev_batch_id?: string | null;
  /** What can still be taken from each provider. */
  stakes?: Record<string, string> | null;
  /** What each payee was paid in all batches before. */
  paid_before?: Record<string, string> | null;
  /** Penalties of the epoch. */
  slashes?: Array<SettleSlash> | null;
  /** The claims, in any order. */
  claims: Array<Claim>;
}

/** A penalty. Of several with the same provider and reason the largest counts. */
export interface SettleSlash {
  /** Who pays. */
  provider_id: string;
  /** How much. */
  amount: string;
  /** For what. */
  reason: string;
}

/** A write that waits and is durable; aicf.getTicket answers with its outcome. */
export interface Accepted {
  status: "accepted";
  ticket: string;
}

/** What a write did: the entry that records it, durable when this is answered. */
export interface Applied {
  seq: number;
  height: number;
  time_ms: number;
  status: "ok";
  state_root: string;
  task_id?: string;
  events: Array<{ event: "initialised" | "providerRegistered" | "providerStatusChanged" | "providerJailed" | "stakeChanged" | "jobEnqueued" | "jobAssigned" | "jobAcknowledged" | "leaseRenewed" | "leaseCancelled" | "jobCompleted" | "jobExpired" | "jobFailed" | "jobCancelled" | "claimAccepted" | "providerWarned" | "providerSlashed" | "epochSettled" | "policyScheduled" | "marketScheduled" | "coreScheduled" | "providerWithdrew" | "offenceReported" | "keyRotated" | "depositChanged" | "withdrawalRequested" | "withdrawalPaid" | "withdrawalCancelled" | "penaltyDelayed" | "penaltyCancelled" | "debtRepaid" | "reporterRewarded" | "batchSealed" | "sequencerContradicted" | "sequencersReplaced" | "cancellationCharged" | "trapsVerified" | "trapsVoid" | "jobRated" | "providerForgotten"; data: Record<string, unknown> }>;
}

export interface EventLine {
  event: "initialised" | "providerRegistered" | "providerStatusChanged" | "providerJailed" | "stakeChanged" | "jobEnqueued" | "jobAssigned" | "jobAcknowledged" | "leaseRenewed" | "leaseCancelled" | "jobCompleted" | "jobExpired" | "jobFailed" | "jobCancelled" | "claimAccepted" | "providerWarned" | "providerSlashed" | "epochSettled" | "policyScheduled" | "marketScheduled" | "coreScheduled" | "providerWithdrew" | "offenceReported" | "keyRotated" | "depositChanged" | "withdrawalRequested" | "withdrawalPaid" | "withdrawalCancelled" | "penaltyDelayed" | "penaltyCancelled" | "debtRepaid" | "reporterRewarded" | "batchSealed" | "sequencerContradicted" | "sequencersReplaced" | "cancellationCharged" | "trapsVerified" | "trapsVoid" | "jobRated" | "providerForgotten";
  seq: number;
  height: number;
  time_ms: number;
  /** Where to go on after it */
  cursor: string;
  data: Record<string, unknown>;
}

/** A batch of messages that the network's sequencer sealed. */
export interface SealedBatch {
  network_id: string;
  time_ms: number;
  hash: string;
  seal: { number: number; previous: string; block_height: number; block_hash: string; messages: number; messages_digest: string; state_root: string; key: number; signature: string };
  /** Commands as canonical CBOR */
  messages: Array<string>;
}

/** An entry with the rows that it wrote. */
export interface ChangedEntry {
  seq: number;
  status: string;
  state_root: string;
  /** In key order, without the head; null where they are too large for one answer */
  rows: Array<{ key: string; value: string | null }> | null;
}

export interface NodeStatus {
  version: string;
  /** Entries are applied and the chain is followed */
  healthy: boolean;
  read_only: boolean;
  /** Why entries are not applied any more */
  stopped: string | null;
  chain_error: string | null;
  /** Why no message is admitted by the local clock */
  clock_error: string | null;
  /** Writes that were answered with a ticket and have no outcome yet */
  pending_writes: number;
  role: "sequencer" | "replica" | "follower";
  /** The number of the last batch that is applied */
  batch: number;
  /** The number of the newest batch that is known */
  batch_known: number;
  /** The chain's newest block */
  chain_head: number | null;
  chain: ChainView;
  head: HeadView;
  signs_receipts: boolean;
  /** The key that signs receipts here */
  settlement_key: SettlementKey | null;
}

/** The public half of the key that signs receipts. */
export interface SettlementKey {
  scheme: Scheme;
  public_key: string;
}

/** Where a provider stands with the network; only an active one gets work. */
export type ProviderStatusInput = "registered" | "active" | "jailed" | "suspended" | "retired";

/** What kind of compute a job asks for; the integer 0 or 1 in hashes (SPEC §1). */
export type KindInput = "ai" | "quantum";

/** Where a job stands. */
export type JobStatusInput = "queued" | "assigned" | "completed" | "claimed" | "settled" | "expired" | "failed" | "cancelled";

/** On whose behalf a signer speaks. */
export type RoleInput = "provider" | "operator";

/** What may happen, in the order of the ABI: a variant's index is never used for another again. */
export type Command = { genesis: { network: NetworkHeaderInput; policy: string; market?: string | null } } | { tick: Record<string, unknown> } | { register: { provider_id: string; operator?: string | null; kinds: Array<KindInput>; region?: string | null; models: Array<string>; endpoints: Array<string>; attestation?: AttestationEvidence | null; max_concurrent?: PerKindInput | null; circuit_max?: CircuitInput | null; public_key?: string | null; key_scheme?: SchemeInput | null; account?: string | null; operator_proof?: OperatorProof | null } } | { stake: { provider_id: string; amount: string } } | { unstake: { provider_id: string; amount: string } } | { heartbeat: { provider_id: string; beat?: number | null; load_ppm?: number | null; free?: PerKindInput | null } } | { retire: { provider_id: string } } | { enqueue: { kind: KindInput; requester: string; tier: string; fee: string; units: string; tx_hash: string; caller: string; payload: string; region?: string | null; model?: string | null; attestation_classes: Array<AttestationClassInput>; circuit?: CircuitInput | null; traps?: TrapCommitmentInput | null } } | { cancel: { task_id: string; requester: string } } | { dispatch: { beacon: string } } | { ack: LeaseMessage } | { renew: LeaseMessage } | { decline: LeaseMessage } | { fail: LeaseMessage } | { complete: { lease: LeaseMessage; result_digest: string; metrics: ResultMetrics; counts?: Array<CircuitCounts> | null } } | { proof: { task_id: string; nullifier: string; proof_ref: string; miner: string; valid: boolean; block_height?: number | null } } | { settle: { epoch: number } } | { schedule_policy: { epoch: number; policy: string } } | { withdraw: { provider_id: string; amount: string } } | { report: { provider_id: string; offence: OffenceInput } } | { schedule_market: { epoch: number; market: string } } | { schedule_core: { epoch: number; module_hash: string } } | { rotate_key: { provider_id: string; public_key: string; signature: string; key_scheme?: SchemeInput | null; attestation?: AttestationEvidence | null } } | { deposit: { requester: string; amount: string } } | { reclaim: { requester: string; amount: string } } | { miner_withdraw: { miner: string; amount: string } } | { cancel_withdrawal: { withdrawal: number } } | { cancel_slash: { epoch: number; provider_id: string; reason: string } } | { evidence: { reporter: string; provider_id: string; proof: OffenceProof } } | { signed: SignedCommand } | { prove: IncludedProof } | { block: { hash: string; parent_hash: string; beacon: string } } | { malformed: { tx_hash?: string | null; code: string; path: string } } | { transaction: ContractTransaction } | { anchor: { number: number; hash: string } } | { seal: Seal } | { replace_sequencers: { height: number; keys: Array<SequencerKeyInput> } } | { reveal_traps: { task_id: string; seed: string; programs: Array<string> } } | { rate: { task_id: string; requester: string; qos_ppm: number } };

/** A network document with everything resolved: what a genesis carries, and the preimage of the network id. */
export interface NetworkHeaderInput {
  /** The network's name, for people. */
  name: string;
  /** What the network is for. */
  class: NetworkNameInput;
  /** The id of the chain that the network follows. */
  chain_id: number;
  /** The height of the first block that nodes apply. */
  first_height: number;
  /** The hash of that block; absent is any. */
  first_hash?: string | null;
  /** The time of the genesis entry, in milliseconds since 1970. */
  genesis_time_ms: number;
  /** Blocks of an epoch. */
  epoch_length: number;
  /** The hash of the first policy. */
  policy_hash: string;
  /** The hash of the first network parameters. */
  params_hash: string;
  /** The keys whose holders may seal batches from the first block on, in the document's order. */
  sequencers: Array<SequencerKeyInput>;
  /** How far the time of a batch may be ahead of the last final block, in milliseconds. */
  batch_ahead_max_ms: number;
  /** Callers of the chain that may name other requesters than themselves, in the document's order. */
  contracts: Array<string>;
  /** The version of the rules. */
  semantics_version: number;
}

/** Which network a state belongs to. Only a devnet believes unsigned messages and unverified attestations (see [`super::speaker`] and [`super::verifier`]). */
export type NetworkNameInput = "devnet" | "testnet" | "mainnet";

/** A key that seals batches. */
export interface SequencerKeyInput {
  /** The signature scheme. */
  scheme: SchemeInput;
  /** The public key, of the scheme's size. */
  public_key: string;
}

/** How a signature is made and checked. */
export type SchemeInput = "ml-dsa-65" | "dilithium3" | "dilithium3-ipd" | "slh-dsa-shake-128s";

/** Evidence of a provider's hardware, to be judged by the network's verifier. */
export interface AttestationEvidence {
  /** What kind of evidence. */
  class: AttestationClassInput;
  /** The evidence itself. */
  evidence: string;
  /** Until when it says it holds. */
  not_after_ms: number;
  /** What the vendor publishes to judge it by; nothing of it is needed where evidence is believed. */
  collateral?: Collateral | null;
}

/** The hardware an attestation speaks of. */
export type AttestationClassInput = "sgx" | "tdx" | "sev-snp" | "cca";

/** What a vendor publishes for judging evidence: each class reads its own fields. Nothing here is trusted: all of it is signed by the vendor. */
export interface Collateral {
  /** SGX, TDX: PEM chain of the CRL's issuer. The CRL is verified by the chain of the quote's certificate; this one is taken because the vendor's service sends it along. */
  pck_crl_issuer_chain?: string | null;
  /** SGX, TDX: the root's CRL, DER. */
  root_ca_crl?: string | null;
  /** SGX, TDX: the CRL of the CA that certified the platform, DER. */
  pck_crl?: string | null;
  /** SGX, TDX: PEM chain of who signed `tcb_info`. */
  tcb_info_issuer_chain?: string | null;
  /** SGX, TDX: the platform's security levels, JSON as it was signed, to the letter. */
  tcb_info?: string | null;
  /** SGX, TDX: r and s of the signature over `tcb_info`. */
  tcb_info_signature?: string | null;
  /** SGX, TDX: PEM chain of who signed `qe_identity`. */
  qe_identity_issuer_chain?: string | null;
  /** SGX, TDX: what the quoting enclave must be, JSON as it was signed. */
  qe_identity?: string | null;
  /** SGX, TDX: r and s of the signature over `qe_identity`. */
  qe_identity_signature?: string | null;
  /** SGX, TDX: PEM chain of the platform's certificate, for quotes that do not carry it. */
  pck_certificate_chain?: string | null;
  /** SEV-SNP: the chip's certificate (VCEK or VLEK), DER. */
  vek?: string | null;
  /** SEV-SNP: PEM chain of who issued it, the root last. */
  vek_issuer_chain?: string | null;
  /** SEV-SNP: the root's CRL, DER. */
  ark_crl?: string | null;
  /** SEV-SNP: the intermediate's CRL, DER. */
  ask_crl?: string | null;
}

/** One value for each kind. */
export interface PerKindInput {
  /** For AI jobs. */
  ai: number;
  /** For quantum jobs. */
  quantum: number;
}

/** How large a circuit is. */
export interface CircuitInput {
  /** Its width. */
  qubits: number;
  /** Its layers. */
  depth: number;
}

/** The word of an operator that it runs a provider. */
export interface OperatorProof {
  /** How the operator signs. */
  scheme: SchemeInput;
  /** Its key. */
  public_key: string;
  /** By that key, over `H("aicf/operates/v1", [network_id, provider_id, operator])`. */
  signature: string;
}

/** What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md). */
export interface TrapCommitmentInput {
  /** The commitment to the secret seed, `H("aicf/trap-seed/v1", [seed])`. */
  commitment: string;
  /** Circuits of the job's program, the traps among them: more than the policy's `traps.count`, at most [`crate::limits::TRAP_CIRCUITS_MAX`]. */
  circuits: number;
  /** The digest of the circuits, `H("aicf/trap-programs/v1", [programs])` with SHA3-256 of the program of each. A provider compares it with the program that it was given before it takes the lease up. */
  programs: string;
}

/** A provider's message about the lease it holds: the attempt is the fence against old leases. */
export interface LeaseMessage {
  /** The job. */
  task_id: string;
  /** Who speaks. */
  provider_id: string;
  /** Which attempt. */
  attempt: number;
}

/** What a result is worth, as measured. Only an open devnet believes all of it; elsewhere the units count, and the quality is what requesters say and revealed traps show. */
export interface ResultMetrics {
  /** Units used; at most what was asked. */
  units: string;
  /** Quality of the result (AI). */
  qos_ppm?: number | null;
  /** Share of shots that were traps (quantum). */
  coverage_ppm?: number | null;
  /** Whether the traps held together (quantum). */
  integrity_ok?: boolean | null;
  /** Trap shots (quantum). */
  trap_shots?: number | null;
  /** Trap shots that failed (quantum). */
  trap_failures?: number | null;
}

/** The measured shots of one circuit. */
export interface CircuitCounts {
  /** The circuit's place in the program, from 0. */
  place: number;
  /** How often each bitstring came out. */
  counts: Record<string, number>;
}

/** A single act that is proven as soon as it is seen, without a minimum of samples. */
export type OffenceInput = "attestation_invalid" | "equivocation" | "replay" | "lease_loss" | "heartbeat_miss";

/** Two signed statements of a provider that contradict each other. */
export type OffenceProof = { equivocation: { first: SignedStatement; second: SignedStatement } } | { replay: { first: string; second: string } };

/** What a provider signed, as evidence gives it. */
export type SignedStatement = { completion: SignedCommand } | { proof: string };

/** A command, who gives it, and the proof of that (see [`super::speaker`] for what is signed). */
export interface SignedCommand {
  /** As what. */
  role: RoleInput;
  /** The provider's id, or the operator's name. */
  signer: string;
  /** Above that of every message of this signer before. */
  nonce: number;
  /** The last block in which the message counts. */
  expires_height: number;
  /** The command as CBOR. */
  command: string;
  /** By the signer's key. */
  signature: string;
}

/** A proof as a block has it. */
export interface IncludedProof {
  /** The proof ([`crate::proof::Proof`] as CBOR). */
  proof: string;
  /** Where on the chain. */
  proof_ref: string;
  /** Who included it. */
  miner: string;
  /** The block it was included in, where that is an earlier one than the entry's. */
  block_height?: number | null;
}

/** A transaction of the fund's contract. Its caller is an account of the chain, and the command needs that account's authority (see [`super::transactions`]). */
export interface ContractTransaction {
  /** The transaction's hash on the chain. */
  tx_hash: string;
  /** The account that called the contract. */
  caller: string;
  /** The call. */
  call: ContractCall;
}

/** A call of the fund's contract, in the order of the ABI. */
export type ContractCall = { enqueue: { kind: KindInput; requester: string; tier: string; fee: string; units: string; payload: string; region?: string | null; model?: string | null; attestation_classes: Array<AttestationClassInput>; circuit?: CircuitInput | null; traps?: TrapCommitmentInput | null } } | { cancel: { task_id: string; requester: string } } | { stake: { provider_id: string; amount: string } } | { unstake: { provider_id: string; amount: string } } | { deposit: { requester: string; amount: string } } | { retire: { provider_id: string } } | { anchor: { number: number; hash: string } } | { reveal_traps: { task_id: string; seed: string; programs: Array<string> } } | { rate: { task_id: string; requester: string; qos_ppm: number } };

/** The seal of a batch (see [`super::batches`] for what is signed). The batch's time is the entry's. */
export interface Seal {
  /** The batch's number: 1, then one more each time. */
  number: number;
  /** The hash of the batch before; zeros for the first one. */
  previous: string;
  /** The height of the last block; before the first one the entry's own. */
  block_height: number;
  /** The hash of that block; zeros before the first one. */
  block_hash: string;
  /** How many messages it has. */
  messages: number;
  /** The digest of its messages ([`super::batches::messages_digest`]). */
  messages_digest: string;
  /** The state root after its messages, before the seal itself. */
  state_root: string;
  /** Which of the sequencer keys in effect signed it, from 0. */
  key: number;
  /** By that key. */
  signature: string;
}

/** Everything a network may choose. */
export interface PolicyInput {
  /** Length and finality of epochs. */
  epoch: EpochPolicyInput;
  /** Order, lifetime and memory of the queue. */
  queue: QueuePolicyInput;
  /** Lease times. */
  lease: LeasePolicyInput;
  /** Attempts and backoff. */
  retry: RetryPolicyInput;
  /** Who may work. */
  registry: RegistryPolicyInput;
  /** Who gets which job. */
  assignment: AssignmentPolicyInput;
  /** What a unit costs. */
  pricing: PerKind4Input;
  /** How a payout is divided. */
  split: PerKind5Input;
  /** What an epoch may pay. */
  fund: FundPolicyInput;
  /** Quality windows and bands. */
  sla: SlaPolicyInput;
  /** Penalties. */
  slashing: SlashingPolicyInput;
  /** Quantum trap circuits. */
  traps: TrapsPolicyInput;
}

/** Length and finality of epochs. */
export interface EpochPolicyInput {
  /** Blocks of an epoch. */
  length_blocks: number;
  /** Blocks after which a block is final. */
  finality_k: number;
}

/** Order, lifetime and memory of the queue. */
export interface QueuePolicyInput {
  /** SPEC §3. */
  priority: PriorityPolicyInput;
  /** From enqueue to expiry, ms. */
  job_ttl_ms: PerKindInput;
  /** From the first lease to expiry, ms. */
  attempts_ttl_ms: number;
  /** How long a finished job is remembered, ms. */
  tombstone_ms: number;
}

/** The weights and half points of the rank (SPEC §3). */
export interface PriorityPolicyInput {
  /** Weight of the fee. */
  w_fee_ppm: number;
  /** Weight of an age unit. */
  w_age_ppm: number;
  /** Weight of smallness. */
  w_size_ppm: number;
  /** Weight of the tier. */
  w_tier_ppm: number;
  /** The fee that counts half. */
  fee_half: string;
  /** The size that counts half. */
  size_half_bytes: number;
  /** The unit in which age counts. */
  age_unit_ms: number;
  /** What each tier is worth. */
  tiers_ppm: Record<string, number>;
}

/** Lease times (SPEC §5). */
export interface LeasePolicyInput {
  /** How long a lease holds, ms. */
  duration_ms: PerKindInput;
  /** Within what an assignment is acknowledged, ms. */
  ack_timeout_ms: number;
  /** The part of the lease after which it may be renewed. */
  renew_from_ppm: number;
  /** What a renewal adds, as part of the lease. */
  renew_add_ppm: number;
  /** How often. */
  max_renewals: number;
}

/** Attempts and backoff (SPEC §5). */
export interface RetryPolicyInput {
  /** How many attempts a job has. */
  max_attempts: number;
  /** First delay, ms. */
  base_ms: PerKindInput;
  /** Growth of the delay. */
  factor: number;
  /** Longest delay before jitter, ms. */
  cap_ms: number;
}

/** Who may work (SPEC §4). */
export interface RegistryPolicyInput {
  /** Stake a kind needs. */
  min_stake: PerKind2Input;
  /** Health a job needs. */
  min_health_ppm: number;
  /** Whether a provider without attestation is refused. */
  require_attestation: boolean;
  /** If not empty, only these work. */
  allow: Array<string>;
  /** These never work. */
  deny: Array<string>;
}

/** One value for each kind. */
export interface PerKind2Input {
  /** For AI jobs. */
  ai: string;
  /** For quantum jobs. */
  quantum: string;
}

/** Who gets which job (SPEC §4). */
export interface AssignmentPolicyInput {
  /** How providers are put in order. */
  strategy: StrategyInput;
  /** What happens after a lease. */
  spread: SpreadInput;
  /** Stake beyond this adds no weight. */
  weight_cap: string;
  /** From how many leases of a kind on shares are bounded; 0 is never. */
  diversity_min_leases: number;
  /** Largest share of one operator. */
  max_operator_share_ppm: number;
  /** Largest share of one region. */
  max_region_share_ppm: number;
  /** Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own. */
  concurrency: PerKindInput;
  /** Units a provider may be given in an epoch. */
  units_per_epoch: PerKind3Input;
}

/** How providers are put in order for a dispatch (SPEC §4). */
export type StrategyInput = "shuffle" | "weighted" | "score";

/** What happens to a provider that got a lease (SPEC §4). */
export type SpreadInput = "round_robin" | "pack" | "proportional";

/** One value for each kind. */
export interface PerKind3Input {
  /** For AI jobs. */
  ai: string;
  /** For quantum jobs. */
  quantum: string;
}

/** One value for each kind. */
export interface PerKind4Input {
  /** For AI jobs. */
  ai: PricingPolicyInput;
  /** For quantum jobs. */
  quantum: PricingPolicyInput;
}

/** The price of one kind (SPEC §6). */
export interface PricingPolicyInput {
  /** Rates by total units. */
  tiers: Array<TierInput>;
  /** How the tiers apply. */
  tiering: TieringInput;
  /** Never less, unless nothing. */
  min_reward: string;
  /** Never more. */
  max_reward: string;
  /** The one rounding. */
  rounding: PriceRoundingInput;
  /** Multipliers by utilization. */
  surge: Array<SurgeBinInput>;
}

/** A rate and where it ends. */
export interface TierInput {
  /** Last unit at this rate; null is no end. */
  up_to: string | null;
  /** Atoms a unit. */
  per_unit: string;
}

/** How tiers apply (SPEC §6). */
export type TieringInput = "graduated" | "volume";

/** The one rounding of a price (SPEC §6). */
export type PriceRoundingInput = "floor" | "half_even";

/** A multiplier that holds from a utilization on. */
export interface SurgeBinInput {
  /** From here on. */
  utilization_ppm_gte: number;
  /** Times this. */
  multiplier_ppm: number;
}

/** One value for each kind. */
export interface PerKind5Input {
  /** For AI jobs. */
  ai: SplitPolicyInput;
  /** For quantum jobs. */
  quantum: SplitPolicyInput;
}

/** How a payout of one kind is divided (SPEC §7). */
export interface SplitPolicyInput {
  /** The provider's part. */
  provider: number;
  /** The miner's part. */
  miner: number;
  /** The treasury's part. */
  treasury: number;
}

/** What an epoch may pay (SPEC §10). */
export interface FundPolicyInput {
  /** Atoms an epoch may pay, before what was carried over. */
  budget_per_epoch: string;
  /** What happens beyond it. */
  cap_policy: CapPolicyInput;
  /** Caps by kind; null is none. */
  sub_caps: PerKind6Input;
  /** The part of the unspent budget that is carried over. */
  rollover_ppm: number;
  /** The most that is. */
  max_carry: string;
  /** Where penalties go. */
  slash_to: SlashToInput;
}

/** What happens to claims beyond the budget (SPEC §10). */
export type CapPolicyInput = "scale" | "defer";

/** One value for each kind. */
export interface PerKind6Input {
  /** For AI jobs. */
  ai: string | null;
  /** For quantum jobs. */
  quantum: string | null;
}

/** Where collected penalties go (SPEC §10). */
export type SlashToInput = "treasury" | "burn";

/** Quality windows and bands (SPEC §8). */
export interface SlaPolicyInput {
  /** Confidence of the Wilson bounds. */
  z_ppm: number;
  /** Upper edges of the latency bins, ms. */
  edges_ms: Array<number>;
  /** Jobs in the short window. */
  short_jobs: number;
  /** Jobs in the long window. */
  long_jobs: number;
  /** Jobs from which a window counts. */
  min_samples: number;
  /** Weight of the short window. */
  w_short_ppm: number;
  /** Weight of the long window. */
  w_long_ppm: number;
  /** Weight of heartbeats in availability. */
  w_heartbeats_ppm: number;
  /** Weight of offers accepted. */
  w_offers_ppm: number;
  /** Weight of timely completions. */
  w_timely_ppm: number;
  /** The band of who has no window yet. */
  provisional_band: BandInput;
  /** What each band asks. */
  bands: BandsInput;
  /** What each band pays. */
  quality_ppm: QualityPolicyInput;
}

/** A quality band (SPEC §8), best first. */
export type BandInput = "gold" | "silver" | "bronze" | "fail";

/** What the bands of each kind ask. */
export interface BandsInput {
  /** Of AI providers. */
  ai: AiBandsInput;
  /** Of quantum providers. */
  quantum: QuantumBandsInput;
}

/** The bands of AI. */
export interface AiBandsInput {
  /** Gold. */
  gold: AiBandInput;
  /** Silver. */
  silver: AiBandInput;
  /** Bronze. */
  bronze: AiBronzeInput;
}

/** What gold and silver ask of AI: evidence for the provider. */
export interface AiBandInput {
  /** Quality of results, at least. */
  min_qos_ppm: number;
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Lower bound of availability, at least. */
  min_availability_low_ppm: number;
}

/** What bronze asks of AI: no evidence against the provider. */
export interface AiBronzeInput {
  /** Quality of results, at least. */
  min_qos_ppm: number;
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Upper bound of availability, at least. */
  min_availability_high_ppm: number;
}

/** The bands of quantum. */
export interface QuantumBandsInput {
  /** Gold. */
  gold: QuantumBandInput;
  /** Silver. */
  silver: QuantumBandInput;
  /** Bronze. */
  bronze: QuantumBronzeInput;
}

/** What gold and silver ask of quantum. */
export interface QuantumBandInput {
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Share of shots that are traps, at least. */
  min_coverage_ppm: number;
  /** Lower bound of availability, at least. */
  min_availability_low_ppm: number;
}

/** What bronze asks of quantum. */
export interface QuantumBronzeInput {
  /** 95th percentile of latency, at most. */
  max_p95_ms: number;
  /** Failed jobs, at most. */
  max_fail_rate_ppm: number;
  /** Share of shots that are traps, at least. */
  min_coverage_ppm: number;
  /** Upper bound of availability, at least. */
  min_availability_high_ppm: number;
}

/** The multiplier each band pays. */
export interface QualityPolicyInput {
  /** Gold. */
  gold: number;
  /** Silver. */
  silver: number;
  /** Bronze. */
  bronze: number;
  /** Fail. */
  fail: number;
}

/** Penalties (SPEC §9). */
export interface SlashingPolicyInput {
  /** From where each dimension is how bad. */
  bands: SlashBandsInput;
  /** Samples from which a dimension counts. */
  min_samples: MinSamplesInput;
  /** What each severity costs. */
  severity: SeveritiesInput;
  /** How bad each offence is. */
  offences: OffencePolicyInput;
  /** Epochs in which offences count as repeated. */
  window_epochs: number;
  /** Multipliers by earlier offences, the last one repeats. */
  multipliers_ppm: Array<number>;
  /** The most an epoch costs one provider. */
  max_penalty_per_epoch: string;
}

/** From where each dimension is how bad. */
export interface SlashBandsInput {
  /** Failed traps. */
  traps: Array<AbovePpmInput>;
  /** Quality. */
  qos: Array<BelowPpmInput>;
  /** 95th percentile of latency. */
  latency: Array<AboveMsInput>;
  /** High availability. */
  availability: Array<BelowPpmInput>;
}

/** Breached above a ratio. */
export interface AbovePpmInput {
  /** Above this. */
  gt_ppm: number;
  /** That bad. */
  severity: SeverityInput;
}

/** How bad an offence is (SPEC §9), mildest first. */
export type SeverityInput = "minor" | "major" | "critical";

/** Breached below a ratio. */
export interface BelowPpmInput {
  /** Below this. */
  lt_ppm: number;
  /** That bad. */
  severity: SeverityInput;
}

/** Breached above a time. */
export interface AboveMsInput {
  /** Above this, ms. */
  gt_ms: number;
  /** That bad. */
  severity: SeverityInput;
}

/** Samples from which a dimension counts. */
export interface MinSamplesInput {
  /** Trap shots. */
  traps: number;
  /** Jobs. */
  qos: number;
  /** Jobs. */
  latency: number;
  /** Heartbeats, offers and jobs. */
  availability: number;
}

/** What each severity costs. */
export interface SeveritiesInput {
  /** Minor. */
  minor: SeverityCostInput;
  /** Major. */
  major: SeverityCostInput;
  /** Critical. */
  critical: SeverityCostInput;
}

/** What a severity costs. */
export interface SeverityCostInput {
  /** Atoms. */
  penalty: string;
  /** Epochs without new work. */
  cooldown_epochs: number;
  /** Epochs in jail. */
  jail_epochs: number;
}

/** How bad each offence is. */
export interface OffencePolicyInput {
  /** Attestation that does not verify. */
  attestation_invalid: SeverityInput;
  /** Two signed results for one lease. */
  equivocation: SeverityInput;
  /** A result or proof used before. */
  replay: SeverityInput;
  /** A lease that ran out. */
  lease_loss: SeverityInput;
  /** Heartbeats that stayed out. */
  heartbeat_miss: SeverityInput;
}

/** Quantum trap circuits (SPEC §12). */
export interface TrapsPolicyInput {
  /** Lower bound of the hits, at least. */
  min_pass_ppm: number;
  /** Shots over all traps, at least. */
  min_shots: number;
  /** Circuits. */
  count: number;
}

/** Every method: what it takes and what it gives. */
export interface Methods {
  /** Where the node stands: head, chain, epoch, and whether it works. */
  "aicf.getStatus": {
    params: {  };
    result: NodeStatus;
  };
  /** Providers by status, kind, region and capability. */
  "aicf.listProviders": {
    params: { status?: ProviderStatusInput | null; kind?: KindInput | null; region?: string | null; capability?: string | null; cursor?: string; limit?: number };
    result: { items: Array<ProviderView>; nextCursor: string | null; total: number | null };
  };
  /** A provider with its stake, health, bands and money. */
  "aicf.getProvider": {
    params: { provider_id: string };
    result: ProviderView;
  };
  /** Jobs, the newest first; every condition that is given holds. */
  "aicf.listJobs": {
    params: { status?: JobStatusInput | null; kind?: KindInput | null; requester?: string | null; provider_id?: string | null; region?: string | null; capability?: string | null; since_ms?: number | null; until_ms?: number | null; cursor?: string; limit?: number };
    result: { items: Array<JobView>; nextCursor: string | null; total: number | null };
  };
  /** A job: where it stands, its lease, its result, its claim. */
  "aicf.getJob": {
    params: { task_id: string };
    result: JobView;
  };
  /** What a job asks for, as it was submitted. */
  "aicf.getPayload": {
    params: { task_id: string };
    result: { task_id: string; payload: string };
  };
  /** What an account, a provider, a requester or a miner has. */
  "aicf.getBalance": {
    params: { account?: string | null; provider_id?: string | null; requester?: string | null; miner?: string | null };
    result: Balances;
  };
  /** All accounts and their balances. */
  "aicf.listAccounts": {
    params: { cursor?: string; limit?: number };
    result: { items: Array<AccountsView>; nextCursor: string | null; total: number | null };
  };
  /** Every movement of an account, with the balance after it. */
  "aicf.getStatement": {
    params: { account: string; cursor?: string; limit?: number };
    result: { items: Array<StatementView>; nextCursor: string | null; total: number | null };
  };
  /** Payout lines, of a payee, of an epoch, or of both. */
  "aicf.listPayouts": {
    params: { payee?: string | null; epoch?: number | null; cursor?: string; limit?: number };
    result: { items: Array<PayoutsView>; nextCursor: string | null; total: number | null };
  };
  /** What an epoch pays a provider, each line proven against the batch; nothing changes. */
  "aicf.claimPayout": {
    params: { epoch: number; provider_id: string };
    result: { batch: Batch; signed?: BatchSignature; payee?: PayeePart };
  };
  /** Settled epochs. */
  "aicf.listSettlements": {
    params: { cursor?: string; limit?: number };
    result: { items: Array<EpochView>; nextCursor: string | null; total: number | null };
  };
  /** A settled epoch: its batch, roots and totals. */
  "aicf.getSettlement": {
    params: { epoch: number };
    result: EpochView;
  };
  /** A settled epoch's receipt, with a payee's lines where one is named; signed where the node has a settlement key. */
  "aicf.getReceipt": {
    params: { epoch: number; payee?: string };
    result: { batch: Batch; signed?: BatchSignature; payee?: PayeePart };
  };
  /** All that a settled epoch was computed from, to compute it again; without its claims where they are too many for one answer. */
  "aicf.getClaims": {
    params: { epoch: number; claims?: boolean };
    result: { batch: Batch; policy: Policy; budget_from_fees: boolean; input: Settle };
  };
  /** The claims of a settled epoch, as its settlement read them. */
  "aicf.listClaims": {
    params: { epoch: number; cursor?: string; limit?: number };
    result: { items: Array<Claim>; nextCursor: string | null; total: number | null };
  };
  /** Penalties and their reasons. */
  "aicf.listSlashes": {
    params: { cursor?: string; limit?: number };
    result: { items: Array<SlashesView>; nextCursor: string | null; total: number | null };
  };
  /** Requesters: deposits, and what is under way. */
  "aicf.listRequesters": {
    params: { cursor?: string; limit?: number };
    result: { items: Array<RequesterView>; nextCursor: string | null; total: number | null };
  };
  /** A requester: deposit, escrow, and what is under way. */
  "aicf.getRequester": {
    params: { requester: string };
    result: RequesterView;
  };
  /** Withdrawals that wait. */
  "aicf.listWithdrawals": {
    params: { payee?: string | null; cursor?: string; limit?: number };
    result: { items: Array<WithdrawalsView>; nextCursor: string | null; total: number | null };
  };
  /** The policy in force, or another one by its hash. */
  "aicf.getPolicy": {
    params: { hash?: string | null };
    result: PolicyView;
  };
  /** The market rules in force, or others by their hash. */
  "aicf.getMarket": {
    params: { hash?: string | null };
    result: MarketView;
  };
  /** What holds from which epoch on. */
  "aicf.getSchedule": {
    params: {  };
    result: ScheduleView;
  };
  /** How the epoch's units are divided among requesters. */
  "aicf.getFairness": {
    params: { kind: KindInput };
    result: Fairness;
  };
  /** The last nonce of a signer. */
  "aicf.getSigner": {
    params: { role: RoleInput; signer: string };
    result: SignerView;
  };
  /** The key that a provider signs with. */
  "aicf.getKey": {
    params: { provider_id: string };
    result: ProviderKeyView;
  };
  /** Why a job does not run, rule by rule. */
  "aicf.explainJob": {
    params: { task_id: string; providers?: boolean | null };
    result: JobExplained;
  };
  /** What a payout is made of, factor by factor. */
  "aicf.explainPayout": {
    params: { epoch: number; claim_key: string };
    result: PayoutExplained;
  };
  /** What a penalty was decided by. */
  "aicf.explainSlash": {
    params: { epoch: number; provider_id: string };
    result: SlashExplained;
  };
  /** What happened, in order, from an entry or a cursor on. */
  "aicf.listEvents": {
    params: { topics?: Array<"initialised" | "providerRegistered" | "providerStatusChanged" | "providerJailed" | "stakeChanged" | "jobEnqueued" | "jobAssigned" | "jobAcknowledged" | "leaseRenewed" | "leaseCancelled" | "jobCompleted" | "jobExpired" | "jobFailed" | "jobCancelled" | "claimAccepted" | "providerWarned" | "providerSlashed" | "epochSettled" | "policyScheduled" | "marketScheduled" | "coreScheduled" | "providerWithdrew" | "offenceReported" | "keyRotated" | "depositChanged" | "withdrawalRequested" | "withdrawalPaid" | "withdrawalCancelled" | "penaltyDelayed" | "penaltyCancelled" | "debtRepaid" | "reporterRewarded" | "batchSealed" | "sequencerContradicted" | "sequencersReplaced" | "cancellationCharged" | "trapsVerified" | "trapsVoid" | "jobRated" | "providerForgotten"> | "initialised" | "providerRegistered" | "providerStatusChanged" | "providerJailed" | "stakeChanged" | "jobEnqueued" | "jobAssigned" | "jobAcknowledged" | "leaseRenewed" | "leaseCancelled" | "jobCompleted" | "jobExpired" | "jobFailed" | "jobCancelled" | "claimAccepted" | "providerWarned" | "providerSlashed" | "epochSettled" | "policyScheduled" | "marketScheduled" | "coreScheduled" | "providerWithdrew" | "offenceReported" | "keyRotated" | "depositChanged" | "withdrawalRequested" | "withdrawalPaid" | "withdrawalCancelled" | "penaltyDelayed" | "penaltyCancelled" | "debtRepaid" | "reporterRewarded" | "batchSealed" | "sequencerContradicted" | "sequencersReplaced" | "cancellationCharged" | "trapsVerified" | "trapsVoid" | "jobRated" | "providerForgotten"; task_id?: string; provider_id?: string; requester?: string; kind?: "ai" | "quantum"; from_seq?: number; cursor?: string; limit?: number };
    result: { items: Array<EventLine>; nextCursor: string | null; more: boolean };
  };
  /** The outcome of a write that was answered with a ticket: pending, or what the write would have answered. */
  "aicf.getTicket": {
    params: { ticket: string };
    result: { ticket: string; status: string; seq: number | null; message?: string; height?: number; time_ms?: number; state_root?: string; task_id?: string; events?: Array<{ event: "initialised" | "providerRegistered" | "providerStatusChanged" | "providerJailed" | "stakeChanged" | "jobEnqueued" | "jobAssigned" | "jobAcknowledged" | "leaseRenewed" | "leaseCancelled" | "jobCompleted" | "jobExpired" | "jobFailed" | "jobCancelled" | "claimAccepted" | "providerWarned" | "providerSlashed" | "epochSettled" | "policyScheduled" | "marketScheduled" | "coreScheduled" | "providerWithdrew" | "offenceReported" | "keyRotated" | "depositChanged" | "withdrawalRequested" | "withdrawalPaid" | "withdrawalCancelled" | "penaltyDelayed" | "penaltyCancelled" | "debtRepaid" | "reporterRewarded" | "batchSealed" | "sequencerContradicted" | "sequencersReplaced" | "cancellationCharged" | "trapsVerified" | "trapsVoid" | "jobRated" | "providerForgotten"; data: Record<string, unknown> }> };
  };
  /** Returns sealed batches of messages in order, from a number on: what a replica applies. */
  "aicf.listBatches": {
    params: { from_number?: unknown; limit?: number };
    result: { items: Array<SealedBatch>; last: number };
  };
  /** Returns the rows that the last entries wrote, in order, as far as this node keeps them in memory: what a replica that diverged compares. */
  "aicf.listChanges": {
    params: { from_seq?: number; limit?: number };
    result: { items: Array<ChangedEntry>; first_seq: number; next_seq: number };
  };
  /** Puts a job into the queue; the answer has its task_id. */
  "aicf.submitJob": {
    params: { kind: KindInput; payload_json?: unknown; units: string; fee?: string; requester?: string; tier?: string; region?: string | null; model?: string | null; attestation_classes?: Array<AttestationClassInput>; circuit?: CircuitInput | null; payload?: string; tx_hash?: string; caller?: string; traps?: TrapCommitmentInput | null };
    result: Applied | Accepted;
  };
  /** Takes a job back; its fee returns. */
  "aicf.cancelJob": {
    params: { task_id?: string; requester?: string };
    result: Applied | Accepted;
  };
  /** Rates the result of an AI job, once: the quality that the provider's windows have of it. */
  "aicf.rateJob": {
    params: { task_id?: string; requester?: string; qos_ppm?: number };
    result: Applied | Accepted;
  };
  /** Reveals the seed of a quantum job's hidden traps: the result is verified before it can be claimed. */
  "aicf.revealTraps": {
    params: { task_id?: string; seed?: string; programs?: Array<string> };
    result: Applied | Accepted;
  };
  /** Proves an offence by two signed statements of the provider: completions, or proofs. */
  "aicf.submitEvidence": {
    params: { reporter?: string; provider_id?: string; proof?: OffenceProof };
    result: Applied | Accepted;
  };
  /** Makes a provider known, or changes what it offers. */
  "aicf.registerProvider": {
    params: { provider_id?: string; kinds?: Array<KindInput>; region?: string | null; models?: Array<string>; endpoints?: Array<string>; attestation?: AttestationEvidence | null; max_concurrent?: PerKindInput | null; circuit_max?: CircuitInput | null; public_key?: string | null; key_scheme?: SchemeInput | null; operator?: string | null; operator_proof?: OperatorProof | null; account?: string | null; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider is there. */
  "aicf.heartbeat": {
    params: { provider_id?: string; beat?: number | null; load_ppm?: number | null; free?: PerKindInput | null; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider takes up a lease. */
  "aicf.ackLease": {
    params: { task_id?: string; provider_id?: string; attempt?: number; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider asks for more time. */
  "aicf.renewLease": {
    params: { task_id?: string; provider_id?: string; attempt?: number; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider does not want a lease. */
  "aicf.declineLease": {
    params: { task_id?: string; provider_id?: string; attempt?: number; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider could not do it. */
  "aicf.failLease": {
    params: { task_id?: string; provider_id?: string; attempt?: number; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider has a result. */
  "aicf.completeJob": {
    params: { task_id?: string; provider_id?: string; attempt?: number; result_digest?: string; metrics?: ResultMetrics; counts?: Array<CircuitCounts> | null; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** A provider takes out what it was paid. */
  "aicf.requestWithdrawal": {
    params: { provider_id?: string; amount?: string; signed?: SignedCommand };
    result: Applied | Accepted;
  };
  /** Any command with its signature. */
  "aicf.submitSigned": {
    params: { signed: SignedCommand };
    result: Applied | Accepted;
  };
  /** In the chain's place, on devnets and for operators: a proof is in a block. */
  "aicf.submitProof": {
    params: { task_id?: string; nullifier?: string; proof_ref?: string; miner?: string; valid?: boolean; body?: string };
    result: Applied | Accepted;
  };
  /** In the chain's place, on devnets and for operators: stake arrives. */
  "aicf.stake": {
    params: { provider_id?: string; amount?: string };
    result: Applied | Accepted;
  };
  /** In the chain's place, on devnets and for operators: a requester's money arrives. */
  "aicf.deposit": {
    params: { requester?: string; amount?: string };
    result: Applied | Accepted;
  };
  /** Operators: settles the next epoch, if its last block is final. */
  "aicf.settleEpoch": {
    params: { epoch: number };
    result: Applied | Accepted;
  };
  /** Operators: a policy holds from an epoch on. */
  "aicf.schedulePolicy": {
    params: { epoch: number; policy: PolicyInput };
    result: Applied | Accepted;
  };
  /** Operators: any command of the engine. */
  "aicf.apply": {
    params: { command: Command };
    result: Applied | Accepted;
  };
  /** Operators: take no writes, or take them again. */
  "aicf.setReadOnly": {
    params: { read_only: boolean };
    result: { read_only: boolean };
  };
  /** Operators: a copy of the database beside it, checked, while the node works. */
  "aicf.backup": {
    params: { name: string };
    result: { file: string; seq: number; state_root: string; bytes: number };
  };
  /** An AI job, as the chain's capability layer asks for it. */
  "cap.enqueueAI": {
    params: { model?: string | null; prompt?: string; units: string; fee?: string; requester?: string; tier?: string; region?: string | null; attestation_classes?: Array<AttestationClassInput>; payload_json?: unknown; payload?: string; tx_hash?: string; caller?: string };
    result: Applied | Accepted;
  };
  /** A quantum job: units are depth x width x shots / 1000 where they are not given. */
  "cap.enqueueQuantum": {
    params: { circuit?: unknown; qubits?: number; depth?: number; shots?: number; units?: string; fee?: string; requester?: string; tier?: string; region?: string | null; model?: string | null; attestation_classes?: Array<AttestationClassInput>; payload_json?: unknown; payload?: string; tx_hash?: string; caller?: string; traps?: TrapCommitmentInput | null };
    result: Applied | Accepted;
  };
  /** As aicf.getJob. */
  "cap.getJob": {
    params: { task_id: string };
    result: JobView;
  };
  /** As aicf.listJobs. */
  "cap.listJobs": {
    params: { status?: JobStatusInput | null; kind?: KindInput | null; requester?: string | null; provider_id?: string | null; region?: string | null; capability?: string | null; since_ms?: number | null; until_ms?: number | null; cursor?: string; limit?: number };
    result: { items: Array<JobView>; nextCursor: string | null; total: number | null };
  };
  /** The result of a job, once there is one. */
  "cap.getResult": {
    params: { task_id: string };
    result: { task_id: string; status: JobStatus; provider_id: string | null; result: JobResult; claim: ClaimRef | null };
  };
  /** This document. */
  "rpc.discover": {
    params: {  };
    result: Record<string, unknown>;
  };
  /** Nothing: what a call costs by itself. */
  "rpc.ping": {
    params: {  };
    result: "pong";
  };
}

/** Methods that change nothing: they may be asked again. */
export const READS: ReadonlySet<string> = new Set([
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
]);
