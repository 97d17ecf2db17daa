// A market on a devnet, through its RPC: providers that work, requesters that ask, a chain that proves. It is what the
// pages are looked at with.
import { Client } from "@aicf/client";
import { createHash } from "node:crypto";
import WebSocket from "ws";
import { within } from "../../../tests/within.mjs";

/** The devnet's, with an epoch every 40 blocks and a budget that does not pay for everything. */
export const POLICY = `
epoch:
  length_blocks: 40
  finality_k: 2
queue:
  tombstone_ms: 86400000
lease:
  ack_timeout_ms: 15000
retry:
  base_ms:
    ai: 200
    quantum: 200
registry:
  min_stake:
    ai: 1000
    quantum: 1000
  require_attestation: false
assignment:
  concurrency:
    ai: 40
    quantum: 20
fund:
  budget_per_epoch: 2000000
  cap_policy: defer
sla:
  short_jobs: 20
  long_jobs: 80
  min_samples: 10
slashing:
  min_samples:
    availability: 10
`;

const hash = (text) => `0x${createHash("sha256").update(text).digest("hex")}`;

export const PROVIDERS = [
  { provider_id: "north-1", kinds: ["ai"], region: "eu-north", models: ["llama2-70b"], operator: "north", max_concurrent: { ai: 40, quantum: 0 } },
  { provider_id: "north-2", kinds: ["ai"], region: "eu-north", models: ["llama2-70b"], operator: "north", max_concurrent: { ai: 40, quantum: 0 } },
  { provider_id: "harbour", kinds: ["ai"], region: "us-east", models: ["llama2-70b", "mixtral-8x7b"], operator: "harbour", max_concurrent: { ai: 40, quantum: 0 } },
  { provider_id: "ion-trap/alpha", kinds: ["quantum"], region: "eu-west", models: [], operator: "ion-trap", circuit_max: { qubits: 64, depth: 400 }, max_concurrent: { ai: 0, quantum: 20 } },
  { provider_id: "flaky", kinds: ["ai"], region: "us-west", models: ["llama2-70b"], operator: "flaky", max_concurrent: { ai: 20, quantum: 0 } },
];

/** Asks for many things at a time, and for all of them. */
export async function many(count, work, width = 32) {
  let next = 0;
  const made = new Array(count);
  const one = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      made[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, one));
  return made;
}

export class Market {
  #client;
  #stop = new AbortController();
  #done;

  constructor(url) {
    this.#client = new Client(url, { WebSocket });
  }

  /** Providers register, stake and begin to work. */
  async open() {
    for (const provider of PROVIDERS) {
      await this.#client.call("aicf.registerProvider", { endpoints: [], ...provider });
      await this.#client.call("aicf.stake", { provider_id: provider.provider_id, amount: "250000" });
      await this.#client.call("aicf.heartbeat", { provider_id: provider.provider_id });
    }
    this.#done = this.#work();
  }

  async #work() {
    const events = this.#client.events({ topics: ["jobAssigned", "jobCompleted"], from_seq: 0, signal: this.#stop.signal });
    const under = new Set();
    for await (const { event, data } of events) {
      const step = (event === "jobAssigned" ? this.#run(data) : this.#prove(data)).catch(() => {});
      under.add(step);
      void step.finally(() => under.delete(step));
      if (under.size > 64) await Promise.race(under);
    }
    await Promise.allSettled(under);
  }

  async #run({ task_id, provider_id, attempt }) {
    const lease = { task_id, provider_id, attempt };
    if (provider_id === "flaky") {
      await this.#client.call("aicf.declineLease", lease);
      return;
    }
    await this.#client.call("aicf.ackLease", lease);
    const { units } = await this.#client.call("aicf.getJob", { task_id });
    const ai = provider_id !== "ion-trap/alpha";
    const metrics = ai ? { units, qos_ppm: 970_000 } : { units, coverage_ppm: 150_000, integrity_ok: true, trap_shots: 200, trap_failures: 4 };
    await this.#client.call("aicf.completeJob", { ...lease, result_digest: hash(`result ${task_id}`), metrics });
  }

  async #prove({ task_id }) {
    await this.#client.call("aicf.submitProof", { task_id, nullifier: hash(`nullifier ${task_id}`), proof_ref: hash(`proof ${task_id}`), miner: "devnet-miner", valid: true });
  }

  /** Asks for so many jobs; their ids. */
  ask(count, extra = {}) {
    return many(count, async (index) => {
      const quantum = index % 5 === 4;
      const { task_id } = await this.#client.call("aicf.submitJob", {
        kind: quantum ? "quantum" : "ai",
        units: String(5 + (index % 40)),
        fee: String(100 + ((index * 37) % 900)),
        requester: `tenant-${1 + (index % 7)}`,
        payload_json: { prompt: `question ${index}`, at: Date.now() },
        ...(quantum ? { circuit: { qubits: 12, depth: 40 } } : { model: "llama2-70b" }),
        ...extra,
      });
      return task_id;
    });
  }

  /** Waits until so many epochs are settled with claims in them. */
  settled(epochs) {
    return within(`${epochs} settled epochs with claims`, async (signal) => {
      let left = epochs;
      for await (const { data } of this.#client.events({ topics: ["epochSettled"], from_seq: 0, signal })) {
        if (data.claims > 0) left -= 1;
        if (left <= 0) return data.epoch;
      }
      throw new Error("the events ended");
    });
  }

  async close() {
    this.#stop.abort();
    await within("the end of the market's work", this.#done);
  }
}
