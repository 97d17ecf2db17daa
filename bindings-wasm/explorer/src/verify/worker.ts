/** The worker: it holds the core and the epochs that were computed last, and answers the page. */
import { Client } from "@aicf/client";
import { AicfError, Policy, callJson, init } from "@aicf/web";
import { lines, settle, verify, type Epoch } from "./epoch.js";
import type { Ask, Finding, Name, PublicKey, Progress, ReceiptReport, ReceiptShape, Refusal, Reply, Repriced, Requests } from "./protocol.js";
import { hex } from "./values.js";

/** Epochs kept for their lines and for other policies. */
const EPOCHS_MAX = 2;
/** A call that fetches a page of claims may take longer than one that a reader waits for. */
const TIMEOUT_MS = 60_000;

const ready = init();
const epochs = new Map<number, Epoch>();

function keep(epoch: Epoch) {
  epochs.delete(epoch.epoch);
  epochs.set(epoch.epoch, epoch);
  for (const oldest of epochs.keys()) {
    if (epochs.size <= EPOCHS_MAX) break;
    epochs.delete(oldest);
  }
}

function kept(number: number): Epoch {
  const epoch = epochs.get(number);
  if (!epoch) throw new Error(`epoch ${number} is not here: compute it again first`);
  return epoch;
}

/** Leaves of two records that differ, by their paths. */
function differences(from: unknown, to: unknown, path = ""): Repriced["changed"] {
  if (from && to && typeof from === "object" && typeof to === "object" && !(from instanceof Uint8Array)) {
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].flatMap((name) =>
      differences((from as Record<string, unknown>)[name], (to as Record<string, unknown>)[name], path ? `${path}.${name}` : name),
    );
  }
  return from === to ? [] : [{ path, from: String(from ?? "—"), to: String(to ?? "—") }];
}

function reprice({ epoch: number, policy: text }: Requests["reprice"]["input"]): Repriced {
  const start = performance.now();
  const epoch = kept(number);
  const policy = Policy.fromYaml(text);
  const after = settle(policy, epoch.input, epoch.claims);
  const before = epoch.computed;
  const sums = ({ totals, budget, carry_next }: typeof after.batch) => ({ ...totals, budget, carry_next });
  const { findings } = JSON.parse(callJson("policy.lint", JSON.stringify(epoch.rules), policy)) as { findings: Finding[] };
  const all = new Set([...Object.keys(before.provider_totals), ...Object.keys(after.provider_totals)]);
  const providers = [...all].map((payee) => ({ payee, before: before.provider_totals[payee] ?? "0", after: after.provider_totals[payee] ?? "0" }));
  return {
    policy_hash: hex(policy.hash),
    findings,
    changed: differences(epoch.policy.toObject(), policy.toObject()),
    before: sums(before.batch),
    after: sums(after.batch),
    providers: providers.sort((a, b) => (BigInt(b.before) > BigInt(a.before) ? 1 : -1)),
    computed_ms: performance.now() - start,
  };
}

function receipt({ text, key }: Requests["receipt"]["input"]): ReceiptReport {
  const document = JSON.parse(text) as ReceiptShape;
  if (document?.signed?.scheme !== key.scheme) {
    const of = document?.signed?.scheme;
    throw new AicfError("bad_receipt", "receipt.signed.scheme", of ? `it is signed with ${of}, the key is of ${key.scheme}` : "it has no signature");
  }
  // The text goes in as it is: one parser reads its numbers, and refuses what is in it twice.
  const verdict = JSON.parse(callJson("receipt.verify", `{"receipt":${text},"public_key":${JSON.stringify(key.public_key)}}`)) as Record<string, unknown>;
  return {
    valid: verdict["valid"] === true,
    reason: (verdict["reason"] as string | undefined) ?? null,
    line: (verdict["line"] as number | undefined) ?? null,
    paid: (verdict["paid"] as string | undefined) ?? null,
    cumulative_paid: (verdict["cumulative_paid"] as string | undefined) ?? null,
    batch: document.batch,
    payee: document.payee?.payee ?? null,
    lines: document.payee?.lines.length ?? 0,
    scheme: document.signed.scheme,
  };
}

async function answer(name: Name, input: Requests[Name]["input"], tell: (progress: Progress) => void): Promise<Requests[Name]["output"]> {
  await ready;
  switch (name) {
    case "verify": {
      const { node, epoch: number, key } = input as { node: string; epoch: number; key: PublicKey | null };
      const { epoch, report } = await verify(new Client(node, { timeoutMs: TIMEOUT_MS }), number, key, tell);
      keep(epoch);
      return report;
    }
    case "lines": {
      const { epoch, from, count } = input as Requests["lines"]["input"];
      return lines(kept(epoch), from, count);
    }
    case "reprice":
      return reprice(input as Requests["reprice"]["input"]);
    case "receipt":
      return receipt(input as Requests["receipt"]["input"]);
  }
}

function refusal(error: unknown): Refusal {
  if (error instanceof AicfError) return { code: error.code, path: error.path, message: error.reason };
  const code = (error as { code?: string } | null)?.code ?? "";
  return { code, path: "", message: error instanceof Error ? error.message : String(error) };
}

self.onmessage = async ({ data: { id, name, input } }: MessageEvent<Ask>) => {
  const say = (reply: Reply) => self.postMessage(reply);
  try {
    say({ id, output: await answer(name, input, (progress) => say({ id, progress })) });
  } catch (error) {
    say({ id, error: refusal(error) });
  }
};
