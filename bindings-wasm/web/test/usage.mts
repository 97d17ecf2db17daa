// What the types promise: this file is only checked, by `npm run types`.
import {
  AicfError,
  codes,
  Engine,
  Policy,
  splitApply,
  init,
  taskIdDerive,
  type Event,
  type MatchJob,
  type PartialPolicy,
} from "@aicf/web";

const partial: PartialPolicy = { fund: { budget_per_epoch: 5 } };
const policy = new Policy(partial);
const provider: bigint = splitApply({ kind: "ai", total: 2n ** 70n }, policy).provider;
const later: Promise<void> = init();
const id: Uint8Array = taskIdDerive({ chain_id: 1, height: 2, tx_hash: "0x00", caller: new Uint8Array(1), payload_json: { any: [1, null] } }).task_id;
const job: MatchJob = { task_id: id, kind: "ai", units: 5n };
const engine = new Engine();
const events: ReadonlyArray<Event> = engine.apply({ height: 0, time_ms: 0, command: { tick: {} } }).events;
const code: string | undefined = codes()[0];
const error: { code: string; path: string } = new AicfError("invariant", "input", "no");
export { code, error, events, job, later, provider };

// @ts-expect-error: no such kind
splitApply({ kind: "gpu", total: 1n });
// @ts-expect-error: a field is missing
splitApply({ kind: "ai" });
// @ts-expect-error: a policy is a handle; a partial one goes into the input
splitApply({ kind: "ai", total: 1n }, partial);
// @ts-expect-error: no such field of a policy
new Policy({ fun: {} });
