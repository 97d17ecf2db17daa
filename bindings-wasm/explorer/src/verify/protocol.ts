/** What the page and its worker say to each other. */
import type { Batch, BatchSignature, PayoutRecord, Scheme } from "@aicf/client";

/** One thing that was looked at. */
export interface Check {
  name: string;
  /** Nothing where it could not be looked at; the detail says why. */
  holds: boolean | null;
  detail: string;
}

export interface PublicKey {
  scheme: Scheme;
  public_key: string;
}

/** What a payee gets from an epoch. */
export interface Payee {
  payee: string;
  lines: number;
  amount: string;
}

export interface EpochReport {
  epoch: number;
  valid: boolean;
  checks: Check[];
  /** The header that the node gave. */
  batch: Batch;
  lines: number;
  providers: Payee[];
  /** The epoch's policy, as YAML. */
  policy: string;
  /** Time to fetch the claims, and to compute everything again. */
  fetched_ms: number;
  computed_ms: number;
}

/** A payout line with what it is made of, computed here. */
export interface Line extends PayoutRecord {
  index: number;
  task_id: string;
  units: string;
  base: string;
  quality_ppm: number;
  surge_ppm: number;
  quoted: string;
  /** The rest of a claim of an earlier epoch. */
  deferred: boolean;
}

/** A contradiction between two values, or a bound that is left open, as `policy.lint` answers it. */
export interface Finding {
  code: string;
  severity: "warning";
  path: string;
  value: string;
  other?: string;
  other_value?: string;
  message: string;
}

/** An epoch under another policy, beside what it was. */
export interface Repriced {
  policy_hash: string;
  /** What the lint finds in the policy, with the market rules in force. */
  findings: Finding[];
  /** Fields of the policy that differ. */
  changed: Array<{ path: string; from: string; to: string }>;
  before: Batch["totals"] & { budget: string; carry_next: string };
  after: Batch["totals"] & { budget: string; carry_next: string };
  providers: Array<{ payee: string; before: string; after: string }>;
  computed_ms: number;
}

export interface ReceiptReport {
  valid: boolean;
  reason: string | null;
  line: number | null;
  paid: string | null;
  cumulative_paid: string | null;
  batch: Batch;
  payee: string | null;
  lines: number;
  scheme: Scheme;
}

export interface Requests {
  verify: { input: { node: string; epoch: number; key: PublicKey | null }; output: EpochReport };
  lines: { input: { epoch: number; from: number; count: number }; output: Line[] };
  reprice: { input: { epoch: number; policy: string }; output: Repriced };
  receipt: { input: { text: string; key: PublicKey }; output: ReceiptReport };
}

export type Name = keyof Requests;
export interface Ask {
  id: number;
  name: Name;
  input: Requests[Name]["input"];
}
export interface Progress {
  stage: string;
  done: number;
  all: number;
}
export interface Refusal {
  code: string;
  path: string;
  message: string;
}
export type Reply = { id: number } & ({ progress: Progress } | { output: Requests[Name]["output"] } | { error: Refusal });

/** A receipt as far as it is read before the core judges it. */
export interface ReceiptShape {
  batch: Batch;
  signed: BatchSignature;
  payee?: { payee: string; lines: unknown[] } | null;
}
