// What a call costs: `splitApply` with a policy handle beside a call of the same module that does nothing.
//
//     node bench/crossing.mjs          # ns per call, median of 15 runs of 20 000 calls
import { performance } from "node:perf_hooks";
import * as aicf from "@aicf/web";

const { bareCall } = aicf;
const RUNS = 15;
const CALLS = 20_000;

/** The median cost of a call in ns. */
function cost(call) {
  for (let warm = 0; warm < 5_000; warm += 1) call();
  const runs = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    for (let number = 0; number < CALLS; number += 1) call();
    return ((performance.now() - start) * 1e6) / CALLS;
  });
  return runs.sort((a, b) => a - b)[RUNS >> 1];
}

const policy = new aicf.Policy();
const bare = cost(() => bareCall(1));
const table = {
  "bare call of the binding": () => bareCall(1),
  "splitApply({…}, handle)": () => aicf.splitApply({ kind: "ai", total: 1_000_000n }, policy),
  "callJson('split.apply', text, handle)": () => aicf.callJson("split.apply", '{"kind":"ai","total":"1000000"}', policy),
};
for (const [name, call] of Object.entries(table)) {
  const ns = cost(call);
  console.log(`${name.padEnd(40)} ${ns.toFixed(0).padStart(8)} ns ${(ns / bare).toFixed(1).padStart(6)} x bare`);
}
