// The shared vectors in JavaScript, wherever it runs: every line as it is and by way of values, and every journal.
import { typedAnswer } from "./typed.mjs";

/** What counts of a reply: every value, the order of keys and the message of an error not. */
const parts = (reply) => {
  const { error, ...rest } = reply;
  const known = error === undefined ? rest : { ...rest, error: { code: error.code, path: error.path } };
  return JSON.stringify(known, (_, value) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
};
const hex = (bytes) => "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Runs vectors (parsed lines of `fixtures/vectors/*.jsonl`); `fail` is told of differences. How many there were. */
export function checkVectors({ AicfError, call, testeeLine }, vectors, fail) {
  for (const { request, reply } of vectors) {
    const line = new TextEncoder().encode(request);
    const raw = testeeLine(line);
    const expected = parts(reply);
    for (const answer of [raw, typedAnswer(line, raw, call, AicfError)]) {
      const got = parts(JSON.parse(new TextDecoder().decode(answer)));
      if (got !== expected) fail(`${request.slice(0, 200)}: ${got.slice(0, 500)}`);
    }
  }
  return vectors.length;
}

/** Applies the journals among the vectors, as objects and as lines; `fail` is told of differences. */
export function checkJournals({ AicfError, Engine }, vectors, fail) {
  let entries = 0;
  for (const { request, reply } of vectors) {
    if (reply.ok?.outcomes === undefined) continue;
    const journal = JSON.parse(request).input.entries;
    const [byObject, byLine, whole] = [new Engine(), new Engine(), new Engine()];
    journal.forEach((entry, index) => {
      const outcome = byObject.apply(entry);
      const again = byLine.applyJson(JSON.stringify(entry));
      const { status, state_root } = reply.ok.outcomes[index];
      if (outcome.status !== status || again.status !== status) fail(`entry ${index}: ${outcome.status}, not ${status}`);
      if (hex(outcome.state_root) !== state_root || hex(again.state_root) !== state_root) fail(`entry ${index}: another root`);
      entries += 1;
    });
    if (whole.replay(journal.map((entry) => JSON.stringify(entry)).join("\n")) !== journal.length) fail("replay: another length");
    if (hex(whole.stateRoot) !== hex(byObject.stateRoot)) fail("replay: another root");
    if (whole.nextSeq !== journal.length) fail("replay: another next entry");
    if (hex(whole.query("digest").state_digest) !== reply.ok.state_digest) fail("digest: another state");
    try {
      byObject.apply({ command: { tick: {} }, height: 1, time_ms: 1, seq: journal.length + 1 });
      fail("an entry out of order was taken");
    } catch (error) {
      if (!(error instanceof AicfError) || error.code !== "conflict" || error.path !== "input.seq") fail(`out of order: ${error}`);
    }
  }
  return entries;
}
