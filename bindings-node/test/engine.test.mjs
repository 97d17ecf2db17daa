// The engine, the shared vectors, worker threads, and an event loop that turns during long work.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import * as aicf from "../index.mjs";
import { test } from "../../tests/runner.mjs";
import { finished, within } from "../../tests/within.mjs";

const vectors = (name) =>
  readFileSync(new URL(`../../fixtures/vectors/${name}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const ALL = ["catalogue", "engine", "signature", "attestation", "hash", "lint"].flatMap((name) => vectors(`${name}-examples`));
const hex = (bytes) => `0x${Buffer.from(bytes).toString("hex")}`;
/** Journals with what each entry must come to. */
const JOURNALS = vectors("engine-examples")
  .filter(({ reply }) => reply.ok?.outcomes)
  .map(({ request, reply }) => ({ entries: JSON.parse(request).input.entries, outcomes: reply.ok.outcomes }));

test("an entry by object or by line comes to the same root", async () => {
  assert.ok(JOURNALS.length > 0);
  for (const { entries, outcomes } of JOURNALS) {
    const [byObject, byLine, whole, later] = [0, 0, 0, 0].map(() => new aicf.Engine());
    entries.forEach((entry, index) => {
      const outcome = byObject.apply(entry);
      assert.deepEqual(outcome, byLine.applyJson(JSON.stringify(entry)));
      assert.equal(hex(outcome.state_root), outcomes[index].state_root);
      assert.equal(outcome.status, outcomes[index].status);
    });
    const journal = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    assert.equal(whole.replay(journal), entries.length);
    assert.equal(await later.replayAsync(Buffer.from(journal)), entries.length);
    assert.deepEqual(later.stateRoot, byObject.stateRoot);
    assert.deepEqual(whole.query("digest"), byObject.query("digest"));
    assert.equal(whole.nextSeq, entries.length);
  }
});

test("lines that do not follow change nothing, and wrong records are told", async () => {
  const { entries } = JOURNALS.reduce((longest, one) => (one.entries.length > longest.entries.length ? one : longest));
  const engine = new aicf.Engine();
  engine.apply(entries[0]);
  const root = engine.stateRoot;
  assert.throws(() => engine.apply({ ...entries[1], seq: 7 }), { code: "conflict", path: "input.seq" });
  assert.throws(() => engine.replay(`\n${JSON.stringify({ ...entries[1], height: -1 })}`), { code: "out_of_range", path: "lines[1].height" });
  assert.deepEqual(engine.stateRoot, root);
  assert.throws(() => engine.query("nothing"), { code: "unknown_function" });
  assert.throws(() => engine.query("provider.get", { provider_id: "nobody" }), { code: "missing_field" });
  await assert.rejects(engine.replayAsync("{"), { code: "bad_encoding", path: "lines[0]" });
  assert.throws(() => engine.apply({ ...entries[1], state_root: new Uint8Array(32) }), { code: "conflict", path: "input.state_root" });
  assert.equal(engine.nextSeq, 2);
});

for (const options of [[], ["--typed"]]) {
  test(`every vector through the testee ${options}`, () => {
    const input = ALL.map(({ request }) => request).join("\n");
    const testee = new URL("../testee.mjs", import.meta.url).pathname;
    const done = finished(process.execPath, [testee, ...options], { input, maxBuffer: 1 << 28 });
    assert.equal(done.status, 0, done.stderr.toString());
    const replies = done.stdout.toString().trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(replies.length, ALL.length);
    replies.forEach((reply, index) => {
      const expected = structuredClone(ALL[index].reply);
      delete reply.error?.message;
      delete expected.error?.message;
      assert.deepEqual(reply, expected, ALL[index].request.slice(0, 300));
    });
  });
}

test("worker threads run at the same time, and one that is ended harms no one", async () => {
  const url = new URL("../index.mjs", import.meta.url).href;
  const code = `
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(url)}).then(async (aicf) => {
      const leaves = new Array(2_000).fill(new Uint8Array(32));
      const engine = new aicf.Engine();
      const roots = await Promise.all([0, 1, 2].map(() => aicf.merkleRootAsync({ leaves })));
      let refused;
      try { aicf.splitApply({ kind: "ai", total: -1 }) } catch (error) { refused = error instanceof aicf.AicfError && error.code }
      parentPort.postMessage({ root: roots[0].root, refused, seq: engine.nextSeq });
      for (;;) await aicf.merkleRootAsync({ leaves });
    });`;
  const workers = Array.from({ length: 4 }, () => new Worker(code, { eval: true }));
  const messages = workers.map((worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject)));
  const said = await within("a message of every worker", Promise.all(messages));
  const expected = aicf.merkleRoot({ leaves: new Array(2_000).fill(new Uint8Array(32)) }).root;
  for (const one of said) assert.deepEqual(one, { root: expected, refused: "out_of_range", seq: 0 });
  await within("the end of all workers", Promise.all(workers.map((worker) => worker.terminate())));
  assert.equal(aicf.splitApply({ kind: "ai", total: 100n }).provider, 80n);
});

test("the event loop turns while a long call runs", async () => {
  const leaves = new Array(200_000).fill("0x" + "00".repeat(32));
  let turns = 0;
  let running = true;
  const work = aicf.merkleRootAsync({ leaves }).finally(() => { running = false; });
  while (running) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  await work;
  assert.ok(turns > 100, `${turns} turns`);
});

test("the example runs", () => {
  const example = new URL("../examples/quickstart.mjs", import.meta.url).pathname;
  const done = finished(process.execPath, [example], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /paid: 25000 of it to the provider: 20000/);
});
