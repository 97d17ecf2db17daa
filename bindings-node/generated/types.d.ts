// Written by `cargo xtask codegen` from the core's types; changes are lost.

/** Atoms or units: a bigint, an integer up to 2^53 - 1, or a decimal string. */
export type Amount = bigint | number | string;
/** An integer within 2^53 - 1. */
export type Integer = number | bigint;
/** Bytes, or their hex with 0x. */
export type BytesLike = Uint8Array | ArrayBuffer | string;

/** Input of `task_id.derive`. */
export interface TaskIdDeriveInput {
  chain_id: Integer;
  height: Integer;
  tx_hash: BytesLike;
  caller: BytesLike;
  payload?: BytesLike | undefined;
  payload_json?: unknown | undefined;
}

/** Input of `priority.rank`. */
export interface PriorityRankInput {
  now_ms: Integer;
  jobs: ReadonlyArray<RankJob>;
  policy?: PartialPolicy | undefined;
}

/** Input of `matching.seed`. */
export interface MatchingSeedInput {
  chain_id: Integer;
  epoch: Integer;
  height: Integer;
  beacon: BytesLike;
}

/** Input of `matching.permute`. */
export interface MatchingPermuteInput {
  seed: BytesLike;
  strategy: Strategy;
  providers: ReadonlyArray<PermuteProvider>;
  policy?: PartialPolicy | undefined;
}

/** Input of `matching.assign`. */
export interface MatchingAssignInput {
  seed: BytesLike;
  now_ms: Integer;
  providers: ReadonlyArray<MatchProvider>;
  jobs: ReadonlyArray<MatchJob>;
  policy?: PartialPolicy | undefined;
}

/** Input of `lease.id`. */
export interface LeaseIdInput {
  task_id: BytesLike;
  provider_id: string;
  attempt: Integer;
  seed: BytesLike;
}

/** Input of `retry.delay`. */
export interface RetryDelayInput {
  kind: Kind;
  task_id: BytesLike;
  attempt: Integer;
  policy?: PartialPolicy | undefined;
}

/** Input of `pricing.quote`. */
export interface PricingQuoteInput {
  kind: Kind;
  units: Amount;
  policy?: PartialPolicy | undefined;
  quality_ppm?: Integer | undefined;
  surge_ppm?: Integer | undefined;
  fairness_ppm?: Integer | undefined;
}

/** Input of `pricing.surge`. */
export interface PricingSurgeInput {
  kind: Kind;
  utilization_ppm: Integer;
  policy?: PartialPolicy | undefined;
}

/** Input of `split.apply`. */
export interface SplitApplyInput {
  kind: Kind;
  total: Amount;
  policy?: PartialPolicy | undefined;
}

/** Input of `sla.wilson`. */
export interface SlaWilsonInput {
  successes: Integer;
  samples: Integer;
  z_ppm?: Integer | undefined;
}

/** Input of `sla.p95`. */
export interface SlaP95Input {
  /** At least one edge: how many there are is a matter of shape, whether they increase a rule. */
  edges_ms: ReadonlyArray<Integer>;
  counts: ReadonlyArray<Integer>;
  overflow: Integer;
}

/** Input of `sla.evaluate`. */
export interface SlaEvaluateInput {
  kind: Kind;
  short: Window;
  long: Window;
  policy?: PartialPolicy | undefined;
}

/** Input of `slashing.decide`. */
export interface SlashingDecideInput {
  stake: Amount;
  recent_offences: Integer;
  metrics: EpochMetrics;
  policy?: PartialPolicy | undefined;
  offences?: ReadonlyArray<Offence> | undefined;
}

/** Input of `claim.key`. */
export interface ClaimKeyInput {
  task_id: BytesLike;
  block_height: Integer;
  nullifier: BytesLike;
}

/** Input of `settlement.settle`. */
export interface SettlementSettleInput {
  /** The chain whose blocks the claims come from. */
  chain_id: Integer;
  /** The epoch that is settled. */
  epoch: Integer;
  /** Its first block. */
  height_start: Integer;
  /** Its last block. */
  height_end: Integer;
  /** The claims, in any order. */
  claims: ReadonlyArray<Claim>;
  /** Read by the catalogue function only; [`super::settle`] is handed its policy. */
  policy?: PartialPolicy | undefined;
  /** Budget left over from the epoch before. */
  carry?: Amount | undefined;
  /** The batch before this one; absent for the first. */
  prev_batch_id?: BytesLike | undefined;
  /** What can still be taken from each provider. */
  stakes?: Record<string, Amount> | undefined;
  /** What each payee was paid in all batches before. */
  paid_before?: Record<string, Amount> | undefined;
  /** Penalties of the epoch. */
  slashes?: ReadonlyArray<SettleSlash> | undefined;
}

/** Input of `merkle.root`. */
export interface MerkleRootInput {
  leaves: ReadonlyArray<BytesLike>;
}

/** Input of `merkle.prove`. */
export interface MerkleProveInput {
  leaves: ReadonlyArray<BytesLike>;
  index: Integer;
}

/** Input of `merkle.verify`. */
export interface MerkleVerifyInput {
  root: BytesLike;
  leaf: BytesLike;
  index: Integer;
  size: Integer;
  proof: ReadonlyArray<BytesLike>;
}

/** Input of `policy.check`. */
export interface PolicyCheckInput {
  policy?: PartialPolicy | undefined;
  policy_yaml?: string | undefined;
}

/** Input of `market.check`. */
export interface MarketCheckInput {
  market: PartialMarket;
}

/** Input of `traps.generate`. */
export interface TrapsGenerateInput {
  task_id: BytesLike;
  beacon: BytesLike;
  index: Integer;
  qubits: Integer;
  depth: Integer;
}

/** Input of `traps.verify`. */
export interface TrapsVerifyInput {
  task_id: BytesLike;
  beacon: BytesLike;
  qubits: Integer;
  depth: Integer;
  results: ReadonlyArray<TrapResult>;
  policy?: PartialPolicy | undefined;
}

/** Input of `engine.replay`. */
export interface EngineReplayInput {
  entries: ReadonlyArray<JournalLine>;
}

/** Input of `signature.verify`. */
export interface SignatureVerifyInput {
  scheme: Scheme;
  public_key: BytesLike;
  message: BytesLike;
  signature: BytesLike;
  context?: BytesLike | undefined;
}

/** Input of `receipt.verify`. */
export interface ReceiptVerifyInput {
  receipt: Receipt;
  public_key: BytesLike;
}

/** Input of `attestation.verify`. */
export interface AttestationVerifyInput {
  class: AttestationClass;
  evidence: BytesLike;
  collateral: Collateral;
  now_ms: Integer;
  policy?: AttestationRules | undefined;
}

/** Input of `proof.body`. */
export interface ProofBodyInput {
  claim: ProofClaim;
  signature?: BytesLike | undefined;
}

/** Input of `qpu.verify`. */
export interface QpuVerifyInput {
  chain_id: Integer;
  provider_id: string;
  public_key: BytesLike;
  /** PEM: the device's certificate, then each issuer's. */
  certificates: string;
  /** Roots that are trusted, DER. */
  trust_anchors: ReadonlyArray<BytesLike>;
  receipt: TrapReceipt;
  /** r and s of the device's signature. */
  signature: BytesLike;
  now_ms: Integer;
  policy?: PartialPolicy | undefined;
}

/** Input of `hash.tagged`. */
export interface HashTaggedInput {
  /** The tag, and what is hashed under it. */
  items: TaggedItems;
}

/** Input of `network.check`. */
export interface NetworkCheckInput {
  /** The document; exclusive with `network_yaml`. */
  network?: NetworkDocument | undefined;
  /** The document as YAML. */
  network_yaml?: string | undefined;
  /** The policy that the document names by hash. */
  policy?: PartialPolicy | undefined;
  /** The network parameters that the document names by hash. */
  params?: PartialMarket | undefined;
}

/** Input of `traps.positions`. */
export interface TrapsPositionsInput {
  seed: BytesLike;
  circuits: Integer;
  policy?: PartialPolicy | undefined;
}

/** Input of `policy.lint`. */
export interface PolicyLintInput {
  policy?: PartialPolicy | undefined;
  /** Absent is the defaults. */
  market?: PartialMarket | undefined;
  /** What the network is for; without it the rules that need it are left out. */
  class?: NetworkName | undefined;
}

/** Breached above a time. */
export interface AboveMs {
  /** Above this, ms. */
  gt_ms: number;
  /** That bad. */
  severity: Severity;
}

/** Breached above a ratio. */
export interface AbovePpm {
  /** Above this. */
  gt_ppm: number;
  /** That bad. */
  severity: Severity;
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

/** The bands of AI. */
export interface AiBands {
  /** Gold. */
  gold: AiBand;
  /** Silver. */
  silver: AiBand;
  /** Bronze. */
  bronze: AiBronze;
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

/** What is measured of AI work. */
export interface AiMetrics {
  /** Units used. */
  units: Amount;
  /** Quality of the result. */
  qos_ppm?: Integer | undefined;
}

/** A job and its provider. */
export interface Assignment {
  /** The job. */
  task_id: Uint8Array;
  /** Its provider. */
  provider_id: string;
}

/** Who gets which job (SPEC §4). */
export interface AssignmentPolicy {
  /** How providers are put in order. */
  strategy: Strategy;
  /** What happens after a lease. */
  spread: Spread;
  /** Stake beyond this adds no weight. */
  weight_cap: bigint;
  /** From how many leases of a kind on shares are bounded; 0 is never. */
  diversity_min_leases: number;
  /** Largest share of one operator. */
  max_operator_share_ppm: number;
  /** Largest share of one region. */
  max_region_share_ppm: number;
  /** Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own. */
  concurrency: PerKindCount;
  /** Units a provider may be given in an epoch. */
  units_per_epoch: PerKindUnits;
}

/** An attestation that was verified before. */
export interface Attestation {
  /** Of what hardware. */
  class: AttestationClass;
  /** From when on it is worth nothing. */
  not_after_ms: Integer;
}

/** The hardware an attestation speaks of. */
export type AttestationClass =
  | "sgx"
  | "tdx"
  | "sev-snp"
  | "cca";

/** Evidence of a provider's hardware, to be judged by the network's verifier. */
export interface AttestationEvidence {
  /** What kind of evidence. */
  class: AttestationClass;
  /** The evidence itself. */
  evidence: BytesLike;
  /** Until when it says it holds. */
  not_after_ms: Integer;
  /** What the vendor publishes to judge it by; nothing of it is needed where evidence is believed. */
  collateral?: Collateral | undefined;
}

/** Why evidence does not hold. */
export type AttestationReason =
  | "too_large"
  | "evidence_malformed"
  | "evidence_unsupported"
  | "collateral_malformed"
  | "collateral_forged"
  | "collateral_mismatch"
  | "collateral_future"
  | "collateral_expired"
  | "certificate_malformed"
  | "certificate_future"
  | "certificate_expired"
  | "chain_untrusted"
  | "certificate_revoked"
  | "revocation_unknown"
  | "signature_invalid"
  | "key_unbound"
  | "signer_mismatch"
  | "platform_mismatch"
  | "tcb_unknown"
  | "tcb_revoked"
  | "debug_enabled"
  | "attributes_refused"
  | "lifecycle_refused"
  | "tcb_status_refused"
  | "measurement_refused"
  | "report_data_mismatch"
  | "traps_failed"
  | "collateral_stale"
  | "tcb_below_minimum";

/** Rules for judging evidence; every one may be absent. */
export interface AttestationRules {
  /** Workloads that are accepted; absent is any. */
  measurements?: ReadonlyArray<BytesLike> | undefined;
  /** What the workload must have put in; shorter than the field is followed by zeros. Absent is anything. */
  report_data?: BytesLike | undefined;
  /** States of a platform that are accepted (SGX, TDX); absent is every one but `Revoked`, which never is. */
  tcb_statuses?: ReadonlyArray<TcbStatus> | undefined;
  /** Whether a workload may be open to a debugger; absent is no. */
  allow_debug?: boolean | undefined;
  /** The least privileged level that may ask for a report (SEV-SNP, 0 to 3); absent is 1. */
  vmpl_max?: Integer | undefined;
  /** How long a verdict holds at most, ms; absent is as long as the collateral, and a day for CCA, which has none. */
  lifetime_ms?: Integer | undefined;
  /** Roots that are trusted instead of the vendor's: certificates (DER), and for CCA, which has no public roots, platform keys (points of P-256 or P-384 as in SEC 1). */
  trust_anchors?: ReadonlyArray<BytesLike> | undefined;
  /** Whether every certificate of a path needs a revocation list of its issuer (SEV-SNP); absent is no. SGX and TDX always need them. */
  crls_required?: boolean | undefined;
  /** The earliest time of issue of revocation lists, TCB info and QE identity that is accepted, ms since 1970; absent is any. */
  collateral_from_ms?: Integer | undefined;
  /** The least `tcbEvaluationDataNumber` of TCB info and QE identity (SGX, TDX); absent is any. */
  tcb_evaluation_min?: Integer | undefined;
  /** The least versions of each product's firmware (SEV-SNP); absent or empty is any. A product that a list does not name is refused. */
  snp_tcb_min?: ReadonlyArray<SnpTcbInput> | undefined;
}

/** Output of `attestation.verify`. */
export interface AttestationVerifyOutput {
  /** Whether the evidence holds. */
  valid: boolean;
  /** Why not. */
  reason: AttestationReason | null;
  /** The workload: MRENCLAVE (32 bytes), MRTD (48), MEASUREMENT (48) or the realm's initial measurement (32 to 64); empty where it was not read. */
  measurement: Uint8Array;
  /** The 64 bytes that the workload put in; empty where they were not read. */
  report_data: Uint8Array;
  /** How current the platform is (SGX, TDX). */
  tcb_status: TcbStatus | null;
  /** Until when the verdict holds; 0 for evidence that does not. */
  not_after_ms: number;
}

/** Availability of the epoch: its upper bound (SPEC §8), because slashing needs evidence against. */
export interface AvailabilityMetric {
  /** The upper bound. */
  ratio_ppm: Integer;
  /** Heartbeats, offers and jobs. */
  samples: Integer;
}

/** A quality band (SPEC §8), best first. */
export type Band =
  | "gold"
  | "silver"
  | "bronze"
  | "fail";

/** What the bands of each kind ask. */
export interface Bands {
  /** Of AI providers. */
  ai: AiBands;
  /** Of quantum providers. */
  quantum: QuantumBands;
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
  claims_root: Uint8Array;
  /** The root of the payout lines, by claim_key. */
  payouts_root: Uint8Array;
  /** How many payees were ever paid. */
  balances_count: number;
  /** The root of their balances, by payee. */
  balances_root: Uint8Array;
  /** How many claims wait. */
  deferred_count: number;
  /** Their root, in pay order. */
  deferred_root: Uint8Array;
  /** How many providers owe more than their shares. */
  debits_count: number;
  /** Their root, by provider id. */
  debits_root: Uint8Array;
  /** The sums. */
  totals: Totals;
  /** What the epoch could pay, the carry included. */
  budget: bigint;
  /** What the next epoch may pay on top of its own budget. */
  carry_next: bigint;
  /** The policy that was applied. */
  policy_hash: Uint8Array;
  /** The batch before this one. */
  prev_batch_id: Uint8Array;
  /** `H("aicf/batch/v1", header)`. */
  batch_id: Uint8Array;
}

/** A batch: its header and the id over it. */
export interface BatchInput {
  /** The chain whose blocks the claims come from. */
  chain_id: Integer;
  /** The epoch. */
  epoch: Integer;
  /** Its first block. */
  height_start: Integer;
  /** Its last block. */
  height_end: Integer;
  /** How many claim lines, and as many payout lines, there are. */
  claims_count: Integer;
  /** Their root, by claim_key. */
  claims_root: BytesLike;
  /** The root of the payout lines, by claim_key. */
  payouts_root: BytesLike;
  /** How many payees were ever paid. */
  balances_count: Integer;
  /** The root of their balances, by payee. */
  balances_root: BytesLike;
  /** How many claims wait. */
  deferred_count: Integer;
  /** Their root, in pay order. */
  deferred_root: BytesLike;
  /** How many providers owe more than their shares. */
  debits_count: Integer;
  /** Their root, by provider id. */
  debits_root: BytesLike;
  /** The sums. */
  totals: TotalsInput;
  /** What the epoch could pay, the carry included. */
  budget: Amount;
  /** What the next epoch may pay on top of its own budget. */
  carry_next: Amount;
  /** The policy that was applied. */
  policy_hash: BytesLike;
  /** The batch before this one. */
  prev_batch_id: BytesLike;
  /** `H("aicf/batch/v1", header)`. */
  batch_id: BytesLike;
}

/** The settlement key's word for a batch. */
export interface BatchSignature {
  /** How it was signed. */
  scheme: Scheme;
  /** Over `H("aicf/receipt/v1", [batch_id])`, without a context. */
  signature: BytesLike;
}

/** Breached below a ratio. */
export interface BelowPpm {
  /** Below this. */
  lt_ppm: number;
  /** That bad. */
  severity: Severity;
}

/** What happens to claims beyond the budget (SPEC §10). */
export type CapPolicy =
  | "scale"
  | "defer";

/** How large a circuit is. */
export interface Circuit {
  /** Its width. */
  qubits: Integer;
  /** Its layers. */
  depth: Integer;
}

/** The measured shots of one circuit. */
export interface CircuitCounts {
  /** The circuit's place in the program, from 0. */
  place: Integer;
  /** How often each bitstring came out. */
  counts: Record<string, Integer>;
}

/** A proven piece of work that asks to be paid. */
export interface Claim {
  /** The job. */
  task_id: BytesLike;
  /** The block that holds the proof. */
  block_height: Integer;
  /** What makes the proof usable once only. */
  nullifier: BytesLike;
  /** Who did the work. */
  provider_id: string;
  /** Who included the proof. */
  miner: string;
  /** Who asked for the work. */
  requester: string;
  /** The kind of work. */
  kind: Kind;
  /** How much work. */
  units: Amount;
  /** Where the proof stands. */
  proof_ref: BytesLike;
  /** The multiplier of the provider's band; one where absent. */
  quality_ppm?: Integer | undefined;
  /** The multiplier of the market; one where absent. */
  surge_ppm?: Integer | undefined;
  /** The lease under which the work was done. */
  lease_id?: BytesLike | undefined;
  /** The epoch that could not pay it in full. */
  deferred_from?: Integer | undefined;
  /** What is left to pay of a deferred claim. */
  owed?: Amount | undefined;
  /** The most that a fresh claim is paid, whatever its price; absent is any price. */
  reward_max?: Amount | undefined;
}

/** Output of `claim.key`. */
export interface ClaimKeyOutput {
  /** The key. */
  claim_key: Uint8Array;
}

/** A claim line of SPEC §10.4, as it is read. */
export interface ClaimRecord {
  claim_key: BytesLike;
  provider_id: string;
  requester: string;
  kind: Kind;
  units: Amount;
  proof_ref: BytesLike;
  task_id: BytesLike;
  block_height: Integer;
  lease_id?: BytesLike | undefined;
}

/** What a vendor publishes for judging evidence: each class reads its own fields. Nothing here is trusted: all of it is signed by the vendor. */
export interface Collateral {
  /** SGX, TDX: PEM chain of the CRL's issuer. The CRL is verified by the chain of the quote's certificate; this one is taken because the vendor's service sends it along. */
  pck_crl_issuer_chain?: string | undefined;
  /** SGX, TDX: the root's CRL, DER. */
  root_ca_crl?: BytesLike | undefined;
  /** SGX, TDX: the CRL of the CA that certified the platform, DER. */
  pck_crl?: BytesLike | undefined;
  /** SGX, TDX: PEM chain of who signed `tcb_info`. */
  tcb_info_issuer_chain?: string | undefined;
  /** SGX, TDX: the platform's security levels, JSON as it was signed, to the letter. */
  tcb_info?: string | undefined;
  /** SGX, TDX: r and s of the signature over `tcb_info`. */
  tcb_info_signature?: BytesLike | undefined;
  /** SGX, TDX: PEM chain of who signed `qe_identity`. */
  qe_identity_issuer_chain?: string | undefined;
  /** SGX, TDX: what the quoting enclave must be, JSON as it was signed. */
  qe_identity?: string | undefined;
  /** SGX, TDX: r and s of the signature over `qe_identity`. */
  qe_identity_signature?: BytesLike | undefined;
  /** SGX, TDX: PEM chain of the platform's certificate, for quotes that do not carry it. */
  pck_certificate_chain?: string | undefined;
  /** SEV-SNP: the chip's certificate (VCEK or VLEK), DER. */
  vek?: BytesLike | undefined;
  /** SEV-SNP: PEM chain of who issued it, the root last. */
  vek_issuer_chain?: string | undefined;
  /** SEV-SNP: the root's CRL, DER. */
  ark_crl?: BytesLike | undefined;
  /** SEV-SNP: the intermediate's CRL, DER. */
  ask_crl?: BytesLike | undefined;
}

/** What may happen, in the order of the ABI: a variant's index is never used for another again. */
export type Command =
  | { genesis: {
    /** The resolved network document; its hash is the network id. */
    network: NetworkHeaderInput;
    /** The first policy, as canonical CBOR map, with the header's `policy_hash`. */
    policy: BytesLike;
    /** The first market rules, as canonical CBOR map, with the header's `params_hash`; absent is the defaults. */
    market?: BytesLike | undefined;
  } }
  | { tick: {
  } }
  | { register: {
    /** Who. */
    provider_id: string;
    /** What it can do. */
    kinds: ReadonlyArray<Kind>;
    /** Models or gate sets. */
    models: ReadonlyArray<string>;
    /** Where it is reached. */
    endpoints: ReadonlyArray<string>;
    /** Who runs it ([`super::signed::operator_of_key`]); any name on an open devnet. */
    operator?: string | undefined;
    /** Where. */
    region?: string | undefined;
    /** Evidence of its hardware. */
    attestation?: AttestationEvidence | undefined;
    /** Leases it takes at a time; absent is the policy's. */
    max_concurrent?: PerKindCountInput | undefined;
    /** The largest circuit it runs; absent is any. */
    circuit_max?: Circuit | undefined;
    /** What its messages are verified with; a known key changes by `rotate_key` only. */
    public_key?: BytesLike | undefined;
    /** How; absent is the devnet's hash on a devnet that believes its messages, and elsewhere `ml-dsa-65`. */
    key_scheme?: Scheme | undefined;
    /** The provider's account on the chain, 1 to 64 bytes: the caller whose transactions may move its stake ([`Transaction`]). Absent leaves the bound account as it is; nothing unbinds it. */
    account?: BytesLike | undefined;
    /** The word of an operator that is named for the first time. */
    operator_proof?: OperatorProof | undefined;
  } }
  | { stake: {
    /** Whose. */
    provider_id: string;
    /** How much. */
    amount: Amount;
  } }
  | { unstake: {
    /** Whose. */
    provider_id: string;
    /** How much. */
    amount: Amount;
  } }
  | { heartbeat: {
    /** Who. */
    provider_id: string;
    /** Grows with each of its heartbeats; absent counts itself. */
    beat?: Integer | undefined;
    /** How busy it says it is. */
    load_ppm?: Integer | undefined;
    /** Leases it would take now, at most what it registered; absent is all of them. */
    free?: PerKindCountInput | undefined;
  } }
  | { retire: {
    /** Who. */
    provider_id: string;
  } }
  | { enqueue: {
    /** What kind. */
    kind: Kind;
    /** Who pays. */
    requester: string;
    /** The requester's tier. */
    tier: string;
    /** What it pays. */
    fee: Amount;
    /** The most units it may take. */
    units: Amount;
    /** The transaction that asked. */
    tx_hash: BytesLike;
    /** Who called. */
    caller: BytesLike;
    /** The request, opaque. */
    payload: BytesLike;
    /** Attestation classes it accepts; empty is any. */
    attestation_classes: ReadonlyArray<AttestationClass>;
    /** Where it must run. */
    region?: string | undefined;
    /** What it must run on. */
    model?: string | undefined;
    /** How large its circuit is (quantum); absent fits everywhere. */
    circuit?: Circuit | undefined;
    /** Its hidden traps (quantum). */
    traps?: TrapCommitment | undefined;
  } }
  | { cancel: {
    /** Which. */
    task_id: BytesLike;
    /** Who asks. */
    requester: string;
  } }
  | { dispatch: {
    /** Randomness of the chain. */
    beacon: BytesLike;
  } }
  | { ack: {
    /** The job. */
    task_id: BytesLike;
    /** Who speaks. */
    provider_id: string;
    /** Which attempt. */
    attempt: Integer;
  } }
  | { renew: {
    /** The job. */
    task_id: BytesLike;
    /** Who speaks. */
    provider_id: string;
    /** Which attempt. */
    attempt: Integer;
  } }
  | { decline: {
    /** The job. */
    task_id: BytesLike;
    /** Who speaks. */
    provider_id: string;
    /** Which attempt. */
    attempt: Integer;
  } }
  | { fail: {
    /** The job. */
    task_id: BytesLike;
    /** Who speaks. */
    provider_id: string;
    /** Which attempt. */
    attempt: Integer;
  } }
  | { complete: {
    /** Under which lease. */
    lease: LeaseMessage;
    /** The result's digest. */
    result_digest: BytesLike;
    /** What was measured. */
    metrics: ResultMetrics;
    /** What each circuit gave, in their order, where the job has hidden traps. */
    counts?: ReadonlyArray<CircuitCounts> | undefined;
  } }
  | { proof: {
    /** For which job. */
    task_id: BytesLike;
    /** Makes the proof unique. */
    nullifier: BytesLike;
    /** Where on the chain. */
    proof_ref: BytesLike;
    /** Who included it. */
    miner: string;
    /** Whether the chain found it valid. */
    valid: boolean;
    /** The block it was included in, where that is an earlier one than the entry's. */
    block_height?: Integer | undefined;
  } }
  | { settle: {
    /** Which. */
    epoch: Integer;
  } }
  | { schedule_policy: {
    /** From the start of this epoch. */
    epoch: Integer;
    /** The policy, as canonical CBOR map. */
    policy: BytesLike;
  } }
  | { withdraw: {
    /** Who. */
    provider_id: string;
    /** How much. */
    amount: Amount;
  } }
  | { report: {
    /** Whose. */
    provider_id: string;
    /** Which. */
    offence: Offence;
  } }
  | { schedule_market: {
    /** From the start of this epoch. */
    epoch: Integer;
    /** The rules, as canonical CBOR map. */
    market: BytesLike;
  } }
  | { schedule_core: {
    /** From the start of this epoch. */
    epoch: Integer;
    /** SHA3-256 of the module. */
    module_hash: BytesLike;
  } }
  | { rotate_key: {
    /** Who. */
    provider_id: string;
    /** The new key. */
    public_key: BytesLike;
    /** By the old key (see [`super::signed`]). */
    signature: BytesLike;
    /** The scheme of the new key, as at registration. */
    key_scheme?: Scheme | undefined;
    /** Evidence of the hardware for the new key; absent ends the attestation, which is one of the old key. */
    attestation?: AttestationEvidence | undefined;
  } }
  | { deposit: {
    /** Whose. */
    requester: string;
    /** How much. */
    amount: Amount;
  } }
  | { reclaim: {
    /** Who. */
    requester: string;
    /** How much. */
    amount: Amount;
  } }
  | { miner_withdraw: {
    /** Who. */
    miner: string;
    /** How much. */
    amount: Amount;
  } }
  | { cancel_withdrawal: {
    /** The number of the entry that asked for it. */
    withdrawal: Integer;
  } }
  | { cancel_slash: {
    /** The epoch that was judged. */
    epoch: Integer;
    /** Whose. */
    provider_id: string;
    /** Why, for the record. */
    reason: string;
  } }
  | { evidence: {
    /** Who is rewarded. */
    reporter: string;
    /** Whose offence. */
    provider_id: string;
    /** What proves it. */
    proof: OffenceProof;
  } }
  | { signed: {
    /** As what. */
    role: Role;
    /** The provider's id, or the operator's name. */
    signer: string;
    /** Above that of every message of this signer before. */
    nonce: Integer;
    /** The last block in which the message counts. */
    expires_height: Integer;
    /** The command as CBOR. */
    command: BytesLike;
    /** By the signer's key. */
    signature: BytesLike;
  } }
  | { prove: {
    /** The proof ([`crate::proof::Proof`] as CBOR). */
    proof: BytesLike;
    /** Where on the chain. */
    proof_ref: BytesLike;
    /** Who included it. */
    miner: string;
    /** The block it was included in, where that is an earlier one than the entry's. */
    block_height?: Integer | undefined;
  } }
  | { block: {
    /** Its hash. */
    hash: BytesLike;
    /** The hash of the block before it. */
    parent_hash: BytesLike;
    /** The block's randomness, which seeds its dispatch. */
    beacon: BytesLike;
  } }
  | { malformed: {
    /** The code of the error (SPEC §1, "Errors"), or `wrong_task_id`. */
    code: string;
    /** The field at fault, from the block on: `transactions[3].call.stake.amount`. */
    path: string;
    /** The transaction's hash, 1 to 64 bytes; absent for a proof, and where the hash itself is malformed or longer. */
    tx_hash?: BytesLike | undefined;
  } }
  | { transaction: {
    /** The transaction's hash on the chain. */
    tx_hash: BytesLike;
    /** The account that called the contract. */
    caller: BytesLike;
    /** The call. */
    call: ContractCall;
  } }
  | { anchor: {
    /** The batch's number. */
    number: Integer;
    /** The batch's hash. */
    hash: BytesLike;
  } }
  | { seal: {
    /** The batch's number: 1, then one more each time. */
    number: Integer;
    /** The hash of the batch before; zeros for the first one. */
    previous: BytesLike;
    /** The height of the last block; before the first one the entry's own. */
    block_height: Integer;
    /** The hash of that block; zeros before the first one. */
    block_hash: BytesLike;
    /** How many messages it has. */
    messages: Integer;
    /** The digest of its messages ([`super::batches::messages_digest`]). */
    messages_digest: BytesLike;
    /** The state root after its messages, before the seal itself. */
    state_root: BytesLike;
    /** Which of the sequencer keys in effect signed it, from 0. */
    key: Integer;
    /** By that key. */
    signature: BytesLike;
  } }
  | { replace_sequencers: {
    /** The first block after which batches are signed by these keys. */
    height: Integer;
    /** The keys; a seal names its key by its place in this list. */
    keys: ReadonlyArray<SequencerKeyInput>;
  } }
  | { reveal_traps: {
    /** Which job. */
    task_id: BytesLike;
    /** The seed. */
    seed: BytesLike;
    /** SHA3-256 of the program of each circuit, in their order. */
    programs: ReadonlyArray<BytesLike>;
  } }
  | { rate: {
    /** Of which job. */
    task_id: BytesLike;
    /** Who says so. */
    requester: string;
    /** How good. */
    qos_ppm: Integer;
  } };

/** A call of the fund's contract, in the order of the ABI. */
export type ContractCall =
  | { enqueue: {
    /** The kind of work. */
    kind: Kind;
    /** The account that pays: the caller's, unless the network lets the caller name others. */
    requester: string;
    /** The requester's tier in the policy. */
    tier: string;
    /** The fee, in atoms, at most [`crate::limits::AMOUNT_MAX`]. */
    fee: Amount;
    /** The most units that the job may use. */
    units: Amount;
    /** The request, opaque. */
    payload: BytesLike;
    /** Attestation classes it accepts; empty is any. */
    attestation_classes: ReadonlyArray<AttestationClass>;
    /** The region it must run in; absent is any. */
    region?: string | undefined;
    /** The model it must run on; absent is any. */
    model?: string | undefined;
    /** The size of its circuit (quantum only); absent fits everywhere. */
    circuit?: Circuit | undefined;
    /** Its hidden traps (quantum only). */
    traps?: TrapCommitment | undefined;
  } }
  | { cancel: {
    /** The job. */
    task_id: BytesLike;
    /** The job's requester. */
    requester: string;
  } }
  | { stake: {
    /** The provider whose stake grows. */
    provider_id: string;
    /** Atoms, 1 to [`crate::limits::AMOUNT_MAX`]. */
    amount: Amount;
  } }
  | { unstake: {
    /** The provider. */
    provider_id: string;
    /** Atoms, at most the stake. */
    amount: Amount;
  } }
  | { deposit: {
    /** The requester. */
    requester: string;
    /** Atoms, 1 to [`crate::limits::AMOUNT_MAX`]. */
    amount: Amount;
  } }
  | { retire: {
    /** The provider. */
    provider_id: string;
  } }
  | { anchor: {
    /** The batch's number. */
    number: Integer;
    /** The batch's hash. */
    hash: BytesLike;
  } }
  | { reveal_traps: {
    /** The job. */
    task_id: BytesLike;
    /** The seed. */
    seed: BytesLike;
    /** SHA3-256 of the program of each circuit, in their order. */
    programs: ReadonlyArray<BytesLike>;
  } }
  | { rate: {
    /** The job. */
    task_id: BytesLike;
    /** The job's requester. */
    requester: string;
    /** The quality of the result. */
    qos_ppm: Integer;
  } };

/** What a later epoch still has to pay for a claim. */
export interface DeferredLine {
  /** The claim. */
  claim_key: Uint8Array;
  /** What is left. */
  owed: bigint;
}

/** The dimensions that were measured. */
export interface Dimensions {
  /** Traps. */
  traps?: Judgement | undefined;
  /** Quality. */
  qos?: Judgement | undefined;
  /** Latency. */
  latency?: Judgement | undefined;
  /** Availability. */
  availability?: Judgement | undefined;
}

/** Output of `engine.replay`. */
export interface EngineReplayOutput {
  /** Each entry, in order. */
  outcomes: Array<ReplayedEntry>;
  /** The root at the end; zeros for no entries. */
  state_root: Uint8Array;
  /** The digest of the whole state at the end. */
  state_digest: Uint8Array;
}

/** How an entry ended. */
export type EntryStatus =
  | "ok"
  | "not_initialised"
  | "already_initialised"
  | "height_went_back"
  | "time_went_back"
  | "no_verifier"
  | "bad_policy"
  | "out_of_range"
  | "unknown_provider"
  | "unknown_task"
  | "provider_retired"
  | "provider_jailed"
  | "not_owner"
  | "attestation_invalid"
  | "insufficient_stake"
  | "has_leases"
  | "duplicate_task"
  | "unknown_tier"
  | "task_ended"
  | "wrong_state"
  | "not_lessee"
  | "stale_attempt"
  | "lease_expired"
  | "renew_too_early"
  | "no_renewals_left"
  | "too_many_units"
  | "task_claimed"
  | "nullifier_used"
  | "epoch_settled"
  | "epoch_out_of_order"
  | "epoch_not_final"
  | "epoch_begun"
  | "overflow"
  | "insufficient_balance"
  | "bad_market"
  | "key_mismatch"
  | "bad_signature"
  | "stake_locked"
  | "stale_beat"
  | "too_large"
  | "fee_too_low"
  | "rate_limited"
  | "withdrawal_too_soon"
  | "withdrawal_capped"
  | "unknown_withdrawal"
  | "unknown_slash"
  | "not_proved"
  | "already_proved"
  | "unsigned"
  | "not_signer"
  | "stale_nonce"
  | "stale_message"
  | "scheme_refused"
  | "bad_proof"
  | "wrong_network"
  | "stolen_result"
  | "wrong_lease"
  | "wrong_result"
  | "wrong_nullifier"
  | "stale_proof"
  | "stale_evidence"
  | "wrong_parent"
  | "bad_network"
  | "malformed"
  | "budget_exceeded"
  | "limit_reached"
  | "evidence_too_old"
  | "wrong_batch"
  | "wrong_root"
  | "not_sequencer"
  | "anchor_mismatch"
  | "not_dispatched"
  | "already_dispatched"
  | "wrong_beacon"
  | "clock_out_of_range"
  | "traps_required"
  | "traps_pending"
  | "bad_counts"
  | "already_rated"
  | "window_closed";

/** What was measured in the epoch; what is absent was not, and is not judged. */
export interface EpochMetrics {
  /** Traps. */
  traps?: TrapsMetric | undefined;
  /** Quality. */
  qos?: QosMetric | undefined;
  /** Latency. */
  latency?: LatencyMetric | undefined;
  /** Availability. */
  availability?: AvailabilityMetric | undefined;
}

/** Length and finality of epochs. */
export interface EpochPolicy {
  /** Blocks of an epoch. */
  length_blocks: number;
  /** Blocks after which a block is final. */
  finality_k: number;
}

/** What happened, for indexers, explorers and operators. */
export type Event =
  | { initialised: {
    chain_id: number;
    policy_hash: Uint8Array;
    network_id: Uint8Array;
  } }
  | { provider_registered: {
    provider_id: string;
  } }
  | { provider_status: {
    provider_id: string;
    status: ProviderStatus;
  } }
  | { stake_changed: {
    provider_id: string;
    stake: bigint;
  } }
  | { job_enqueued: {
    task_id: Uint8Array;
    kind: Kind;
    requester: string;
    units: bigint;
    fee: bigint;
  } }
  | { job_assigned: {
    task_id: Uint8Array;
    provider_id: string;
    lease_id: Uint8Array;
    attempt: number;
    expires_ms: number;
  } }
  | { job_acknowledged: {
    task_id: Uint8Array;
    provider_id: string;
  } }
  | { job_renewed: {
    task_id: Uint8Array;
    provider_id: string;
    expires_ms: number;
  } }
  | { job_requeued: {
    task_id: Uint8Array;
    provider_id: string;
    cause: RequeueCause;
    ready_ms: number;
  } }
  | { job_completed: {
    task_id: Uint8Array;
    provider_id: string;
    result_digest: Uint8Array;
    latency_ms: number;
  } }
  | { job_ended: {
    task_id: Uint8Array;
    status: JobStatus;
    cause: RequeueCause;
  } }
  | { claim_accepted: {
    task_id: Uint8Array;
    claim_key: Uint8Array;
    epoch: number;
    provider_id: string;
  } }
  | { provider_warned: {
    provider_id: string;
    epoch: number;
    reason: string;
  } }
  | { provider_slashed: {
    provider_id: string;
    epoch: number;
    reason: string;
    severity: Severity;
    penalty: bigint;
  } }
  | { epoch_settled: {
    epoch: number;
    batch_id: Uint8Array;
    claims: number;
    payable: bigint;
  } }
  | { policy_scheduled: {
    epoch: number;
    policy_hash: Uint8Array;
  } }
  | { provider_withdrew: {
    provider_id: string;
    amount: bigint;
    available: bigint;
  } }
  | { offence_reported: {
    provider_id: string;
    epoch: number;
    offence: Offence;
  } }
  | { market_scheduled: {
    epoch: number;
    market_hash: Uint8Array;
  } }
  | { core_scheduled: {
    epoch: number;
    module_hash: Uint8Array;
  } }
  | { key_rotated: {
    provider_id: string;
  } }
  | { deposit_changed: {
    requester: string;
    deposit: bigint;
  } }
  | { withdrawal_requested: {
    withdrawal: number;
    role: PayeeRole;
    payee: string;
    amount: bigint;
    due_ms: number;
  } }
  | { withdrawal_paid: {
    withdrawal: number;
    role: PayeeRole;
    payee: string;
    amount: bigint;
  } }
  | { withdrawal_cancelled: {
    withdrawal: number;
    role: PayeeRole;
    payee: string;
    amount: bigint;
  } }
  | { penalty_delayed: {
    provider_id: string;
    epoch: number;
    penalty: bigint;
    applied_in: number;
  } }
  | { penalty_cancelled: {
    provider_id: string;
    epoch: number;
    reason: string;
  } }
  | { debt_repaid: {
    provider_id: string;
    epoch: number;
    amount: bigint;
  } }
  | { reporter_rewarded: {
    reporter: string;
    provider_id: string;
    epoch: number;
    amount: bigint;
  } }
  | { batch_sealed: {
    number: number;
    hash: Uint8Array;
    block_height: number;
    messages: number;
  } }
  | { sequencer_contradicted: {
    number: number;
    sealed: Uint8Array;
    anchored: Uint8Array;
  } }
  | { sequencers_replaced: {
    height: number;
  } }
  | { cancellation_charged: {
    task_id: Uint8Array;
    provider_id: string;
    amount: bigint;
  } }
  | { traps_verified: {
    task_id: Uint8Array;
    provider_id: string;
    passed: boolean;
    shots: number;
    failures: number;
  } }
  | { traps_void: {
    task_id: Uint8Array;
  } }
  | { provider_forgotten: {
    provider_id: string;
  } }
  | { job_rated: {
    task_id: Uint8Array;
    provider_id: string;
    qos_ppm: number;
  } };

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
  cca_platform_keys: Array<Uint8Array>;
  /** The earliest time of issue of collateral that is accepted, ms since 1970; 0 is any. */
  collateral_from_ms: number;
  /** The least `tcbEvaluationDataNumber` of Intel's collateral; 0 is any. */
  tcb_evaluation_min: number;
  /** The least firmware of AMD's products; with a list, a product that it does not name is refused. */
  snp_tcb_min: Array<SnpTcb>;
}

/** Why a receipt proves nothing. */
export type Fault =
  | "batch_id"
  | "signature"
  | "order"
  | "line"
  | "claim_proof"
  | "payout_proof"
  | "balance_proof"
  | "balance";

/** A contradiction between two values, or a bound that is left open. */
export interface Finding {
  /** What it is about. */
  code: LintCode;
  /** How much it weighs. */
  severity: LintSeverity;
  /** The value: `policy.`, `market.` or `network.` and the path of the field. */
  path: string;
  /** What it is, as text. */
  value: string;
  /** What happens, in one sentence. */
  message: string;
  /** The value that it contradicts; absent where there is one value only. */
  other?: string | undefined;
  /** What that is, as text. */
  other_value?: string | undefined;
}

/** The first block that nodes apply. */
export interface FirstBlock {
  /** Its height; absent is 1. */
  height?: Integer | undefined;
  /** Its hash; absent is any. */
  hash?: BytesLike | undefined;
}

/** What an epoch may pay (SPEC §10). */
export interface FundPolicy {
  /** Atoms an epoch may pay, before what was carried over. */
  budget_per_epoch: bigint;
  /** What happens beyond it. */
  cap_policy: CapPolicy;
  /** Caps by kind; null is none. */
  sub_caps: PerKindNullable;
  /** The part of the unspent budget that is carried over. */
  rollover_ppm: number;
  /** The most that is. */
  max_carry: bigint;
  /** Where penalties go. */
  slash_to: SlashTo;
}

/** Where the budget comes from. */
export interface FundRules {
  /** The source. */
  source: FundSource;
  /** The most that a claim is paid, as a multiple of its job's fee; null is any price. */
  reward_per_fee_ppm: number | null;
}

/** Where an epoch's budget comes from. */
export type FundSource =
  | "mint"
  | "fees";

/** The first entry of a journal, as a line that engines and `engine.replay` take. */
export interface GenesisLine {
  /** 0. */
  seq: number;
  /** The height before the first block's. */
  height: number;
  /** The genesis time, in milliseconds since 1970. */
  time_ms: number;
  /** The command, in CBOR. */
  command_cbor: Uint8Array;
}

/** Output of `hash.tagged`. */
export interface HashTaggedOutput {
  /** The domain tag. */
  tag: string;
  /** The bytes that are hashed: the tag, a zero byte, the CBOR of the list. */
  preimage: Uint8Array;
  /** Their SHA3-256. */
  hash: Uint8Array;
}

/** A job's place in the queue. */
export interface JobRank {
  /** The job. */
  task_id: Uint8Array;
  /** What the queue is ordered by, larger first. */
  rank: number;
  /** What people are shown at this moment. */
  score_ppm: number;
}

/** Where a job stands. */
export type JobStatus =
  | "queued"
  | "assigned"
  | "completed"
  | "claimed"
  | "settled"
  | "expired"
  | "failed"
  | "cancelled";

/** A line of a journal, as `aicf export` writes it. */
export interface JournalLine {
  /** Its number. */
  seq: Integer;
  /** The block it belongs to. */
  height: Integer;
  /** When. */
  time_ms: Integer;
  /** What. */
  command?: Command | undefined;
  /** What, in CBOR: for the few commands that hold a number JSON has no place for. */
  command_cbor?: BytesLike | undefined;
  /** How it ended where the line was written. */
  status?: string | undefined;
  /** The root after it where the line was written. */
  state_root?: BytesLike | undefined;
}

/** One dimension, judged. */
export interface Judgement {
  /** Whether any band holds. */
  breached: boolean;
  /** Whether there were samples enough to slash for it. */
  enough_samples: boolean;
  /** The worst band that holds. */
  severity?: Severity | undefined;
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

/** What kind of compute a job asks for; the integer 0 or 1 in hashes (SPEC §1). */
export type Kind =
  | "ai"
  | "quantum";

/** Latency of the epoch. */
export interface LatencyMetric {
  /** 95th percentile. */
  p95_ms: Integer;
  /** Jobs. */
  samples: Integer;
}

/** Output of `lease.id`. */
export interface LeaseIdOutput {
  /** The id. */
  lease_id: Uint8Array;
}

/** A provider's message about the lease it holds: the attempt is the fence against old leases. */
export interface LeaseMessage {
  /** The job. */
  task_id: BytesLike;
  /** Who speaks. */
  provider_id: string;
  /** Which attempt. */
  attempt: Integer;
}

/** Lease times (SPEC §5). */
export interface LeasePolicy {
  /** How long a lease holds, ms. */
  duration_ms: PerKindCount;
  /** Within what an assignment is acknowledged, ms. */
  ack_timeout_ms: number;
  /** The part of the lease after which it may be renewed. */
  renew_from_ppm: number;
  /** What a renewal adds, as part of the lease. */
  renew_add_ppm: number;
  /** How often. */
  max_renewals: number;
}

/** What a lease asks of its holder. */
export interface LeaseRules {
  /** Failed attempts in a row from which an epoch counts `lease_loss`; 0 is never. */
  failures_in_row_max: number;
  /** Blocks after a completion in which it is proved and rated; hidden traps are revealed in the first half of them. */
  proof_blocks: number;
  /** Stake for each lease of a kind that a provider holds at a time; 0 leaves the number of leases to the policy. */
  stake_per_lease: PerKindAtoms;
}

/** What a finding is about. The names are stable; the order is that of their texts. */
export type LintCode =
  | "ack_after_lease"
  | "allowed_and_denied"
  | "attempts_outlive_job"
  | "band_order"
  | "beats_not_expected"
  | "beats_outlast_epoch"
  | "cancel_free"
  | "carry_idle"
  | "correlation_outlasts_stake"
  | "debt_never_repaid"
  | "diversity_idle"
  | "fair_share_below_one"
  | "fair_share_idle"
  | "finality_exceeds_epoch"
  | "health_lost_by_one_beat"
  | "job_above_quota"
  | "job_above_window"
  | "latency_below_lease"
  | "latency_between_edges"
  | "latency_slashes_lease"
  | "lease_outlives_job"
  | "measurements_open"
  | "multiplier_never_reached"
  | "no_concurrency"
  | "no_slashing_window"
  | "penalty_above_stake"
  | "penalty_capped"
  | "penalty_order"
  | "proof_window_short"
  | "reporter_reward_high"
  | "reward_above_budget"
  | "slashed_while_paid"
  | "splitting_gains_jobs"
  | "splitting_gains_slots"
  | "stake_below_slot"
  | "sub_cap_above_budget"
  | "subsidy_open"
  | "window_never_counts";

/** How much a finding weighs. */
export type LintSeverity =
  | "warning";

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

/** Output of `market.check`. */
export interface MarketCheckOutput {
  /** The rules with every field. */
  market: Market;
  /** Their hash. */
  market_hash: Uint8Array;
  /** Their canonical bytes, as a genesis or a schedule takes them. */
  cbor: Uint8Array;
}

/** A waiting job. */
export interface MatchJob {
  /** Its id. */
  task_id: BytesLike;
  /** What it asks for. */
  kind: Kind;
  /** How much of it. */
  units: Amount;
  /** Where it must run; absent is anywhere. */
  region?: string | undefined;
  /** The model or gate set it needs; absent is any. */
  model?: string | undefined;
  /** Hardware it accepts; absent or empty is any, attested or not. */
  attestation_classes?: ReadonlyArray<AttestationClass> | undefined;
  /** Providers that must not get it now; ids of nobody mean nothing. */
  cooldown?: ReadonlyArray<string> | undefined;
}

/** A provider, as it stands before the first job. */
export interface MatchProvider {
  /** Its id. */
  id: string;
  /** What it can do; an order or repetition in it means nothing. */
  kinds: ReadonlyArray<Kind>;
  /** Its stake. */
  stake: Amount;
  /** How well it did lately. */
  health_ppm: Integer;
  /** Who runs it; absent is itself. */
  operator?: string | undefined;
  /** Where it is. */
  region?: string | undefined;
  /** Models or gate sets it has; absent is none. */
  models?: ReadonlyArray<string> | undefined;
  /** Its attestation. */
  attestation?: Attestation | undefined;
  /** Absent is active. */
  status?: ProviderStatus | undefined;
  /** Leases it takes at a time; absent is the policy's number. */
  max_concurrent?: PerKindCountInput | undefined;
  /** Leases it holds; absent is none. */
  active_leases?: PerKindCountInput | undefined;
  /** Units it was given in this epoch; absent is none. */
  units_used?: PerKindUnitsInput | undefined;
}

/** What a dispatch comes to; the output of `matching.assign`. */
export interface MatchingAssignOutput {
  /** Jobs with their providers, in queue order. */
  assignments: Array<Assignment>;
  /** Jobs that stay, in queue order. */
  unassigned: Array<Unassigned>;
  /** The permutation of all providers before the first job. */
  order: Array<string>;
}

/** Output of `matching.permute`. */
export interface MatchingPermuteOutput {
  /** The ids in order. */
  order: Array<string>;
}

/** Output of `matching.seed`. */
export interface MatchingSeedOutput {
  /** The seed. */
  seed: Uint8Array;
}

/** Workloads of each class, as the bytes of their measurements. */
export interface Measurements {
  /** MRENCLAVE. */
  sgx: Array<Uint8Array>;
  /** MRTD. */
  tdx: Array<Uint8Array>;
  /** MEASUREMENT. */
  sev_snp: Array<Uint8Array>;
  /** The realm's initial measurement. */
  cca: Array<Uint8Array>;
}

/** Output of `merkle.prove`. */
export interface MerkleProveOutput {
  /** The root. */
  root: Uint8Array;
  /** The siblings, from the leaf up. */
  proof: Array<Uint8Array>;
}

/** Output of `merkle.root`. */
export interface MerkleRootOutput {
  /** The root. */
  root: Uint8Array;
}

/** Output of `merkle.verify`. */
export interface MerkleVerifyOutput {
  /** Whether the proof holds. */
  valid: boolean;
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

/** Output of `network.check`. */
export interface NetworkCheckOutput {
  /** The network id: the header's hash. */
  network_id: Uint8Array;
  /** The resolved document. */
  header: NetworkHeader;
  /** The first policy with every field. */
  policy: PolicyRecord;
  /** The first network parameters with every field. */
  params: Market;
  /** The first entry of the network's journal. */
  genesis: GenesisLine;
}

/** What makes a network the network that it is, as people write it. */
export interface NetworkDocument {
  /** The network's name, for people. */
  name: string;
  /** What the network is for. A devnet may accept unsigned commands. */
  class: NetworkName;
  /** The id of the chain that the network follows. */
  chain_id: Integer;
  /** The time of the genesis entry, in milliseconds since 1970. No entry has an earlier one. */
  genesis_time_ms: Integer;
  /** Blocks of an epoch: the policy's `epoch.length_blocks`, which no later policy may change. */
  epoch_length: Integer;
  /** The version of the rules (docs/spec/README.md): the core's own. */
  semantics_version: Integer;
  /** The first block that nodes apply; absent is height 1 with any hash. */
  first_block?: FirstBlock | undefined;
  /** The first policy, partial, over the defaults; exclusive with `policy_hash`. */
  policy?: PartialPolicy | undefined;
  /** The hash of the first policy, which is then a file of its own. */
  policy_hash?: BytesLike | undefined;
  /** The first network parameters, partial, over the defaults; absent with `params_hash` absent is the defaults. */
  params?: PartialMarket | undefined;
  /** The hash of the first network parameters, which are then a file of their own. */
  params_hash?: BytesLike | undefined;
  /** The evidence of hardware that is accepted: `attestation` of the network parameters. */
  attestation?: PartialEvidenceRules | undefined;
  /** The keys that sign governance commands: `keys.operators` of the network parameters. */
  governance?: ReadonlyArray<OperatorInput> | undefined;
  /** The keys whose holders may seal batches from the first block on; none means that the network has no sequencer. */
  sequencers?: ReadonlyArray<SequencerKeyInput> | undefined;
  /** How far the time of a batch may be ahead of the last final block, in milliseconds; absent is 300000. */
  batch_ahead_max_ms?: Integer | undefined;
  /** Callers of the chain that may name other requesters than themselves. */
  contracts?: ReadonlyArray<BytesLike> | undefined;
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
  first_hash: Uint8Array | null;
  /** The time of the genesis entry, in milliseconds since 1970. */
  genesis_time_ms: number;
  /** Blocks of an epoch. */
  epoch_length: number;
  /** The hash of the first policy. */
  policy_hash: Uint8Array;
  /** The hash of the first network parameters. */
  params_hash: Uint8Array;
  /** The keys whose holders may seal batches from the first block on, in the document's order. */
  sequencers: Array<SequencerKey>;
  /** How far the time of a batch may be ahead of the last final block, in milliseconds. */
  batch_ahead_max_ms: number;
  /** Callers of the chain that may name other requesters than themselves, in the document's order. */
  contracts: Array<Uint8Array>;
  /** The version of the rules. */
  semantics_version: number;
}

/** A network document with everything resolved: what a genesis carries, and the preimage of the network id. */
export interface NetworkHeaderInput {
  /** The network's name, for people. */
  name: string;
  /** What the network is for. */
  class: NetworkName;
  /** The id of the chain that the network follows. */
  chain_id: Integer;
  /** The height of the first block that nodes apply. */
  first_height: Integer;
  /** The time of the genesis entry, in milliseconds since 1970. */
  genesis_time_ms: Integer;
  /** Blocks of an epoch. */
  epoch_length: Integer;
  /** The hash of the first policy. */
  policy_hash: BytesLike;
  /** The hash of the first network parameters. */
  params_hash: BytesLike;
  /** The keys whose holders may seal batches from the first block on, in the document's order. */
  sequencers: ReadonlyArray<SequencerKeyInput>;
  /** How far the time of a batch may be ahead of the last final block, in milliseconds. */
  batch_ahead_max_ms: Integer;
  /** Callers of the chain that may name other requesters than themselves, in the document's order. */
  contracts: ReadonlyArray<BytesLike>;
  /** The version of the rules. */
  semantics_version: Integer;
  /** The hash of that block; absent is any. */
  first_hash?: BytesLike | undefined;
}

/** Which network a state belongs to. Only a devnet believes unsigned messages and unverified attestations (see [`super::speaker`] and [`super::verifier`]). */
export type NetworkName =
  | "devnet"
  | "testnet"
  | "mainnet";

/** A single act that is proven as soon as it is seen, without a minimum of samples. */
export type Offence =
  | "attestation_invalid"
  | "equivocation"
  | "replay"
  | "lease_loss"
  | "heartbeat_miss";

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

/** Two signed statements of a provider that contradict each other. */
export type OffenceProof =
  | { equivocation: {
    /** One result. */
    first: SignedStatement;
    /** Another one. */
    second: SignedStatement;
  } }
  | { replay: {
    /** The proof for one job. */
    first: BytesLike;
    /** The proof for another one. */
    second: BytesLike;
  } };

/** An operator of the network. */
export interface Operator {
  /** Its name. */
  name: string;
  /** How it signs. */
  scheme: Scheme;
  /** What its messages are verified with. */
  public_key: Uint8Array;
}

/** An operator of the network. */
export interface OperatorInput {
  /** Its name. */
  name: string;
  /** How it signs. */
  scheme: Scheme;
  /** What its messages are verified with. */
  public_key: BytesLike;
}

/** The word of an operator that it runs a provider. */
export interface OperatorProof {
  /** How the operator signs. */
  scheme: Scheme;
  /** Its key. */
  public_key: BytesLike;
  /** By that key, over `H("aicf/operates/v1", [network_id, provider_id, operator])`. */
  signature: BytesLike;
}

/** What an entry did. */
export interface Outcome {
  /** Of which entry. */
  seq: number;
  /** How it ended. */
  status: EntryStatus;
  /** Why it was refused, for people. */
  message: string;
  /** What happened, in order; time may have done something even where the command was refused. */
  events: Array<Event>;
  /** The chained digest after this entry. */
  state_root: Uint8Array;
}

/** What gold and silver ask of AI: evidence for the provider. */
export interface PartialAiBand {
  /** Quality of results, at least. */
  min_qos_ppm?: Integer | undefined;
  /** 95th percentile of latency, at most. */
  max_p95_ms?: Integer | undefined;
  /** Failed jobs, at most. */
  max_fail_rate_ppm?: Integer | undefined;
  /** Lower bound of availability, at least. */
  min_availability_low_ppm?: Integer | undefined;
}

/** The bands of AI. */
export interface PartialAiBands {
  /** Gold. */
  gold?: PartialAiBand | undefined;
  /** Silver. */
  silver?: PartialAiBand | undefined;
  /** Bronze. */
  bronze?: PartialAiBronze | undefined;
}

/** What bronze asks of AI: no evidence against the provider. */
export interface PartialAiBronze {
  /** Quality of results, at least. */
  min_qos_ppm?: Integer | undefined;
  /** 95th percentile of latency, at most. */
  max_p95_ms?: Integer | undefined;
  /** Failed jobs, at most. */
  max_fail_rate_ppm?: Integer | undefined;
  /** Upper bound of availability, at least. */
  min_availability_high_ppm?: Integer | undefined;
}

/** Who gets which job (SPEC §4). */
export interface PartialAssignmentPolicy {
  /** How providers are put in order. */
  strategy?: Strategy | undefined;
  /** What happens after a lease. */
  spread?: Spread | undefined;
  /** Stake beyond this adds no weight. */
  weight_cap?: Amount | undefined;
  /** From how many leases of a kind on shares are bounded; 0 is never. */
  diversity_min_leases?: Integer | undefined;
  /** Largest share of one operator. */
  max_operator_share_ppm?: Integer | undefined;
  /** Largest share of one region. */
  max_region_share_ppm?: Integer | undefined;
  /** Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own. */
  concurrency?: PartialPerKindCount | undefined;
  /** Units a provider may be given in an epoch. */
  units_per_epoch?: PartialPerKindUnits | undefined;
}

/** What the bands of each kind ask. */
export interface PartialBands {
  /** Of AI providers. */
  ai?: PartialAiBands | undefined;
  /** Of quantum providers. */
  quantum?: PartialQuantumBands | undefined;
}

/** Length and finality of epochs. */
export interface PartialEpochPolicy {
  /** Blocks of an epoch. */
  length_blocks?: Integer | undefined;
  /** Blocks after which a block is final. */
  finality_k?: Integer | undefined;
}

/** What counts as evidence of hardware, where evidence is verified (docs/spec/18-attestation.md). */
export interface PartialEvidenceRules {
  /** Workloads that are accepted. A class without any is off on a mainnet, and takes any workload elsewhere. */
  measurements?: PartialMeasurements | undefined;
  /** States of a platform that are accepted. */
  tcb_statuses?: ReadonlyArray<TcbStatus> | undefined;
  /** The least privileged level that may ask for an SEV-SNP report. */
  vmpl_max?: Integer | undefined;
  /** How long evidence counts at most, ms. */
  lifetime_ms?: Integer | undefined;
  /** Platform keys of Arm CCA that are trusted: points as in SEC 1. */
  cca_platform_keys?: ReadonlyArray<BytesLike> | undefined;
  /** The earliest time of issue of collateral that is accepted, ms since 1970; 0 is any. */
  collateral_from_ms?: Integer | undefined;
  /** The least `tcbEvaluationDataNumber` of Intel's collateral; 0 is any. */
  tcb_evaluation_min?: Integer | undefined;
  /** The least firmware of AMD's products; with a list, a product that it does not name is refused. */
  snp_tcb_min?: ReadonlyArray<SnpTcb> | undefined;
}

/** What an epoch may pay (SPEC §10). */
export interface PartialFundPolicy {
  /** Atoms an epoch may pay, before what was carried over. */
  budget_per_epoch?: Amount | undefined;
  /** What happens beyond it. */
  cap_policy?: CapPolicy | undefined;
  /** Caps by kind; null is none. */
  sub_caps?: PartialPerKindNullable | undefined;
  /** The part of the unspent budget that is carried over. */
  rollover_ppm?: Integer | undefined;
  /** The most that is. */
  max_carry?: Amount | undefined;
  /** Where penalties go. */
  slash_to?: SlashTo | undefined;
}

/** Where the budget comes from. */
export interface PartialFundRules {
  /** The source. */
  source?: FundSource | undefined;
  /** The most that a claim is paid, as a multiple of its job's fee; null is any price. */
  reward_per_fee_ppm?: Integer | null | undefined;
}

/** Who signs, and how. */
export interface PartialKeyRules {
  /** Whether a devnet, too, takes signed messages only; any other network does. */
  required?: boolean | undefined;
  /** Schemes that keys may have. */
  schemes?: ReadonlyArray<Scheme> | undefined;
  /** Blocks for which a message may count. */
  window_blocks?: Integer | undefined;
  /** Who may give the commands of an operator. */
  operators?: ReadonlyArray<Operator> | undefined;
}

/** Lease times (SPEC §5). */
export interface PartialLeasePolicy {
  /** How long a lease holds, ms. */
  duration_ms?: PartialPerKindCount | undefined;
  /** Within what an assignment is acknowledged, ms. */
  ack_timeout_ms?: Integer | undefined;
  /** The part of the lease after which it may be renewed. */
  renew_from_ppm?: Integer | undefined;
  /** What a renewal adds, as part of the lease. */
  renew_add_ppm?: Integer | undefined;
  /** How often. */
  max_renewals?: Integer | undefined;
}

/** What a lease asks of its holder. */
export interface PartialLeaseRules {
  /** Failed attempts in a row from which an epoch counts `lease_loss`; 0 is never. */
  failures_in_row_max?: Integer | undefined;
  /** Blocks after a completion in which it is proved and rated; hidden traps are revealed in the first half of them. */
  proof_blocks?: Integer | undefined;
  /** Stake for each lease of a kind that a provider holds at a time; 0 leaves the number of leases to the policy. */
  stake_per_lease?: PartialPerKindAtoms | undefined;
}

/** What a network chooses beyond its policy. */
export interface PartialMarket {
  /** Who providers are, and that they are there. */
  registry?: PartialRegistryRules | undefined;
  /** What requesters may ask. */
  requests?: PartialRequestRules | undefined;
  /** What a lease asks of its holder. */
  leases?: PartialLeaseRules | undefined;
  /** How penalties are applied. */
  penalties?: PartialPenaltyRules | undefined;
  /** Where the budget comes from. */
  fund?: PartialFundRules | undefined;
  /** How money leaves. */
  withdrawals?: PartialWithdrawalRules | undefined;
  /** Who signs, and how. */
  keys?: PartialKeyRules | undefined;
  /** What counts as evidence of hardware. */
  attestation?: PartialEvidenceRules | undefined;
}

/** Workloads of each class, as the bytes of their measurements. */
export interface PartialMeasurements {
  /** MRENCLAVE. */
  sgx?: ReadonlyArray<BytesLike> | undefined;
  /** MRTD. */
  tdx?: ReadonlyArray<BytesLike> | undefined;
  /** MEASUREMENT. */
  sev_snp?: ReadonlyArray<BytesLike> | undefined;
  /** The realm's initial measurement. */
  cca?: ReadonlyArray<BytesLike> | undefined;
}

/** Samples from which a dimension counts. */
export interface PartialMinSamples {
  /** Trap shots. */
  traps?: Integer | undefined;
  /** Jobs. */
  qos?: Integer | undefined;
  /** Jobs. */
  latency?: Integer | undefined;
  /** Heartbeats, offers and jobs. */
  availability?: Integer | undefined;
}

/** How bad each offence is. */
export interface PartialOffencePolicy {
  /** Attestation that does not verify. */
  attestation_invalid?: Severity | undefined;
  /** Two signed results for one lease. */
  equivocation?: Severity | undefined;
  /** A result or proof used before. */
  replay?: Severity | undefined;
  /** A lease that ran out. */
  lease_loss?: Severity | undefined;
  /** Heartbeats that stayed out. */
  heartbeat_miss?: Severity | undefined;
}

/** How penalties are applied. */
export interface PartialPenaltyRules {
  /** Epochs between the judgement and the penalty, in which it can be cancelled. */
  delay_epochs?: Integer | undefined;
  /** Epochs over which slashed providers are counted; 0 leaves correlation out. */
  correlation_epochs?: Integer | undefined;
  /** The share of providers slashed in them from which penalties grow. */
  correlation_from_ppm?: Integer | undefined;
  /** How they grow: by this times the share. */
  correlation_factor_ppm?: Integer | undefined;
  /** The part of a penalty that goes to who proved the offence. */
  reporter_reward_ppm?: Integer | undefined;
  /** The part of an epoch's earnings that repays a debt. */
  clawback_ppm?: Integer | undefined;
}

/** One value for each kind. */
export interface PartialPerKindAtoms {
  /** For AI jobs. */
  ai?: Amount | undefined;
  /** For quantum jobs. */
  quantum?: Amount | undefined;
}

/** One value for each kind. */
export interface PartialPerKindCount {
  /** For AI jobs. */
  ai?: Integer | undefined;
  /** For quantum jobs. */
  quantum?: Integer | undefined;
}

/** One value for each kind. */
export interface PartialPerKindNullable {
  /** For AI jobs. */
  ai?: Amount | null | undefined;
  /** For quantum jobs. */
  quantum?: Amount | null | undefined;
}

/** One value for each kind. */
export interface PartialPerKindPricingPolicy {
  /** For AI jobs. */
  ai?: PartialPricingPolicy | undefined;
  /** For quantum jobs. */
  quantum?: PartialPricingPolicy | undefined;
}

/** One value for each kind. */
export interface PartialPerKindSplitPolicy {
  /** For AI jobs. */
  ai?: PartialSplitPolicy | undefined;
  /** For quantum jobs. */
  quantum?: PartialSplitPolicy | undefined;
}

/** One value for each kind. */
export interface PartialPerKindUnits {
  /** For AI jobs. */
  ai?: Amount | undefined;
  /** For quantum jobs. */
  quantum?: Amount | undefined;
}

/** Everything a network may choose. */
export interface PartialPolicy {
  /** Length and finality of epochs. */
  epoch?: PartialEpochPolicy | undefined;
  /** Order, lifetime and memory of the queue. */
  queue?: PartialQueuePolicy | undefined;
  /** Lease times. */
  lease?: PartialLeasePolicy | undefined;
  /** Attempts and backoff. */
  retry?: PartialRetryPolicy | undefined;
  /** Who may work. */
  registry?: PartialRegistryPolicy | undefined;
  /** Who gets which job. */
  assignment?: PartialAssignmentPolicy | undefined;
  /** What a unit costs. */
  pricing?: PartialPerKindPricingPolicy | undefined;
  /** How a payout is divided. */
  split?: PartialPerKindSplitPolicy | undefined;
  /** What an epoch may pay. */
  fund?: PartialFundPolicy | undefined;
  /** Quality windows and bands. */
  sla?: PartialSlaPolicy | undefined;
  /** Penalties. */
  slashing?: PartialSlashingPolicy | undefined;
  /** Quantum trap circuits. */
  traps?: PartialTrapsPolicy | undefined;
}

/** The price of one kind (SPEC §6). */
export interface PartialPricingPolicy {
  /** Rates by total units. */
  tiers?: ReadonlyArray<Tier> | undefined;
  /** How the tiers apply. */
  tiering?: Tiering | undefined;
  /** Never less, unless nothing. */
  min_reward?: Amount | undefined;
  /** Never more. */
  max_reward?: Amount | undefined;
  /** The one rounding. */
  rounding?: PriceRounding | undefined;
  /** Multipliers by utilization. */
  surge?: ReadonlyArray<SurgeBin> | undefined;
}

/** The weights and half points of the rank (SPEC §3). */
export interface PartialPriorityPolicy {
  /** Weight of the fee. */
  w_fee_ppm?: Integer | undefined;
  /** Weight of an age unit. */
  w_age_ppm?: Integer | undefined;
  /** Weight of smallness. */
  w_size_ppm?: Integer | undefined;
  /** Weight of the tier. */
  w_tier_ppm?: Integer | undefined;
  /** The fee that counts half. */
  fee_half?: Amount | undefined;
  /** The size that counts half. */
  size_half_bytes?: Integer | undefined;
  /** The unit in which age counts. */
  age_unit_ms?: Integer | undefined;
  /** What each tier is worth. */
  tiers_ppm?: Record<string, Integer> | undefined;
}

/** The multiplier each band pays. */
export interface PartialQualityPolicy {
  /** Gold. */
  gold?: Integer | undefined;
  /** Silver. */
  silver?: Integer | undefined;
  /** Bronze. */
  bronze?: Integer | undefined;
  /** Fail. */
  fail?: Integer | undefined;
}

/** What gold and silver ask of quantum. */
export interface PartialQuantumBand {
  /** 95th percentile of latency, at most. */
  max_p95_ms?: Integer | undefined;
  /** Failed jobs, at most. */
  max_fail_rate_ppm?: Integer | undefined;
  /** Share of shots that are traps, at least. */
  min_coverage_ppm?: Integer | undefined;
  /** Lower bound of availability, at least. */
  min_availability_low_ppm?: Integer | undefined;
}

/** The bands of quantum. */
export interface PartialQuantumBands {
  /** Gold. */
  gold?: PartialQuantumBand | undefined;
  /** Silver. */
  silver?: PartialQuantumBand | undefined;
  /** Bronze. */
  bronze?: PartialQuantumBronze | undefined;
}

/** What bronze asks of quantum. */
export interface PartialQuantumBronze {
  /** 95th percentile of latency, at most. */
  max_p95_ms?: Integer | undefined;
  /** Failed jobs, at most. */
  max_fail_rate_ppm?: Integer | undefined;
  /** Share of shots that are traps, at least. */
  min_coverage_ppm?: Integer | undefined;
  /** Upper bound of availability, at least. */
  min_availability_high_ppm?: Integer | undefined;
}

/** Order, lifetime and memory of the queue. */
export interface PartialQueuePolicy {
  /** SPEC §3. */
  priority?: PartialPriorityPolicy | undefined;
  /** From enqueue to expiry, ms. */
  job_ttl_ms?: PartialPerKindCount | undefined;
  /** From the first lease to expiry, ms. */
  attempts_ttl_ms?: Integer | undefined;
  /** How long a finished job is remembered, ms. */
  tombstone_ms?: Integer | undefined;
}

/** Who may work (SPEC §4). */
export interface PartialRegistryPolicy {
  /** Stake a kind needs. */
  min_stake?: PartialPerKindAtoms | undefined;
  /** Health a job needs. */
  min_health_ppm?: Integer | undefined;
  /** Whether a provider without attestation is refused. */
  require_attestation?: boolean | undefined;
  /** If not empty, only these work. */
  allow?: ReadonlyArray<string> | undefined;
  /** These never work. */
  deny?: ReadonlyArray<string> | undefined;
}

/** Who providers are, and that they are there. */
export interface PartialRegistryRules {
  /** Whether a provider's id must be the hash of its first key. */
  key_bound_ids?: boolean | undefined;
  /** Epochs that must begin after stake came before it may begin to leave. */
  stake_lock_epochs?: Integer | undefined;
  /** Blocks within which a heartbeat is expected; 0 is never. */
  beat_blocks?: Integer | undefined;
  /** Blocks of silence, beyond what is expected, that halve the health. */
  health_half_life_blocks?: Integer | undefined;
  /** Beats missed in a row from which an epoch counts `heartbeat_miss`; 0 is never. */
  missed_beats_max?: Integer | undefined;
}

/** What requesters may ask. */
export interface PartialRequestRules {
  /** Whether fees come from a deposit of the requester instead of the chain at enqueue. */
  prepaid?: boolean | undefined;
  /** Largest payload. */
  payload_bytes_max?: Integer | undefined;
  /** Most units of one job. */
  units_max?: PartialPerKindUnits | undefined;
  /** Widest circuit. */
  qubits_max?: Integer | undefined;
  /** Deepest circuit. */
  depth_max?: Integer | undefined;
  /** Least fee of a job. */
  fee_min?: Amount | undefined;
  /** The span of the two limits that follow. */
  window_ms?: Integer | undefined;
  /** Jobs of one requester in a span; 0 is any number. */
  jobs_per_window?: Integer | undefined;
  /** Units of one requester in a span; 0 is any number. */
  units_per_window?: Amount | undefined;
  /** Jobs of one requester that wait or run at a time; 0 is any number. */
  queued_max?: Integer | undefined;
  /** Largest share of the leases of a kind that one requester holds while others wait. */
  fair_share_ppm?: Integer | undefined;
  /** From how many leases of a kind on the share is bounded; 0 is never. */
  fair_min_leases?: Integer | undefined;
  /** The part of the fee that the provider has when its requester cancels an assigned job. */
  cancel_fee_ppm?: Integer | undefined;
  /** Whether a quantum job must commit to hidden traps. */
  traps_required?: boolean | undefined;
}

/** Attempts and backoff (SPEC §5). */
export interface PartialRetryPolicy {
  /** How many attempts a job has. */
  max_attempts?: Integer | undefined;
  /** First delay, ms. */
  base_ms?: PartialPerKindCount | undefined;
  /** Growth of the delay. */
  factor?: Integer | undefined;
  /** Longest delay before jitter, ms. */
  cap_ms?: Integer | undefined;
}

/** What each severity costs. */
export interface PartialSeverities {
  /** Minor. */
  minor?: PartialSeverityCost | undefined;
  /** Major. */
  major?: PartialSeverityCost | undefined;
  /** Critical. */
  critical?: PartialSeverityCost | undefined;
}

/** What a severity costs. */
export interface PartialSeverityCost {
  /** Atoms. */
  penalty?: Amount | undefined;
  /** Epochs without new work. */
  cooldown_epochs?: Integer | undefined;
  /** Epochs in jail. */
  jail_epochs?: Integer | undefined;
}

/** Quality windows and bands (SPEC §8). */
export interface PartialSlaPolicy {
  /** Confidence of the Wilson bounds. */
  z_ppm?: Integer | undefined;
  /** Upper edges of the latency bins, ms. */
  edges_ms?: ReadonlyArray<Integer> | undefined;
  /** Jobs in the short window. */
  short_jobs?: Integer | undefined;
  /** Jobs in the long window. */
  long_jobs?: Integer | undefined;
  /** Jobs from which a window counts. */
  min_samples?: Integer | undefined;
  /** Weight of the short window. */
  w_short_ppm?: Integer | undefined;
  /** Weight of the long window. */
  w_long_ppm?: Integer | undefined;
  /** Weight of heartbeats in availability. */
  w_heartbeats_ppm?: Integer | undefined;
  /** Weight of offers accepted. */
  w_offers_ppm?: Integer | undefined;
  /** Weight of timely completions. */
  w_timely_ppm?: Integer | undefined;
  /** The band of who has no window yet. */
  provisional_band?: Band | undefined;
  /** What each band asks. */
  bands?: PartialBands | undefined;
  /** What each band pays. */
  quality_ppm?: PartialQualityPolicy | undefined;
}

/** From where each dimension is how bad. */
export interface PartialSlashBands {
  /** Failed traps. */
  traps?: ReadonlyArray<AbovePpm> | undefined;
  /** Quality. */
  qos?: ReadonlyArray<BelowPpm> | undefined;
  /** 95th percentile of latency. */
  latency?: ReadonlyArray<AboveMs> | undefined;
  /** High availability. */
  availability?: ReadonlyArray<BelowPpm> | undefined;
}

/** Penalties (SPEC §9). */
export interface PartialSlashingPolicy {
  /** From where each dimension is how bad. */
  bands?: PartialSlashBands | undefined;
  /** Samples from which a dimension counts. */
  min_samples?: PartialMinSamples | undefined;
  /** What each severity costs. */
  severity?: PartialSeverities | undefined;
  /** How bad each offence is. */
  offences?: PartialOffencePolicy | undefined;
  /** Epochs in which offences count as repeated. */
  window_epochs?: Integer | undefined;
  /** Multipliers by earlier offences, the last one repeats. */
  multipliers_ppm?: ReadonlyArray<Integer> | undefined;
  /** The most an epoch costs one provider. */
  max_penalty_per_epoch?: Amount | undefined;
}

/** How a payout of one kind is divided (SPEC §7). */
export interface PartialSplitPolicy {
  /** The provider's part. */
  provider?: Integer | undefined;
  /** The miner's part. */
  miner?: Integer | undefined;
  /** The treasury's part. */
  treasury?: Integer | undefined;
}

/** Quantum trap circuits (SPEC §12). */
export interface PartialTrapsPolicy {
  /** Lower bound of the hits, at least. */
  min_pass_ppm?: Integer | undefined;
  /** Shots over all traps, at least. */
  min_shots?: Integer | undefined;
  /** Circuits. */
  count?: Integer | undefined;
}

/** How money leaves. */
export interface PartialWithdrawalRules {
  /** From the request to the payment, ms; it can be cancelled until then. */
  delay_ms?: Integer | undefined;
  /** Between two requests of a payee, ms. */
  cooldown_ms?: Integer | undefined;
  /** Most a payee requests in an epoch; null is any amount. */
  payee_epoch_max?: Amount | null | undefined;
  /** Most all payees request in an epoch; null is any amount. */
  total_epoch_max?: Amount | null | undefined;
}

/** What a batch says of one payee. */
export interface PayeePart {
  /** A provider or a miner. */
  payee: string;
  /** Its lines in this batch, by index. */
  lines: ReadonlyArray<ReceiptLine>;
  /** Absent for one that was never paid. */
  balance?: ReceiptBalance | undefined;
}

/** Who takes money out. */
export type PayeeRole =
  | "provider"
  | "miner";

/** What is paid for a claim. */
export interface PayoutLine {
  /** The claim. */
  claim_key: Uint8Array;
  /** Who did the work. */
  provider_id: string;
  /** Who included the proof. */
  miner: string;
  /** The kind of work. */
  kind: Kind;
  /** The price, or what was still owed. */
  gross: bigint;
  /** What the epoch pays of it. */
  payable: bigint;
  /** The provider's share. */
  provider: bigint;
  /** The miner's share. */
  miner_share: bigint;
  /** The treasury's share. */
  treasury: bigint;
  /** What penalties take from the provider's share. */
  penalty: bigint;
  /** What is left of it. */
  net_provider: bigint;
}

/** A payout line of SPEC §10.4, as it is read. */
export interface PayoutRecord {
  claim_key: BytesLike;
  provider_id: string;
  miner: string;
  kind: Kind;
  gross: Amount;
  payable: Amount;
  provider: Amount;
  miner_share: Amount;
  treasury: Amount;
  penalty: Amount;
  net_provider: Amount;
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

/** One value for each kind. */
export interface PerKindAtoms {
  /** For AI jobs. */
  ai: bigint;
  /** For quantum jobs. */
  quantum: bigint;
}

/** One value for each kind. */
export interface PerKindCount {
  /** For AI jobs. */
  ai: number;
  /** For quantum jobs. */
  quantum: number;
}

/** One value for each kind. */
export interface PerKindCountInput {
  /** For AI jobs. */
  ai: Integer;
  /** For quantum jobs. */
  quantum: Integer;
}

/** One value for each kind. */
export interface PerKindNullable {
  /** For AI jobs. */
  ai: bigint | null;
  /** For quantum jobs. */
  quantum: bigint | null;
}

/** One value for each kind. */
export interface PerKindPricingPolicy {
  /** For AI jobs. */
  ai: PricingPolicy;
  /** For quantum jobs. */
  quantum: PricingPolicy;
}

/** One value for each kind. */
export interface PerKindSplitPolicy {
  /** For AI jobs. */
  ai: SplitPolicy;
  /** For quantum jobs. */
  quantum: SplitPolicy;
}

/** One value for each kind. */
export interface PerKindUnits {
  /** For AI jobs. */
  ai: bigint;
  /** For quantum jobs. */
  quantum: bigint;
}

/** One value for each kind. */
export interface PerKindUnitsInput {
  /** For AI jobs. */
  ai: Amount;
  /** For quantum jobs. */
  quantum: Amount;
}

/** A provider as `matching.permute` is given it. */
export interface PermuteProvider {
  id: string;
  stake: Amount;
  health_ppm: Integer;
}

/** Output of `policy.check`. */
export interface PolicyCheckOutput {
  /** The policy with every field. */
  policy: PolicyRecord;
  /** Its hash. */
  policy_hash: Uint8Array;
}

/** Output of `policy.lint`. */
export interface PolicyLintOutput {
  /** By code, then by path. */
  findings: Array<Finding>;
  /** The policy's hash. */
  policy_hash: Uint8Array;
  /** The hash of the market rules. */
  market_hash: Uint8Array;
}

/** Everything a network may choose. */
export interface PolicyRecord {
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
  pricing: PerKindPricingPolicy;
  /** How a payout is divided. */
  split: PerKindSplitPolicy;
  /** What an epoch may pay. */
  fund: FundPolicy;
  /** Quality windows and bands. */
  sla: SlaPolicy;
  /** Penalties. */
  slashing: SlashingPolicy;
  /** Quantum trap circuits. */
  traps: TrapsPolicy;
}

/** The one rounding of a price (SPEC §6). */
export type PriceRounding =
  | "floor"
  | "half_even";

/** The price of one kind (SPEC §6). */
export interface PricingPolicy {
  /** Rates by total units. */
  tiers: Array<Tier>;
  /** How the tiers apply. */
  tiering: Tiering;
  /** Never less, unless nothing. */
  min_reward: bigint;
  /** Never more. */
  max_reward: bigint;
  /** The one rounding. */
  rounding: PriceRounding;
  /** Multipliers by utilization. */
  surge: Array<SurgeBin>;
}

/** The price of some work. */
export interface PricingQuoteOutput {
  /** By the tiers alone. */
  base: bigint;
  /** With the multipliers, within the reward bounds. */
  gross: bigint;
}

/** Output of `pricing.surge`. */
export interface PricingSurgeOutput {
  /** The multiplier at this utilization. */
  surge_ppm: number;
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
  fee_half: bigint;
  /** The size that counts half. */
  size_half_bytes: number;
  /** The unit in which age counts. */
  age_unit_ms: number;
  /** What each tier is worth. */
  tiers_ppm: Record<string, number>;
}

/** Output of `priority.rank`. */
export interface PriorityRankOutput {
  /** The jobs in queue order. */
  jobs: Array<JobRank>;
}

/** Output of `proof.body`. */
export interface ProofBodyOutput {
  /** What makes it count once. */
  nullifier: Uint8Array;
  /** What the provider signs. */
  message: Uint8Array;
  /** The proof's bytes, where the signature was given. */
  body: Uint8Array | null;
}

/** What a proof says, by its kind. */
export type ProofClaim =
  | { ai: {
    /** The network it is for. */
    network_id: BytesLike;
    /** The last block that the provider knew. */
    height: Integer;
    /** The job. */
    task_id: BytesLike;
    /** Under which lease it was done. */
    lease_id: BytesLike;
    /** By whom. */
    provider_id: string;
    /** The digest of the result. */
    result_digest: BytesLike;
    /** What was measured. */
    metrics: AiMetrics;
    /** SHA3-256 of the evidence that it stands on: the provider's attestation first, then trap receipts. */
    evidence: ReadonlyArray<BytesLike>;
  } }
  | { quantum: {
    /** The network it is for. */
    network_id: BytesLike;
    /** The last block that the provider knew. */
    height: Integer;
    /** The job. */
    task_id: BytesLike;
    /** Under which lease it was done. */
    lease_id: BytesLike;
    /** By whom. */
    provider_id: string;
    /** The digest of the result. */
    result_digest: BytesLike;
    /** What was measured. */
    metrics: QuantumMetrics;
    /** SHA3-256 of the evidence that it stands on: the provider's attestation first, then trap receipts. */
    evidence: ReadonlyArray<BytesLike>;
  } };

/** Where a provider stands with the network; only an active one gets work. */
export type ProviderStatus =
  | "registered"
  | "active"
  | "jailed"
  | "suspended"
  | "retired";

/** Quality of the epoch. */
export interface QosMetric {
  /** Mean quality. */
  score_ppm: Integer;
  /** Jobs. */
  samples: Integer;
}

/** Output of `qpu.verify`. */
export interface QpuVerifyOutput {
  /** Whether the device is who it says, and is a quantum computer. */
  valid: boolean;
  /** Why not. */
  reason: AttestationReason | null;
  /** What the traps prove. */
  traps: Verified;
  /** Until when the certificates hold; 0 for what is not valid. */
  not_after_ms: number;
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

/** The bands of quantum. */
export interface QuantumBands {
  /** Gold. */
  gold: QuantumBand;
  /** Silver. */
  silver: QuantumBand;
  /** Bronze. */
  bronze: QuantumBronze;
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

/** What is measured of quantum work. */
export interface QuantumMetrics {
  /** Units used. */
  units: Amount;
  /** Share of shots that were traps. */
  traps_ratio_ppm: Integer;
  /** Trap shots. */
  trap_shots: Integer;
  /** Trap shots that came out wrong. */
  trap_failures: Integer;
}

/** Order, lifetime and memory of the queue. */
export interface QueuePolicy {
  /** SPEC §3. */
  priority: PriorityPolicy;
  /** From enqueue to expiry, ms. */
  job_ttl_ms: PerKindCount;
  /** From the first lease to expiry, ms. */
  attempts_ttl_ms: number;
  /** How long a finished job is remembered, ms. */
  tombstone_ms: number;
}

/** A job as `priority.rank` is given it. */
export interface RankJob {
  task_id: BytesLike;
  fee: Amount;
  size_bytes: Integer;
  tier: string;
  enqueue_ms: Integer;
}

/** A receipt. */
export interface Receipt {
  /** The header and its id. */
  batch: BatchInput;
  /** Who stands for it. */
  signed: BatchSignature;
  /** In a payee's receipt. */
  payee?: PayeePart | undefined;
}

/** What a payee was ever paid. */
export interface ReceiptBalance {
  /** Where it stands, by payee. */
  index: Integer;
  /** By all batches up to this one. */
  cumulative_paid: Amount;
  /** That it is under `balances_root`. */
  proof: ReadonlyArray<BytesLike>;
}

/** One of a payee's lines: claim and payout stand at the same index of trees of the same size. */
export interface ReceiptLine {
  /** Where both stand, by claim_key. */
  index: Integer;
  /** What was claimed. */
  claim: ClaimRecord;
  /** That it is under `claims_root`. */
  claim_proof: ReadonlyArray<BytesLike>;
  /** What is paid. */
  payout: PayoutRecord;
  /** That it is under `payouts_root`. */
  payout_proof: ReadonlyArray<BytesLike>;
}

/** Output of `receipt.verify`. */
export interface ReceiptVerifyOutput {
  /** Whether everything in it is proven. */
  valid: boolean;
  /** The first thing that is not. */
  reason?: Fault | undefined;
  /** The index of the line at fault. */
  line?: number | undefined;
  /** Of a payee's receipt that is valid: what its lines pay it, net. */
  paid?: bigint | undefined;
  /** And what it was ever paid. */
  cumulative_paid?: bigint | undefined;
}

/** Who may work (SPEC §4). */
export interface RegistryPolicy {
  /** Stake a kind needs. */
  min_stake: PerKindAtoms;
  /** Health a job needs. */
  min_health_ppm: number;
  /** Whether a provider without attestation is refused. */
  require_attestation: boolean;
  /** If not empty, only these work. */
  allow: Array<string>;
  /** These never work. */
  deny: Array<string>;
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

/** What an entry came to. */
export interface ReplayedEntry {
  /** How it ended. */
  status: EntryStatus;
  /** The root after it. */
  state_root: Uint8Array;
}

/** What requesters may ask. */
export interface RequestRules {
  /** Whether fees come from a deposit of the requester instead of the chain at enqueue. */
  prepaid: boolean;
  /** Largest payload. */
  payload_bytes_max: number;
  /** Most units of one job. */
  units_max: PerKindUnits;
  /** Widest circuit. */
  qubits_max: number;
  /** Deepest circuit. */
  depth_max: number;
  /** Least fee of a job. */
  fee_min: bigint;
  /** The span of the two limits that follow. */
  window_ms: number;
  /** Jobs of one requester in a span; 0 is any number. */
  jobs_per_window: number;
  /** Units of one requester in a span; 0 is any number. */
  units_per_window: bigint;
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

/** Why a job went back to the queue or ended. */
export type RequeueCause =
  | "ack_timeout"
  | "lease_expired"
  | "provider_failed"
  | "invalid_proof"
  | "declined"
  | "provider_removed"
  | "time_to_live"
  | "no_attempts_left"
  | "requester"
  | "not_proved"
  | "traps_failed";

/** What a result is worth, as measured. Only an open devnet believes all of it; elsewhere the units count, and the quality is what requesters say and revealed traps show. */
export interface ResultMetrics {
  /** Units used; at most what was asked. */
  units: Amount;
  /** Quality of the result (AI). */
  qos_ppm?: Integer | undefined;
  /** Share of shots that were traps (quantum). */
  coverage_ppm?: Integer | undefined;
  /** Whether the traps held together (quantum). */
  integrity_ok?: boolean | undefined;
  /** Trap shots (quantum). */
  trap_shots?: Integer | undefined;
  /** Trap shots that failed (quantum). */
  trap_failures?: Integer | undefined;
}

/** Output of `retry.delay`. */
export interface RetryDelayOutput {
  /** What the job waits, jitter included; the jitter may pass the cap. */
  delay_ms: number;
  /** The jitter. */
  jitter_ppm: number;
}

/** Attempts and backoff (SPEC §5). */
export interface RetryPolicy {
  /** How many attempts a job has. */
  max_attempts: number;
  /** First delay, ms. */
  base_ms: PerKindCount;
  /** Growth of the delay. */
  factor: number;
  /** Longest delay before jitter, ms. */
  cap_ms: number;
}

/** On whose behalf a signer speaks. */
export type Role =
  | "provider"
  | "operator";

/** How a signature is made and checked. */
export type Scheme =
  | "ml-dsa-65"
  | "dilithium3"
  | "dilithium3-ipd"
  | "slh-dsa-shake-128s";

/** A key that seals batches. */
export interface SequencerKey {
  /** The signature scheme. */
  scheme: Scheme;
  /** The public key, of the scheme's size. */
  public_key: Uint8Array;
}

/** A key that seals batches. */
export interface SequencerKeyInput {
  /** The signature scheme. */
  scheme: Scheme;
  /** The public key, of the scheme's size. */
  public_key: BytesLike;
}

/** A penalty. Of several with the same provider and reason the largest counts. */
export interface SettleSlash {
  /** Who pays. */
  provider_id: string;
  /** How much. */
  amount: Amount;
  /** For what. */
  reason: string;
}

/** The record that [`Settled`] writes itself as. */
export interface SettlementSettleOutput {
  /** The header and its id. */
  batch: Batch;
  /** The payout lines, in claim_key order. */
  lines: Array<PayoutLine>;
  /** What the stake of a provider pays beyond its shares; zeros left out. */
  provider_debits: Record<string, bigint>;
  /** What nothing is left for; zeros left out. */
  provider_debts: Record<string, bigint>;
  /** What every miner with a line gets. */
  miner_totals: Record<string, bigint>;
  /** What every provider with a line gets, net of penalties. */
  provider_totals: Record<string, bigint>;
  /** What every payee was ever paid, this batch included. */
  balances: Record<string, bigint>;
  /** What waits for a later epoch, in pay order. */
  deferred: Array<DeferredLine>;
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

/** How bad an offence is (SPEC §9), mildest first. */
export type Severity =
  | "minor"
  | "major"
  | "critical";

/** What a severity costs. */
export interface SeverityCost {
  /** Atoms. */
  penalty: bigint;
  /** Epochs without new work. */
  cooldown_epochs: number;
  /** Epochs in jail. */
  jail_epochs: number;
}

/** Output of `signature.verify`. */
export interface SignatureVerifyOutput {
  /** Whether the signature holds. */
  valid: boolean;
}

/** What a provider signed, as evidence gives it. */
export type SignedStatement =
  | { completion: {
    /** As what. */
    role: Role;
    /** The provider's id, or the operator's name. */
    signer: string;
    /** Above that of every message of this signer before. */
    nonce: Integer;
    /** The last block in which the message counts. */
    expires_height: Integer;
    /** The command as CBOR. */
    command: BytesLike;
    /** By the signer's key. */
    signature: BytesLike;
  } }
  | { proof: {
  } };

/** What the windows of a provider are worth. */
export interface SlaEvaluateOutput {
  /** The best band whose conditions all hold. */
  band: Band;
  /** The multiplier it pays. */
  quality_ppm: number;
  /** Jobs of the longest window that counted; 0 for none. */
  samples_used: number;
  /** What was compared with the bands. */
  metrics: SlaMetrics;
}

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

/** Output of `sla.p95`. */
export interface SlaP95Output {
  /** The percentile; null for no samples. */
  p95_ms: number | null;
}

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

/** Output of `sla.wilson`. */
export interface SlaWilsonOutput {
  /** The lower bound. */
  lower_ppm: number;
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

/** What a slash is for: a dimension of the metrics or an offence, by its name. */
export type SlashCause =
  | "traps"
  | "qos"
  | "latency"
  | "availability"
  | "attestation_invalid"
  | "equivocation"
  | "replay"
  | "lease_loss"
  | "heartbeat_miss";

/** Where collected penalties go (SPEC §10). */
export type SlashTo =
  | "treasury"
  | "burn";

/** What the epoch costs, and why. */
export interface SlashingDecideOutput {
  /** None, warning or slash. */
  decision: Verdict;
  /** Taken from the stake. */
  penalty: bigint;
  /** Epochs without new work. */
  cooldown_epochs: number;
  /** Epochs in jail. */
  jail_epochs: number;
  /** What is left of the stake. */
  stake_after: bigint;
  /** Each dimension that was measured. */
  dimensions: Dimensions;
  /** How bad; only of a slash. */
  severity?: Severity | undefined;
  /** What for; only of a slash. */
  dimension?: SlashCause | undefined;
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
  max_penalty_per_epoch: bigint;
}

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

/** The least firmware of an AMD product. A component that a product does not have is not compared. */
export interface SnpTcbInput {
  /** The product: `Milan`, `Genoa` or `Turin`. */
  product: string;
  /** Firmware of the FMC, which products from Turin on have. */
  fmc: Integer;
  /** The boot loader. */
  boot_loader: Integer;
  /** The operating system of the secure processor. */
  tee: Integer;
  /** The SNP firmware. */
  snp: Integer;
  /** The microcode. */
  microcode: Integer;
}

/** The three parts of a payout; they sum to it. */
export interface SplitApplyOutput {
  /** Who did the work. */
  provider: bigint;
  /** Who included the proof. */
  miner: bigint;
  /** The rest. */
  treasury: bigint;
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

/** What happens to a provider that got a lease (SPEC §4). */
export type Spread =
  | "round_robin"
  | "pack"
  | "proportional";

/** How providers are put in order for a dispatch (SPEC §4). */
export type Strategy =
  | "shuffle"
  | "weighted"
  | "score";

/** A multiplier that holds from a utilization on. */
export interface SurgeBin {
  /** From here on. */
  utilization_ppm_gte: number;
  /** Times this. */
  multiplier_ppm: number;
}

/** What is to be hashed: one key, which names the tag, and the items of its list. */
export type TaggedItems =
  | { match: {
    chain_id: Integer;
    epoch: Integer;
    height: Integer;
    beacon: BytesLike;
  } }
  | { tie: {
    seed: BytesLike;
    provider_id: string;
  } }
  | { draw: {
    seed: BytesLike;
    task_id: BytesLike;
  } }
  | { lease: {
    task_id: BytesLike;
    provider_id: string;
    attempt: Integer;
    seed: BytesLike;
  } }
  | { retry: {
    task_id: BytesLike;
    attempt: Integer;
  } }
  | { claim: {
    task_id: BytesLike;
    block_height: Integer;
    nullifier: BytesLike;
  } }
  | { receipt: {
    batch_id: BytesLike;
  } }
  | { traps: {
    task_id: BytesLike;
    beacon: BytesLike;
    index: Integer;
  } }
  | { trap_seed: {
    seed: BytesLike;
  } }
  | { trap_places: {
    commitment: BytesLike;
    seed: BytesLike;
  } }
  | { trap_programs: {
    programs: ReadonlyArray<BytesLike>;
  } }
  | { state: {
    state_root: BytesLike;
    seq: Integer;
    entry_hash: BytesLike;
    status: Integer;
    write_set_hash: BytesLike;
  } }
  | { provider: {
    public_key: BytesLike;
  } }
  | { rotate: {
    network_id: BytesLike;
    provider_id: string;
    old_key_hash: BytesLike;
    public_key: BytesLike;
  } }
  | { rotate_scheme: {
    network_id: BytesLike;
    provider_id: string;
    old_key_hash: BytesLike;
    scheme: string;
    public_key: BytesLike;
  } }
  | { message: {
    network_id: BytesLike;
    role: Role;
    signer: string;
    nonce: Integer;
    expires_height: Integer;
    command: BytesLike;
  } }
  | { operator: {
    scheme: string;
    public_key: BytesLike;
  } }
  | { operates: {
    network_id: BytesLike;
    provider_id: string;
    operator: string;
  } }
  | { attest: {
    chain_id: Integer;
    provider_id: string;
    public_key: BytesLike;
  } }
  | { sealed: {
    shared_secret: BytesLike;
    encapsulation_key_hash: BytesLike;
    ciphertext: BytesLike;
  } }
  | { qpu: {
    chain_id: Integer;
    provider_id: string;
    public_key: BytesLike;
    receipt: TrapReceipt;
  } }
  | { nullifier: {
    kind: Kind;
    provider_id: string;
    task_id: BytesLike;
    result_digest: BytesLike;
  } }
  | { proof: {
    claim: ProofClaim;
    nullifier: BytesLike;
  } }
  | { messages: {
    command_hashes: ReadonlyArray<BytesLike>;
  } }
  | { sealed_batch: {
    network_id: BytesLike;
    number: Integer;
    previous: BytesLike;
    block_height: Integer;
    block_hash: BytesLike;
    time_ms: Integer;
    messages: Integer;
    messages_digest: BytesLike;
    state_root: BytesLike;
  } }
  | { snapshot: {
    network_id: BytesLike;
    number: Integer;
    batch_hash: BytesLike;
    seq: Integer;
    state_root: BytesLike;
    state_digest: BytesLike;
  } }
  | { ticket: {
    network_id: BytesLike;
    command: BytesLike;
  } }
  | { devnet_beacon: {
    seed: Integer;
    fork: Integer;
    height: Integer;
  } }
  | { batch: {
    /** The chain whose blocks the claims come from. */
    chain_id: Integer;
    /** The epoch. */
    epoch: Integer;
    /** Its first block. */
    height_start: Integer;
    /** Its last block. */
    height_end: Integer;
    /** How many claim lines, and as many payout lines, there are. */
    claims_count: Integer;
    /** Their root, by claim_key. */
    claims_root: BytesLike;
    /** The root of the payout lines, by claim_key. */
    payouts_root: BytesLike;
    /** How many payees were ever paid. */
    balances_count: Integer;
    /** The root of their balances, by payee. */
    balances_root: BytesLike;
    /** How many claims wait. */
    deferred_count: Integer;
    /** Their root, in pay order. */
    deferred_root: BytesLike;
    /** How many providers owe more than their shares. */
    debits_count: Integer;
    /** Their root, by provider id. */
    debits_root: BytesLike;
    /** The sums. */
    totals: TotalsInput;
    /** What the epoch could pay, the carry included. */
    budget: Amount;
    /** What the next epoch may pay on top of its own budget. */
    carry_next: Amount;
    /** The policy that was applied. */
    policy_hash: BytesLike;
    /** The batch before this one. */
    prev_batch_id: BytesLike;
  } };

/** How often something went well, of how often it was tried. */
export interface Tally {
  /** Well. */
  ok: Integer;
  /** Tried. */
  total: Integer;
}

/** Output of `task_id.derive`. */
export interface TaskIdDeriveOutput {
  /** The id. */
  task_id: Uint8Array;
  /** The payload's bytes, as hashed. */
  payload: Uint8Array;
}

/** The state of a platform's trusted computing base. */
export type TcbStatus =
  | "UpToDate"
  | "SWHardeningNeeded"
  | "ConfigurationNeeded"
  | "ConfigurationAndSWHardeningNeeded"
  | "OutOfDate"
  | "OutOfDateConfigurationNeeded"
  | "TDRelaunchAdvised"
  | "TDRelaunchAdvisedConfigurationNeeded"
  | "Revoked";

/** A rate and where it ends. */
export interface Tier {
  /** Last unit at this rate; null is no end. */
  up_to: bigint | null;
  /** Atoms a unit. */
  per_unit: bigint;
}

/** How tiers apply (SPEC §6). */
export type Tiering =
  | "graduated"
  | "volume";

/** The sums of a batch. */
export interface Totals {
  /** Over the lines; what was deferred counts again when it comes back. */
  gross: bigint;
  /** What is paid. */
  payable: bigint;
  /** The providers' shares, before penalties. */
  provider: bigint;
  /** The miners' shares. */
  miner: bigint;
  /** The treasury's shares of the lines, and nothing else. */
  treasury: bigint;
  /** Collected from shares and stakes. */
  penalties: bigint;
  /** What could not be collected. */
  debts: bigint;
  /** What scaling left over; the treasury gets it. */
  dust: bigint;
  /** What waits for a later epoch. */
  deferred: bigint;
}

/** The sums of a batch. */
export interface TotalsInput {
  /** Over the lines; what was deferred counts again when it comes back. */
  gross: Amount;
  /** What is paid. */
  payable: Amount;
  /** The providers' shares, before penalties. */
  provider: Amount;
  /** The miners' shares. */
  miner: Amount;
  /** The treasury's shares of the lines, and nothing else. */
  treasury: Amount;
  /** Collected from shares and stakes. */
  penalties: Amount;
  /** What could not be collected. */
  debts: Amount;
  /** What scaling left over; the treasury gets it. */
  dust: Amount;
  /** What waits for a later epoch. */
  deferred: Amount;
}

/** What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md). */
export interface TrapCommitment {
  /** The commitment to the secret seed, `H("aicf/trap-seed/v1", [seed])`. */
  commitment: BytesLike;
  /** Circuits of the job's program, the traps among them: more than the policy's `traps.count`, at most [`crate::limits::TRAP_CIRCUITS_MAX`]. */
  circuits: Integer;
  /** The digest of the circuits, `H("aicf/trap-programs/v1", [programs])` with SHA3-256 of the program of each. A provider compares it with the program that it was given before it takes the lease up. */
  programs: BytesLike;
}

/** What a device measured of trap circuits. */
export interface TrapReceipt {
  task_id: BytesLike;
  beacon: BytesLike;
  qubits: Integer;
  depth: Integer;
  results: ReadonlyArray<TrapResult>;
}

/** The measured shots of one trap. */
export interface TrapResult {
  /** Which trap. */
  index: Integer;
  /** How often each bitstring came out. */
  counts: Record<string, Integer>;
}

/** A trap: what is run and what must come out. */
export interface TrapsGenerateOutput {
  /** The program, one statement a line. */
  qasm: string;
  /** The one right bitstring, qubit 0 first. */
  expected: string;
}

/** Traps of the epoch. */
export interface TrapsMetric {
  /** Share of trap shots that missed. */
  fail_ppm: Integer;
  /** Trap shots. */
  samples: Integer;
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

/** Output of `traps.positions`. */
export interface TrapsPositionsOutput {
  /** What a job commits to, and the `task_id` of `traps.generate` for its traps. */
  commitment: Uint8Array;
  /** The place of each trap among the circuits, from 0, in the order of the traps. */
  positions: Array<number>;
}

/** What the traps of a job prove. */
export interface TrapsVerifyOutput {
  /** Whether no trap is missing and the lower bound is high enough. */
  passed: boolean;
  /** Shots that counted. */
  shots: number;
  /** Those of them that gave the right answer. */
  hits: number;
  /** Lower Wilson bound of the hits; 0 for no shots. */
  lower_ppm: number;
  /** Traps without their share of the shots. */
  missing: Array<number>;
}

/** A job that stays. */
export interface Unassigned {
  /** The job. */
  task_id: Uint8Array;
  /** Where most providers failed. */
  reason: UnassignedReason;
  /** How many failed where first, at the job's turn. */
  counts: Record<string, number>;
}

/** The first rule that a provider fails; declared in the order in which the rules are asked. */
export type UnassignedReason =
  | "status"
  | "capability"
  | "attestation"
  | "stake"
  | "health"
  | "denied"
  | "region"
  | "model"
  | "attestation_class"
  | "cooldown"
  | "concurrency"
  | "units"
  | "diversity"
  | "no_providers";

/** What follows from an epoch, mildest first. */
export type Verdict =
  | "none"
  | "warning"
  | "slash";

/** What the traps of a job prove. */
export interface Verified {
  /** Whether no trap is missing and the lower bound is high enough. */
  passed: boolean;
  /** Shots that counted. */
  shots: number;
  /** Those of them that gave the right answer. */
  hits: number;
  /** Lower Wilson bound of the hits; 0 for no shots. */
  lower_ppm: number;
  /** Traps without their share of the shots. */
  missing: Array<number>;
}

/** What is known of a number of jobs. The counts need not sum to `jobs`. */
export interface Window {
  /** Jobs in the window. */
  jobs: Integer;
  /** Jobs by latency, one count for each edge of the policy. */
  counts: ReadonlyArray<Integer>;
  /** Jobs slower than the last edge. */
  overflow: Integer;
  /** Heartbeats that came. */
  heartbeats: Tally;
  /** Offers accepted. */
  offers: Tally;
  /** Jobs finished in time. */
  timely: Tally;
  /** Jobs failed. */
  failed: Integer;
  /** Sum of the jobs' quality; absent where nobody measured it. */
  qos_sum_ppm?: Integer | undefined;
  /** Sum of the jobs' shares of trap shots. */
  coverage_sum_ppm?: Integer | undefined;
  /** Whether every trap check passed. */
  integrity_ok?: boolean | undefined;
}

/** How money leaves. */
export interface WithdrawalRules {
  /** From the request to the payment, ms; it can be cancelled until then. */
  delay_ms: number;
  /** Between two requests of a payee, ms. */
  cooldown_ms: number;
  /** Most a payee requests in an epoch; null is any amount. */
  payee_epoch_max: bigint | null;
  /** Most all payees request in an epoch; null is any amount. */
  total_epoch_max: bigint | null;
}
