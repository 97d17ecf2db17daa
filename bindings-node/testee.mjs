// Answers catalogue requests, one JSON line each, for conformance tests: `node testee.mjs [--typed]`.
//
// With --typed, a line that JavaScript's own values can hold goes the way of a caller: parsed into objects,
// numbers and BigInts, through `call`, and its result written from the objects that come back. Other lines
// (a key twice, a number that JSON.parse would change, anything malformed) go to the core as they are.
import { createRequire } from "node:module";
import { AicfError, call } from "./index.mjs";
import { typedAnswer } from "../tests/conformance/typed.mjs";

const native = createRequire(import.meta.url)("./aicf.node");
const raw = (line) => Buffer.from(native.testeeLineBytes(line));
const answer = process.argv.includes("--typed") ? (line) => typedAnswer(line, raw(line), call, AicfError) : raw;

const NEWLINE = 0x0a;
let parts = [];
function reply(line) {
  process.stdout.write(Buffer.concat([answer(line), Buffer.of(NEWLINE)]));
}
for await (const chunk of process.stdin) {
  let start = 0;
  for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
    parts.push(chunk.subarray(start, end));
    reply(parts.length === 1 ? parts[0] : Buffer.concat(parts));
    parts = [];
    start = end + 1;
  }
  if (start < chunk.length) parts.push(chunk.subarray(start));
}
if (parts.length > 0) reply(Buffer.concat(parts));
