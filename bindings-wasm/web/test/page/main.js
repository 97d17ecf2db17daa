// The page of the browser test: the same tables as in Node.js, with the package as a bundler gives it.
import * as aicf from "@aicf/web";
import catalogue from "../../../../fixtures/vectors/catalogue-examples.jsonl?raw";
import engine from "../../../../fixtures/vectors/engine-examples.jsonl?raw";
import hashes from "../../../../fixtures/vectors/hash-examples.jsonl?raw";
import lint from "../../../../fixtures/vectors/lint-examples.jsonl?raw";
import { checkColumns } from "../../../../tests/conformance/columns.mjs";
import { checkBorder } from "../../../../tests/conformance/border.mjs";
import { checkJournals, checkVectors } from "../../../../tests/conformance/vectors.mjs";

const vectors = [catalogue, engine, hashes, lint].flatMap((text) => text.trimEnd().split("\n").map((line) => JSON.parse(line)));

/** The median cost of a call in ns: the clock of a browser is coarse, so the runs are long. */
function cost(call) {
  const runs = Array.from({ length: 7 }, () => {
    const start = performance.now();
    for (let number = 0; number < 50_000; number += 1) call();
    return ((performance.now() - start) * 1e6) / 50_000;
  });
  return runs.sort((a, b) => a - b)[3];
}

async function run() {
  const failures = [];
  const fail = (message) => failures.push(message);
  let early;
  try {
    aicf.splitApply({ kind: "ai", total: 1 });
  } catch (error) {
    early = error.code;
  }
  await aicf.init();
  const policy = new aicf.Policy();
  return {
    early,
    border: checkBorder(aicf, fail),
    columns: checkColumns(aicf, fail),
    vectors: checkVectors(aicf, vectors, fail),
    journals: checkJournals(aicf, vectors, fail),
    failures,
    bare_ns: cost(() => aicf.bareCall(1)),
    split_ns: cost(() => aicf.splitApply({ kind: "ai", total: 1_000_000n }, policy)),
  };
}

globalThis.done = run().catch((error) => ({ failures: [String(error?.stack ?? error)] }));
