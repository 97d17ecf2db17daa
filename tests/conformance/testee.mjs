// The loop of a JavaScript testee: lines of standard input to lines of standard output, in order, as bytes.
//
// With --typed, a line that JavaScript's own values can hold goes the way of a caller (`typed.mjs`).
import { typedAnswer } from "./typed.mjs";

const NEWLINE = 0x0a;

/** Answers until the input ends; `raw` is the core's own answer to a line. */
export async function serve(raw, { call, AicfError }) {
  const answer = process.argv.includes("--typed") ? (line) => typedAnswer(line, raw(line), call, AicfError) : raw;
  const reply = (line) => process.stdout.write(Buffer.concat([answer(line), Buffer.of(NEWLINE)]));
  let parts = [];
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
}
