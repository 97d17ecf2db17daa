// The client against a real node.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import WebSocket from "ws";
import { Client, NodeUnreachable, READS, RpcError } from "../dist/index.js";
import { ROOT, Running } from "./running.mjs";
import { after, before, test } from "../../../tests/runner.mjs";
import { bounded, within } from "../../../tests/within.mjs";

let node;
let client;

before(async () => {
  node = await Running.start();
  client = new Client(node.url, { WebSocket });
});
after(() => node.close());

async function job(number) {
  const asked = { kind: "ai", units: "10", requester: "alice", payload_json: { n: number } };
  return (await client.call("aicf.submitJob", asked)).task_id;
}

test("calls are answered, amounts are exact", async () => {
  await client.call("aicf.registerProvider", { provider_id: "p1", kinds: ["ai"] });
  await client.call("aicf.stake", { provider_id: "p1", amount: "12345678901234567890123" });
  const provider = await client.call("aicf.getProvider", { provider_id: "p1" });
  assert.equal(BigInt(provider.stake), 12345678901234567890123n);
});

test("errors have number, code, path and entry", async () => {
  const unknown = client.call("aicf.getJob", { task_id: `0x${"00".repeat(32)}` });
  await assert.rejects(unknown, (error) => {
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.number, error.code, error.path], [-32050, "unknown_task", "params.task_id"]);
    return true;
  });
  const refused = client.call("aicf.heartbeat", { provider_id: "nobody" });
  await assert.rejects(refused, (error) => error.code === "unknown_provider");
});

test("pages give every item once", async () => {
  const made = [];
  for (let number = 0; number < 15; number += 1) made.push(await job(1000 + number));
  const seen = [];
  for await (const item of client.pages("aicf.listJobs", { requester: "alice", limit: 4 })) seen.push(item.task_id);
  assert.deepEqual(seen.sort(), made.sort());
});

test("a call is cancelled, and one that takes too long is told", async () => {
  const controller = new AbortController();
  const cancelled = client.call("aicf.getStatus", {}, { signal: controller.signal });
  controller.abort(new Error("not wanted any more"));
  await assert.rejects(cancelled, /not wanted any more/);
  const silent = new Client("http://127.0.0.1:1", { tries: 2, timeoutMs: 500 });
  await assert.rejects(silent.call("aicf.getStatus", {}), NodeUnreachable);
});

test("events are followed, and taken up again when the node comes back", async () => {
  const other = await Running.start("--chain-source", "none");
  try {
    const here = new Client(other.url, { WebSocket, tries: 8 });
    const submit = async (n) => (await here.call("aicf.submitJob", { kind: "ai", units: "1", payload_json: n })).task_id;
    const first = [await submit(1), await submit(2)];
    const states = [];
    const events = bounded(here.events({ topics: ["jobEnqueued"], from_seq: 0, onState: (up) => states.push(up) }), "events");
    assert.equal((await events.next()).value.data.task_id, first[0]);
    await other.end("SIGKILL");
    await other.start();
    assert.equal((await here.call("aicf.getJob", { task_id: first[0] })).status, "queued");
    const third = await submit(3);
    assert.equal((await events.next()).value.data.task_id, first[1]);
    assert.equal((await events.next()).value.data.task_id, third);
    await events.return();
    assert.deepEqual(states, [true, false, true, false]);
  } finally {
    await other.close();
  }
});

test("following ends when it is asked to", async () => {
  const controller = new AbortController();
  const seen = [];
  const follow = (async () => {
    for await (const event of client.events({ topics: ["jobEnqueued"], signal: controller.signal })) {
      seen.push(event);
      controller.abort();
    }
  })();
  // Until the follower is there nothing is sent to it: jobs come until it has one.
  const first = async (stop) => {
    while (seen.length === 0 && !stop.aborted) await job(`end ${seen.length} ${Math.random()}`);
  };
  await within("an event of a new job", first);
  await within("the end of following", follow);
  assert.equal(seen.length, 1);
  const again = await within("the first event", async (signal) => {
    for await (const event of client.events({ topics: ["jobEnqueued"], from_seq: 0, signal })) return event;
  });
  assert.equal(again.event, "jobEnqueued");
});

test("its methods are those of the document", async () => {
  const document = JSON.parse(readFileSync(join(ROOT, "host-runner/openrpc.json"), "utf8"));
  const reads = document.methods.filter((method) => method.tags[0].name === "read").map((method) => method.name);
  assert.deepEqual([...READS].sort(), reads.sort());
  assert.deepEqual(await client.call("rpc.discover", {}), document);
});
