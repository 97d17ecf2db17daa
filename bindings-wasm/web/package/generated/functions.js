// Written by `cargo xtask codegen` from the core's types; changes are lost.

import { call } from "../call.js";

export const taskIdDerive = (input, policy) => call("task_id.derive", input, policy);
export const priorityRank = (input, policy) => call("priority.rank", input, policy);
export const matchingSeed = (input, policy) => call("matching.seed", input, policy);
export const matchingPermute = (input, policy) => call("matching.permute", input, policy);
export const matchingAssign = (input, policy) => call("matching.assign", input, policy);
export const leaseId = (input, policy) => call("lease.id", input, policy);
export const retryDelay = (input, policy) => call("retry.delay", input, policy);
export const pricingQuote = (input, policy) => call("pricing.quote", input, policy);
export const pricingSurge = (input, policy) => call("pricing.surge", input, policy);
export const splitApply = (input, policy) => call("split.apply", input, policy);
export const slaWilson = (input, policy) => call("sla.wilson", input, policy);
export const slaP95 = (input, policy) => call("sla.p95", input, policy);
export const slaEvaluate = (input, policy) => call("sla.evaluate", input, policy);
export const slashingDecide = (input, policy) => call("slashing.decide", input, policy);
export const claimKey = (input, policy) => call("claim.key", input, policy);
export const settlementSettle = (input, policy) => call("settlement.settle", input, policy);
export const merkleRoot = (input, policy) => call("merkle.root", input, policy);
export const merkleProve = (input, policy) => call("merkle.prove", input, policy);
export const merkleVerify = (input, policy) => call("merkle.verify", input, policy);
export const policyCheck = (input, policy) => call("policy.check", input, policy);
export const marketCheck = (input, policy) => call("market.check", input, policy);
export const trapsGenerate = (input, policy) => call("traps.generate", input, policy);
export const trapsVerify = (input, policy) => call("traps.verify", input, policy);
export const engineReplay = (input, policy) => call("engine.replay", input, policy);
export const signatureVerify = (input, policy) => call("signature.verify", input, policy);
export const receiptVerify = (input, policy) => call("receipt.verify", input, policy);
export const attestationVerify = (input, policy) => call("attestation.verify", input, policy);
export const proofBody = (input, policy) => call("proof.body", input, policy);
export const qpuVerify = (input, policy) => call("qpu.verify", input, policy);
export const hashTagged = (input, policy) => call("hash.tagged", input, policy);
export const networkCheck = (input, policy) => call("network.check", input, policy);
export const trapsPositions = (input, policy) => call("traps.positions", input, policy);
export const policyLint = (input, policy) => call("policy.lint", input, policy);
