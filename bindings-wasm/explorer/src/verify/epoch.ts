/**
 * A settled epoch computed again by the core, from its claims and the policy of its time, and compared with what the
 * node says field by field: claims, payouts, balances, what waits, what is owed, the sums, the header's own hash, the
 * batch before, and the signature. The node gives inputs; no result of it is believed.
 */
import type { Batch, Client, EpochView, Market, NetworkName, Settle } from "@aicf/client";
import { AicfError, Policy, callJson, claimKey, pricingQuote, settleColumns, type LineColumns, type PayoutLine } from "@aicf/web";
import { Claims } from "./claims.js";
import type { Check, EpochReport, Line, Progress, PublicKey } from "./protocol.js";
import { amounts, hex, readHash, shown, yaml } from "./values.js";

/** Claims of a page. */
const PAGE_ROWS = 1_000;
const NO_HASH = `0x${"0".repeat(64)}`;
/** Sizes of a key and a signature that hold nothing. */
const EMPTY_KEY = `0x${"00".repeat(1_952)}`;
const EMPTY_SIGNATURE = `0x${"00".repeat(3_309)}`;

/** Payout lines, in columns or, where amounts need it, as records. */
export interface Lines {
  count: number;
  at(index: number): PayoutLine;
}

export interface Computed {
  batch: Batch;
  lines: Lines;
  provider_totals: Record<string, string>;
}

/** An epoch as it was fetched, and what it came to. */
export interface Epoch {
  epoch: number;
  policy: Policy;
  /** The market rules in force and the network's class: what another policy would be linted with. */
  rules: { market: Market; class: NetworkName };
  input: Omit<Settle, "claims">;
  claims: Claims;
  computed: Computed;
  budgetFromFees: boolean;
}

function columnLines(lines: LineColumns): Lines {
  return {
    count: lines.gross.length,
    at: (index) => {
      const named = (column: { values: ReadonlyArray<string>; codes: Uint32Array }) => column.values[column.codes[index] ?? 0] ?? "";
      return {
        claim_key: lines.claim_key.subarray(32 * index, 32 * index + 32),
        provider_id: named(lines.provider_id),
        miner: named(lines.miner),
        kind: named(lines.kind) === "quantum" ? "quantum" : "ai",
        gross: lines.gross[index] ?? 0n,
        payable: lines.payable[index] ?? 0n,
        provider: lines.provider[index] ?? 0n,
        miner_share: lines.miner_share[index] ?? 0n,
        treasury: lines.treasury[index] ?? 0n,
        penalty: lines.penalty[index] ?? 0n,
        net_provider: lines.net_provider[index] ?? 0n,
      };
    },
  };
}

/** The records' way: exact for any amount, for epochs that are not large. */
function settleRecords(policy: Policy, input: Omit<Settle, "claims">, claims: NonNullable<Claims["records"]>): Computed {
  const text = callJson("settlement.settle", JSON.stringify({ ...input, claims }), policy);
  const { batch, lines, provider_totals } = JSON.parse(text) as { batch: Batch; lines: Array<Record<string, string>>; provider_totals: Record<string, string> };
  const bytes = (text: string) => {
    const hash = new Uint8Array(32);
    readHash(text, hash, 0);
    return hash;
  };
  return {
    batch,
    provider_totals,
    lines: {
      count: lines.length,
      at: (index) => {
        const line = Object.entries(lines[index] ?? {});
        const names = ["claim_key", "provider_id", "miner", "kind"];
        return Object.fromEntries(
          line.map(([name, value]) => [name, name === "claim_key" ? bytes(value) : names.includes(name) ? value : BigInt(value)]),
        ) as unknown as PayoutLine;
      },
    },
  };
}

/** Settles claims under a policy. */
export function settle(policy: Policy, input: Omit<Settle, "claims">, claims: Claims): Computed {
  if (claims.fit) {
    try {
      const { carry, stakes, paid_before, slashes, ...rest } = input;
      const epoch = {
        ...rest,
        carry: BigInt(carry ?? 0),
        stakes: amounts(stakes),
        paid_before: amounts(paid_before),
        slashes: (slashes ?? []).map((slash) => ({ ...slash, amount: BigInt(slash.amount) })),
      };
      const { summary, lines } = settleColumns(epoch, claims.columns(), policy);
      const { batch, provider_totals } = shown({ batch: summary.batch, provider_totals: summary.provider_totals }) as Computed;
      return { batch, provider_totals, lines: columnLines(lines) };
    } catch (error) {
      // Amounts above 64 bits do not fit a column; anything else is the claims' own fault.
      if (!(error instanceof AicfError) || error.code !== "overflow" || !claims.records) throw error;
    }
  }
  if (!claims.records) throw new Error("amounts of more than 64 bits in an epoch this large: `aicf audit` computes it on the command line");
  return settleRecords(policy, input, claims.records);
}

async function fetchClaims(client: Client, { epoch, claims_count: all, totals }: Batch, tell: (progress: Progress) => void): Promise<Claims> {
  const claims = new Claims(totals.gross);
  for await (const claim of client.pages("aicf.listClaims", { epoch, limit: PAGE_ROWS })) {
    claims.push(claim);
    if (claims.rows % PAGE_ROWS === 0) tell({ stage: "Fetching claims", done: claims.rows, all });
    if (claims.rows > all) break;
  }
  return claims;
}

const COMPARED: ReadonlyArray<readonly [name: string, fields: ReadonlyArray<keyof Batch>]> = [
  ["Claims", ["claims_count", "claims_root"]],
  ["Payouts", ["payouts_root"]],
  ["Balances", ["balances_count", "balances_root"]],
  ["Deferred claims", ["deferred_count", "deferred_root"]],
  ["Debits", ["debits_count", "debits_root"]],
  ["Sums", ["totals", "budget", "carry_next"]],
  ["Blocks", ["chain_id", "epoch", "height_start", "height_end"]],
];

function compared(kept: Batch, made: Batch): Check[] {
  return COMPARED.map(([name, fields]) => {
    const wrong = fields.find((field) => JSON.stringify(kept[field]) !== JSON.stringify(made[field]));
    const field = wrong ?? fields.find((each) => each.endsWith("_root")) ?? fields[0];
    const value = (of: Batch) => (field === undefined ? "" : JSON.stringify(of[field]).replace(/["{}]/g, "").replaceAll(":", " ").replaceAll(",", ", "));
    return {
      name,
      holds: wrong === undefined,
      detail: wrong === undefined ? `${String(field)} ${value(made)}` : `${String(wrong)}: the node says ${value(kept)}, its claims give ${value(made)}`,
    };
  });
}

/** A header without what a node tells beside it. */
function header(view: Batch): Partial<Batch> {
  const { rules: _, ...batch } = view as EpochView;
  return batch;
}

/** Whether the header's id is its hash: the core says so before it looks at a signature. */
function headerCheck(batch: Batch): Check {
  const receipt = { batch: header(batch), signed: { scheme: "ml-dsa-65", signature: EMPTY_SIGNATURE } };
  const { reason } = JSON.parse(callJson("receipt.verify", JSON.stringify({ receipt, public_key: EMPTY_KEY }))) as { reason?: string };
  return { name: "Header", holds: reason !== "batch_id", detail: `batch_id ${batch.batch_id} is ${reason === "batch_id" ? "not " : ""}the header's hash` };
}

/** The root of balances before any claim of the epoch: those that the batch before ended with. */
function balancesBefore(epoch: Epoch): string {
  const { input } = epoch;
  return settle(epoch.policy, { ...input, slashes: [], stakes: {} }, new Claims()).batch.balances_root;
}

async function chainChecks(client: Client, epoch: Epoch, batch: Batch): Promise<Check> {
  const name = "The batch before";
  const { input } = epoch;
  if (batch.epoch === 0) {
    const none = batch.prev_batch_id === NO_HASH && Object.keys(input.paid_before ?? {}).length === 0;
    return { name, holds: none, detail: none ? "this is the first one" : "the first epoch names one before it" };
  }
  const before = await client.call("aicf.getSettlement", { epoch: batch.epoch - 1 });
  const wrong = (detail: string): Check => ({ name, holds: false, detail });
  if (before.batch_id !== batch.prev_batch_id || input.prev_batch_id !== batch.prev_batch_id) return wrong("prev_batch_id is not its id");
  if (headerCheck(before).holds === false) return wrong("its id is not its header's hash");
  if (!epoch.budgetFromFees && (input.carry ?? "0") !== before.carry_next) return wrong("the carry is not what it left");
  if (balancesBefore(epoch) !== before.balances_root) return wrong("the balances to begin with are not under its balances_root");
  return { name, holds: true, detail: `epoch ${before.epoch}, whose id, carry and balances this one goes on from` };
}

async function policyCheck(client: Client, batch: Batch): Promise<Check> {
  const name = "Policy";
  const { policy } = await client.call("aicf.getPolicy", { hash: batch.policy_hash });
  const hash = hex(Policy.fromYaml(yaml(policy)).hash);
  return { name, holds: hash === batch.policy_hash, detail: hash === batch.policy_hash ? `hashes to ${hash}` : `what the node keeps hashes to ${hash}` };
}

async function signatureCheck(client: Client, batch: Batch, key: PublicKey | null): Promise<Check> {
  const name = "Signature";
  const { batch: told, signed } = await client.call("aicf.getReceipt", { epoch: batch.epoch });
  if (!signed) return { name, holds: null, detail: "this node signs no receipts" };
  if (!key) return { name, holds: null, detail: "no settlement key is known here: enter one under Receipts" };
  if (told.batch_id !== batch.batch_id) return { name, holds: false, detail: `the receipt is of another batch, ${told.batch_id}` };
  if (signed.scheme !== key.scheme) return { name, holds: false, detail: `it is signed with ${signed.scheme}, the key is of ${key.scheme}` };
  const { valid } = JSON.parse(callJson("receipt.verify", JSON.stringify({ receipt: { batch: told, signed }, public_key: key.public_key }))) as { valid: boolean };
  return { name, holds: valid, detail: valid ? `${key.scheme} by ${key.public_key.slice(0, 18)}…` : "it is not the settlement key's" };
}

function payees(computed: Computed): EpochReport["providers"] {
  const lines = new Map<string, number>();
  for (let index = 0; index < computed.lines.count; index += 1) {
    const { provider_id } = computed.lines.at(index);
    lines.set(provider_id, (lines.get(provider_id) ?? 0) + 1);
  }
  const all = Object.entries(computed.provider_totals).map(([payee, amount]) => ({ payee, amount, lines: lines.get(payee) ?? 0 }));
  return all.sort((a, b) => (BigInt(b.amount) > BigInt(a.amount) ? 1 : -1));
}

/** Fetches an epoch, computes it again, and says what holds. */
export async function verify(client: Client, number: number, key: PublicKey | null, tell: (progress: Progress) => void): Promise<{ epoch: Epoch; report: EpochReport }> {
  const start = performance.now();
  tell({ stage: "Fetching the batch", done: 0, all: 0 });
  const { batch, policy: record, input: whole, budget_from_fees: budgetFromFees } = await client.call("aicf.getClaims", { epoch: number, claims: false });
  const { claims: _, ...input } = whole;
  const [{ market }, { head }] = await Promise.all([client.call("aicf.getMarket", {}), client.call("aicf.getStatus", {})]);
  const claims = await fetchClaims(client, { ...batch, epoch: number }, tell);
  const fetched = performance.now();
  tell({ stage: "Computing again", done: claims.rows, all: batch.claims_count });
  const policy = Policy.fromYaml(yaml(record));
  const computed = settle(policy, input, claims);
  const epoch: Epoch = { epoch: number, policy, rules: { market, class: head.class }, input, claims, computed, budgetFromFees };
  const checks = [await policyCheck(client, batch), ...compared(batch, computed.batch), headerCheck(batch)];
  const one: Check = { name: "Batch id", holds: computed.batch.batch_id === batch.batch_id, detail: computed.batch.batch_id };
  // The budget was what the fund held, which no policy says: the header holds the policy's own hash.
  checks.push(budgetFromFees ? { name: "Batch id", holds: null, detail: "the budget came from fees and is taken from the header" } : one);
  checks.push(await chainChecks(client, epoch, batch), await signatureCheck(client, batch, key));
  const report: EpochReport = {
    epoch: number,
    valid: checks.every((check) => check.holds !== false),
    checks,
    batch,
    lines: computed.lines.count,
    providers: payees(computed),
    policy: yaml(record),
    fetched_ms: fetched - start,
    computed_ms: performance.now() - fetched,
  };
  return { epoch, report };
}

/** Payout lines with their factors. */
export function lines({ claims, computed, policy }: Epoch, from: number, count: number): Line[] {
  const until = Math.min(from + count, computed.lines.count);
  return Array.from({ length: Math.max(0, until - from) }, (_, offset) => {
    const index = from + offset;
    const line = computed.lines.at(index);
    const claim = claims.at(index);
    if (hex(line.claim_key) !== hex(claimKey({ task_id: claim.task_id, block_height: claim.block_height, nullifier: claims.nullifier(index) }).claim_key)) {
      throw new Error(`claim ${index} is not the one of its line`);
    }
    const quote = pricingQuote({ kind: claim.kind, units: claim.units, quality_ppm: claim.quality_ppm, surge_ppm: claim.surge_ppm }, policy);
    return {
      ...(shown(line) as Omit<Line, "index">),
      index,
      task_id: claim.task_id,
      units: claim.units.toString(),
      base: quote.base.toString(),
      quality_ppm: claim.quality_ppm,
      surge_ppm: claim.surge_ppm,
      quoted: quote.gross.toString(),
      deferred: claim.deferred,
    };
  });
}
