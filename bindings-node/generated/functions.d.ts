// Written by `cargo xtask codegen` from the core's types; changes are lost.

import type { Policy } from "../index.js";
import type {
  TaskIdDeriveInput,
  PriorityRankInput,
  MatchingSeedInput,
  MatchingPermuteInput,
  MatchingAssignInput,
  LeaseIdInput,
  RetryDelayInput,
  PricingQuoteInput,
  PricingSurgeInput,
  SplitApplyInput,
  SlaWilsonInput,
  SlaP95Input,
  SlaEvaluateInput,
  SlashingDecideInput,
  ClaimKeyInput,
  SettlementSettleInput,
  MerkleRootInput,
  MerkleProveInput,
  MerkleVerifyInput,
  PolicyCheckInput,
  MarketCheckInput,
  TrapsGenerateInput,
  TrapsVerifyInput,
  EngineReplayInput,
  SignatureVerifyInput,
  ReceiptVerifyInput,
  AttestationVerifyInput,
  ProofBodyInput,
  QpuVerifyInput,
  HashTaggedInput,
  NetworkCheckInput,
  TrapsPositionsInput,
  PolicyLintInput,
  TaskIdDeriveOutput,
  PriorityRankOutput,
  MatchingSeedOutput,
  MatchingPermuteOutput,
  MatchingAssignOutput,
  LeaseIdOutput,
  RetryDelayOutput,
  PricingQuoteOutput,
  PricingSurgeOutput,
  SplitApplyOutput,
  SlaWilsonOutput,
  SlaP95Output,
  SlaEvaluateOutput,
  SlashingDecideOutput,
  ClaimKeyOutput,
  SettlementSettleOutput,
  MerkleRootOutput,
  MerkleProveOutput,
  MerkleVerifyOutput,
  PolicyCheckOutput,
  MarketCheckOutput,
  TrapsGenerateOutput,
  TrapsVerifyOutput,
  EngineReplayOutput,
  SignatureVerifyOutput,
  ReceiptVerifyOutput,
  AttestationVerifyOutput,
  ProofBodyOutput,
  QpuVerifyOutput,
  HashTaggedOutput,
  NetworkCheckOutput,
  TrapsPositionsOutput,
  PolicyLintOutput,
} from "./types.js";

/** The id that binds a job to chain, block, transaction, caller and payload. */
export declare function taskIdDerive(input: TaskIdDeriveInput, policy?: Policy): TaskIdDeriveOutput;
/** The id that binds a job to chain, block, transaction, caller and payload. */
export declare function taskIdDeriveAsync(input: TaskIdDeriveInput, policy?: Policy): Promise<TaskIdDeriveOutput>;

/** The order of a queue. */
export declare function priorityRank(input: PriorityRankInput, policy?: Policy): PriorityRankOutput;
/** The order of a queue. */
export declare function priorityRankAsync(input: PriorityRankInput, policy?: Policy): Promise<PriorityRankOutput>;

/** The seed of a dispatch, from the chain's randomness. */
export declare function matchingSeed(input: MatchingSeedInput, policy?: Policy): MatchingSeedOutput;
/** The seed of a dispatch, from the chain's randomness. */
export declare function matchingSeedAsync(input: MatchingSeedInput, policy?: Policy): Promise<MatchingSeedOutput>;

/** The order in which providers are asked, by stake, health or a seeded shuffle. */
export declare function matchingPermute(input: MatchingPermuteInput, policy?: Policy): MatchingPermuteOutput;
/** The order in which providers are asked, by stake, health or a seeded shuffle. */
export declare function matchingPermuteAsync(input: MatchingPermuteInput, policy?: Policy): Promise<MatchingPermuteOutput>;

/** Which job goes to which provider, and why the others wait. */
export declare function matchingAssign(input: MatchingAssignInput, policy?: Policy): MatchingAssignOutput;
/** Which job goes to which provider, and why the others wait. */
export declare function matchingAssignAsync(input: MatchingAssignInput, policy?: Policy): Promise<MatchingAssignOutput>;

/** The id of a lease. */
export declare function leaseId(input: LeaseIdInput, policy?: Policy): LeaseIdOutput;
/** The id of a lease. */
export declare function leaseIdAsync(input: LeaseIdInput, policy?: Policy): Promise<LeaseIdOutput>;

/** How long a job waits before its next attempt. */
export declare function retryDelay(input: RetryDelayInput, policy?: Policy): RetryDelayOutput;
/** How long a job waits before its next attempt. */
export declare function retryDelayAsync(input: RetryDelayInput, policy?: Policy): Promise<RetryDelayOutput>;

/** The price of some work. */
export declare function pricingQuote(input: PricingQuoteInput, policy?: Policy): PricingQuoteOutput;
/** The price of some work. */
export declare function pricingQuoteAsync(input: PricingQuoteInput, policy?: Policy): Promise<PricingQuoteOutput>;

/** The multiplier of the market at a utilization. */
export declare function pricingSurge(input: PricingSurgeInput, policy?: Policy): PricingSurgeOutput;
/** The multiplier of the market at a utilization. */
export declare function pricingSurgeAsync(input: PricingSurgeInput, policy?: Policy): Promise<PricingSurgeOutput>;

/** The three shares of a payout; they sum to it. */
export declare function splitApply(input: SplitApplyInput, policy?: Policy): SplitApplyOutput;
/** The three shares of a payout; they sum to it. */
export declare function splitApplyAsync(input: SplitApplyInput, policy?: Policy): Promise<SplitApplyOutput>;

/** The lower Wilson bound of a ratio. */
export declare function slaWilson(input: SlaWilsonInput, policy?: Policy): SlaWilsonOutput;
/** The lower Wilson bound of a ratio. */
export declare function slaWilsonAsync(input: SlaWilsonInput, policy?: Policy): Promise<SlaWilsonOutput>;

/** The 95th percentile of a latency histogram. */
export declare function slaP95(input: SlaP95Input, policy?: Policy): SlaP95Output;
/** The 95th percentile of a latency histogram. */
export declare function slaP95Async(input: SlaP95Input, policy?: Policy): Promise<SlaP95Output>;

/** The band that a provider's windows earn, and what it pays. */
export declare function slaEvaluate(input: SlaEvaluateInput, policy?: Policy): SlaEvaluateOutput;
/** The band that a provider's windows earn, and what it pays. */
export declare function slaEvaluateAsync(input: SlaEvaluateInput, policy?: Policy): Promise<SlaEvaluateOutput>;

/** What an epoch's metrics and offences cost a provider. */
export declare function slashingDecide(input: SlashingDecideInput, policy?: Policy): SlashingDecideOutput;
/** What an epoch's metrics and offences cost a provider. */
export declare function slashingDecideAsync(input: SlashingDecideInput, policy?: Policy): Promise<SlashingDecideOutput>;

/** The key of a claim. */
export declare function claimKey(input: ClaimKeyInput, policy?: Policy): ClaimKeyOutput;
/** The key of a claim. */
export declare function claimKeyAsync(input: ClaimKeyInput, policy?: Policy): Promise<ClaimKeyOutput>;

/** An epoch's claims in, a batch of payouts out. */
export declare function settlementSettle(input: SettlementSettleInput, policy?: Policy): SettlementSettleOutput;
/** An epoch's claims in, a batch of payouts out. */
export declare function settlementSettleAsync(input: SettlementSettleInput, policy?: Policy): Promise<SettlementSettleOutput>;

/** The root of a tree. */
export declare function merkleRoot(input: MerkleRootInput, policy?: Policy): MerkleRootOutput;
/** The root of a tree. */
export declare function merkleRootAsync(input: MerkleRootInput, policy?: Policy): Promise<MerkleRootOutput>;

/** The proof that a leaf is in a tree. */
export declare function merkleProve(input: MerkleProveInput, policy?: Policy): MerkleProveOutput;
/** The proof that a leaf is in a tree. */
export declare function merkleProveAsync(input: MerkleProveInput, policy?: Policy): Promise<MerkleProveOutput>;

/** Whether a proof holds. */
export declare function merkleVerify(input: MerkleVerifyInput, policy?: Policy): MerkleVerifyOutput;
/** Whether a proof holds. */
export declare function merkleVerifyAsync(input: MerkleVerifyInput, policy?: Policy): Promise<MerkleVerifyOutput>;

/** A partial policy completed and checked, and its hash. */
export declare function policyCheck(input: PolicyCheckInput, policy?: Policy): PolicyCheckOutput;
/** A partial policy completed and checked, and its hash. */
export declare function policyCheckAsync(input: PolicyCheckInput, policy?: Policy): Promise<PolicyCheckOutput>;

/** Partial market rules completed and checked, their hash and canonical bytes. */
export declare function marketCheck(input: MarketCheckInput, policy?: Policy): MarketCheckOutput;
/** Partial market rules completed and checked, their hash and canonical bytes. */
export declare function marketCheckAsync(input: MarketCheckInput, policy?: Policy): Promise<MarketCheckOutput>;

/** A trap circuit and what it must measure. */
export declare function trapsGenerate(input: TrapsGenerateInput, policy?: Policy): TrapsGenerateOutput;
/** A trap circuit and what it must measure. */
export declare function trapsGenerateAsync(input: TrapsGenerateInput, policy?: Policy): Promise<TrapsGenerateOutput>;

/** Whether measured traps pass. */
export declare function trapsVerify(input: TrapsVerifyInput, policy?: Policy): TrapsVerifyOutput;
/** Whether measured traps pass. */
export declare function trapsVerifyAsync(input: TrapsVerifyInput, policy?: Policy): Promise<TrapsVerifyOutput>;

/** A journal applied to an empty engine: what each entry came to, and the roots. */
export declare function engineReplay(input: EngineReplayInput, policy?: Policy): EngineReplayOutput;
/** A journal applied to an empty engine: what each entry came to, and the roots. */
export declare function engineReplayAsync(input: EngineReplayInput, policy?: Policy): Promise<EngineReplayOutput>;

/** Whether a post-quantum signature holds under the scheme it names. */
export declare function signatureVerify(input: SignatureVerifyInput, policy?: Policy): SignatureVerifyOutput;
/** Whether a post-quantum signature holds under the scheme it names. */
export declare function signatureVerifyAsync(input: SignatureVerifyInput, policy?: Policy): Promise<SignatureVerifyOutput>;

/** Whether a receipt proves a batch, and what it says of a payee. */
export declare function receiptVerify(input: ReceiptVerifyInput, policy?: Policy): ReceiptVerifyOutput;
/** Whether a receipt proves a batch, and what it says of a payee. */
export declare function receiptVerifyAsync(input: ReceiptVerifyInput, policy?: Policy): Promise<ReceiptVerifyOutput>;

/** Whether evidence of a provider's hardware holds, by its vendor's rules and a verifier's own. */
export declare function attestationVerify(input: AttestationVerifyInput, policy?: Policy): AttestationVerifyOutput;
/** Whether evidence of a provider's hardware holds, by its vendor's rules and a verifier's own. */
export declare function attestationVerifyAsync(input: AttestationVerifyInput, policy?: Policy): Promise<AttestationVerifyOutput>;

/** The bytes of an AIProof or a QuantumProof, its nullifier, and what its provider signs. */
export declare function proofBody(input: ProofBodyInput, policy?: Policy): ProofBodyOutput;
/** The bytes of an AIProof or a QuantumProof, its nullifier, and what its provider signs. */
export declare function proofBodyAsync(input: ProofBodyInput, policy?: Policy): Promise<ProofBodyOutput>;

/** Whether a quantum computer is who it says: its maker's certificates, and trap circuits it passed. */
export declare function qpuVerify(input: QpuVerifyInput, policy?: Policy): QpuVerifyOutput;
/** Whether a quantum computer is who it says: its maker's certificates, and trap circuits it passed. */
export declare function qpuVerifyAsync(input: QpuVerifyInput, policy?: Policy): Promise<QpuVerifyOutput>;

/** The bytes that are hashed under a domain tag, and their hash. */
export declare function hashTagged(input: HashTaggedInput, policy?: Policy): HashTaggedOutput;
/** The bytes that are hashed under a domain tag, and their hash. */
export declare function hashTaggedAsync(input: HashTaggedInput, policy?: Policy): Promise<HashTaggedOutput>;

/** A network document completed and checked, its network id, and the genesis entry. */
export declare function networkCheck(input: NetworkCheckInput, policy?: Policy): NetworkCheckOutput;
/** A network document completed and checked, its network id, and the genesis entry. */
export declare function networkCheckAsync(input: NetworkCheckInput, policy?: Policy): Promise<NetworkCheckOutput>;

/** Where hidden traps stand among the circuits of a job, and the commitment to their seed. */
export declare function trapsPositions(input: TrapsPositionsInput, policy?: Policy): TrapsPositionsOutput;
/** Where hidden traps stand among the circuits of a job, and the commitment to their seed. */
export declare function trapsPositionsAsync(input: TrapsPositionsInput, policy?: Policy): Promise<TrapsPositionsOutput>;

/** Values of a policy and of market rules that contradict each other, and bounds left open. */
export declare function policyLint(input: PolicyLintInput, policy?: Policy): PolicyLintOutput;
/** Values of a policy and of market rules that contradict each other, and bounds left open. */
export declare function policyLintAsync(input: PolicyLintInput, policy?: Policy): Promise<PolicyLintOutput>;
