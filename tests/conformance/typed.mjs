// A testee's line by way of JavaScript's values: what the testees of both packages do with `--typed`, and what the
// page of the browser tests does. The exact text of numbers comes from a small scanner: JSON.parse rounds.

/** The line says more than JavaScript's values can hold. */
class Unfaithful extends Error {}

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Parses JSON that `JSON.parse` has accepted. */
function parse(text) {
  TOKEN.lastIndex = 0;
  const next = () => TOKEN.exec(text);
  function value(token, inPayload) {
    const [, mark, string, number, word] = token;
    if (string !== undefined) return JSON.parse(string);
    if (number !== undefined) return integer(number, inPayload);
    if (word !== undefined) return { true: true, false: false, null: null }[word];
    return mark === "{" ? record(inPayload) : list(inPayload);
  }
  function record(inPayload) {
    const fields = {};
    for (let token = next(); token[1] !== "}"; token = next()) {
      if (token[1] === ",") token = next();
      const name = JSON.parse(token[2]);
      if (Object.hasOwn(fields, name) || name === "__proto__") throw new Unfaithful();
      next();
      fields[name] = value(next(), inPayload || name === "payload_json");
    }
    return fields;
  }
  function list(inPayload) {
    const items = [];
    for (let token = next(); token[1] !== "]"; token = next()) {
      items.push(value(token[1] === "," ? next() : token, inPayload));
    }
    return items;
  }
  return value(next(), false);
}

/** A number too large for JSON's integers is one here, too: what JSON refuses there, a host refuses as well. A
 *  payload takes more, and every digit of it counts. */
function integer(text, inPayload) {
  if (!/^-?\d+$/.test(text) || text === "-0" || text.length > 20) throw new Unfaithful();
  const number = Number(text);
  return inPayload && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** A result as its JSON: bytes as hex, amounts as decimal strings. */
function written(value) {
  if (value instanceof Uint8Array) {
    return "0x" + Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(written);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, written(inner)]));
  }
  return value;
}

/** The answer to a line; `raw` is the core's own, which stands where the values cannot hold the line. */
export function typedAnswer(line, raw, call, AicfError) {
  const text = new TextDecoder().decode(line);
  let request;
  try {
    JSON.parse(text);
    request = parse(text);
  } catch {
    return raw;
  }
  const { id } = JSON.parse(new TextDecoder().decode(raw));
  if (id === null || Array.isArray(request)) return raw;
  let reply;
  try {
    reply = { id, ok: written(call(request.fn, request.input)) };
  } catch (error) {
    if (!(error instanceof AicfError)) throw error;
    reply = { id, error: { code: error.code, path: error.path, message: error.reason } };
  }
  return new TextEncoder().encode(JSON.stringify(reply));
}
