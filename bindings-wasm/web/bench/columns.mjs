// An epoch of a million claims in wasm: columns in and out, beside the same settlement of records in Rust.
//
//     node bench/columns.mjs [claims]          # seconds, best of 3; the Node.js add-on must be built
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import * as aicf from "@aicf/web";
import { columnsOf } from "../../../tests/conformance/columns.mjs";

const { bareSettle } = createRequire(import.meta.url)("../../../bindings-node/aicf.node");
const rows = Number(process.argv[2] ?? 1_000_000);
const columns = columnsOf(rows);
const epoch = { chain_id: 1337, epoch: 3, height_start: 300, height_end: 399 };

/** The best of three, in seconds. */
function best(work) {
  return Math.min(
    ...[0, 1, 2].map(() => {
      const start = performance.now();
      const seconds = work();
      return typeof seconds === "number" ? seconds : (performance.now() - start) / 1e3;
    }),
  );
}

const bare = best(() => bareSettle(epoch, columns));
const here = best(() => aicf.settleColumns(epoch, columns));
console.log(`${rows} claims: columns in and out ${here.toFixed(3)} s, records in Rust ${bare.toFixed(3)} s, ratio ${(here / bare).toFixed(2)}`);
