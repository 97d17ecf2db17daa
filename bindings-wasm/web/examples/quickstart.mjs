// The life of a job in a screenful: enqueue, assign, prove, settle. Run it: `node examples/quickstart.mjs`, or load it in
// a page, with `await init()` first.
import { AicfError, Engine, Policy, networkCheck, splitApply } from "@aicf/web";

// A policy is parsed once; what is not said has its default.
const rules = { epoch: { length_blocks: 10, finality_k: 1 }, registry: { min_stake: { ai: 1_000 } } };
const policy = new Policy(rules);

// Single functions: amounts are BigInts, bytes are Uint8Arrays, and errors have a code and a path.
console.log("a reward of 2^70 is split into", splitApply({ kind: "ai", total: 2n ** 70n }, policy));
try {
  splitApply({ kind: "ai", total: -1 });
} catch (error) {
  if (!(error instanceof AicfError)) throw error;
  console.log("refused:", error.code, "at", error.path);
}

// The state machine in memory. Every entry has a block and a time; it reads no clock.
const engine = new Engine();
let height = 0;
function apply(command) {
  const outcome = engine.apply({ height, time_ms: 1_800_000_000_000 + height * 1_000, command });
  if (outcome.status !== "ok") throw new Error(outcome.message);
  height += 1;
  return outcome.events;
}

// A network is a document: its hash is the id that signed messages name, and it gives the first entry.
const { genesis } = networkCheck({
  network: {
    name: "quickstart",
    class: "devnet",
    chain_id: 1337,
    genesis_time_ms: 1_800_000_000_000,
    epoch_length: 10,
    policy: rules,
    semantics_version: 1,
  },
});
if (engine.apply(genesis).status !== "ok") throw new Error("the genesis was refused");
height = 1;
apply({ register: { provider_id: "provider1", kinds: ["ai"], models: [], endpoints: [] } });
apply({ stake: { provider_id: "provider1", amount: 1_000n } });
const events = apply({
  enqueue: {
    kind: "ai",
    requester: "alice",
    tier: "pro",
    fee: 500n,
    units: 100n,
    tx_hash: new Uint8Array(32),
    caller: new TextEncoder().encode("alice"),
    payload: new TextEncoder().encode("hello world"),
    attestation_classes: [],
  },
});
const { task_id } = events.find((event) => "job_enqueued" in event).job_enqueued;
const hex = (bytes) => "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
console.log("job", `${hex(task_id).slice(0, 10)}…`);

const lease = { task_id, provider_id: "provider1", attempt: 0 };
const nothing = new Uint8Array(32);
apply({ dispatch: { beacon: nothing } });
apply({ ack: lease });
apply({ complete: { lease, result_digest: nothing, metrics: { units: 80n } } });
apply({ proof: { task_id, nullifier: nothing, proof_ref: nothing, miner: "miner1", valid: true } });

height = 30; // An epoch is settled when its last block is final.
apply({ settle: { epoch: 0 } });
for (const { line } of engine.query("payouts", { epoch: 0 }).items) {
  console.log(`paid: ${line.payable} of it to the provider: ${line.net_provider}`);
}
console.log("state root", hex(engine.stateRoot));
