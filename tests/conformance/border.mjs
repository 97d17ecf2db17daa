// Values at the border of the two JavaScript packages: one table, run in Node.js with the add-on, in Node.js
// with wasm, and in a browser. Each case is refused with the code and path that JSON gets, or gives a result.

const task = () => new Uint8Array(32).fill(7);
const nested = (depth) => {
  let value = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};
const derive = (changes) => ({ chain_id: 1, height: 1, tx_hash: task(), caller: Uint8Array.of(97), payload: new Uint8Array(0), ...changes });
const payload = (value) => {
  const input = derive({ payload_json: value });
  delete input.payload;
  return input;
};
const circle = () => {
  const list = [];
  list.push(list);
  return list;
};
const ring = () => {
  const record = {};
  record.ring = [record];
  return record;
};
/** 10^20 leaves, if anyone counted. */
const broad = () => {
  let value = new Array(10).fill(1);
  for (let level = 0; level < 20; level += 1) value = new Array(10).fill(value);
  return value;
};
const detached = () => {
  const bytes = task();
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
};
/** A typed array with a property of its own that says something else than the class does. */
const claims = (array, property, value) => Object.defineProperty(array, property, { value });
class Mine {
  kind = "ai";
}

/** What `split.apply` says of an amount. */
export const AMOUNTS = [
  ["0", 0, "ok"],
  ["a number", 1_000, "ok"],
  ["2^53 - 1", 2 ** 53 - 1, "ok"],
  ["2^53 as a number", 2 ** 53, "out_of_range"],
  ["2^53 as a BigInt", 2n ** 53n, "ok"],
  ["2^64", 2n ** 64n, "ok"],
  ["2^100", 2n ** 100n, "ok"],
  ["a decimal string", "18446744073709551616", "ok"],
  ["2^128", 2n ** 128n, "out_of_range"],
  ["10^5000", 10n ** 5000n, "out_of_range"],
  ["-10^5000", -(10n ** 5000n), "out_of_range"],
  ["-1", -1, "out_of_range"],
  ["-1n", -1n, "out_of_range"],
  ["-0", -0, "out_of_range"],
  ["NaN", NaN, "wrong_type"],
  ["Infinity", Infinity, "wrong_type"],
  ["1.5", 1.5, "wrong_type"],
  ["1e-7", 1e-7, "wrong_type"],
  ["1e300", 1e300, "wrong_type"],
  ["true", true, "wrong_type"],
  ["null", null, "wrong_type"],
  ["undefined is absent", undefined, "missing_field"],
  ["a list", [], "wrong_type"],
  ["a record", {}, "wrong_type"],
  ["a date", new Date(0), "wrong_type"],
  ["a map", new Map(), "wrong_type"],
  ["a symbol", Symbol("1"), "wrong_type"],
  ["a function", () => 1, "wrong_type"],
  ["a number in a box", Object(1), "wrong_type"],
  ["bytes", Uint8Array.of(1), "wrong_type"],
  ["other typed arrays", new Uint16Array(1), "wrong_type"],
  ["a float in a string", "1.5", "bad_encoding"],
  ["digits of another script", "٣", "bad_encoding"],
  ["ten million digits", "9".repeat(10_000_000), "out_of_range"],
  ["a lone surrogate", "\ud800", "bad_encoding"],
];

/** [name, function, input, code, path]. */
export const CASES = [
  ["2^53 - 1 in a count", "task_id.derive", () => derive({ height: 2 ** 53 - 1 }), "ok"],
  ["2^53 - 1 in a count, as a BigInt", "task_id.derive", () => derive({ height: 2n ** 53n - 1n }), "ok"],
  ["2^53 in a count", "task_id.derive", () => derive({ height: 2 ** 53 }), "out_of_range", "input.height"],
  ["2^64 in a count", "task_id.derive", () => derive({ height: 2n ** 64n }), "out_of_range", "input.height"],
  ["2^128 in a count", "task_id.derive", () => derive({ height: 2n ** 128n }), "out_of_range", "input.height"],
  ["a string in a count", "task_id.derive", () => derive({ height: "1" }), "wrong_type", "input.height"],
  ["bytes as hex", "task_id.derive", () => derive({ caller: "0x61" }), "ok"],
  ["bytes as a part of a buffer", "task_id.derive", () => derive({ caller: task().subarray(2, 5) }), "ok"],
  ["bytes as a buffer", "task_id.derive", () => derive({ caller: task().buffer }), "ok"],
  ["bytes that were given away", "task_id.derive", () => derive({ caller: detached() }), "bad_encoding", "input.caller"],
  ["a buffer that was given away", "task_id.derive", () => derive({ caller: detached().buffer }), "bad_encoding", "input.caller"],
  ["a typed array that says it is bytes", "task_id.derive", () => derive({ caller: claims(new Uint16Array([300]), Symbol.toStringTag, "Uint8Array") }), "wrong_type", "input.caller"],
  ["bytes that say they are none", "task_id.derive", () => derive({ caller: claims(Uint8Array.of(97), Symbol.toStringTag, "Mine") }), "ok"],
  ["a typed array with the prototype of bytes", "task_id.derive", () => derive({ caller: Object.setPrototypeOf(new Uint16Array([300]), Uint8Array.prototype) }), "wrong_type", "input.caller"],
  ["a list with a length that goes on", "task_id.derive", () => payload(new Proxy([], { get: (list, key) => (key === "length" ? 2 ** 53 : 1) })), "out_of_range", "input"],
  ["a list of numbers is no bytes", "task_id.derive", () => derive({ caller: [97] }), "wrong_type", "input.caller"],
  ["a deep payload", "task_id.derive", () => payload(nested(60)), "ok"],
  ["a payload nested too deeply", "task_id.derive", () => payload(nested(5_000)), "out_of_range", "input.payload_json[0]"],
  ["a circle", "task_id.derive", () => payload(circle()), "out_of_range", "input.payload_json"],
  ["a ring of two", "task_id.derive", () => payload(ring()), "out_of_range", "input.payload_json"],
  ["the same list twice is no circle", "task_id.derive", () => { const list = [1]; return payload([list, list]); }, "ok"],
  ["what grows without end", "task_id.derive", () => payload(broad()), "out_of_range", "input"],
  ["a length without elements", "task_id.derive", () => payload(new Array(2 ** 32 - 1)), "out_of_range", "input"],
  ["null is a payload", "task_id.derive", () => payload(null), "ok"],
  ["floats are a payload", "task_id.derive", () => payload([1.5, -0.25, 1e21, 1e-7]), "ok"],
  ["infinity is no payload", "task_id.derive", () => payload([Infinity]), "wrong_type", "input.payload_json[0]"],
  ["a lone surrogate in a payload", "task_id.derive", () => payload({ a: ["\udc00"] }), "bad_encoding", "input.payload_json.a[0]"],
  ["an unknown field", "split.apply", () => ({ kind: "ai", total: 1, more: 1 }), "unknown_field", "input.more"],
  ["an unknown field that is undefined", "split.apply", () => ({ kind: "ai", total: 1, more: undefined }), "ok"],
  ["a symbol as a key", "split.apply", () => ({ kind: "ai", total: 1, [Symbol("x")]: 1 }), "ok"],
  ["a lone surrogate as a key", "split.apply", () => ({ "\ud800": 1 }), "bad_encoding", "input"],
  ["an input that is none", "split.apply", () => 5, "wrong_type", "input"],
  ["an input that is null", "split.apply", () => null, "wrong_type", "input"],
  ["an input of a class", "split.apply", () => new Mine(), "wrong_type", "input"],
  ["an input without a prototype", "split.apply", () => Object.assign(Object.create(null), { kind: "ai", total: 1 }), "ok"],
  ["an input behind a proxy", "split.apply", () => new Proxy({ kind: "ai", total: 1 }, {}), "ok"],
  ["a list behind a proxy", "merkle.root", () => ({ leaves: new Proxy([task()], {}) }), "ok"],
  ["an instance behind a proxy", "split.apply", () => new Proxy(new Mine(), {}), "wrong_type", "input"],
  ["a field by a getter", "split.apply", () => ({ kind: "ai", get total() { return 5n; } }), "ok"],
  ["no such function", "split.merge", () => ({}), "unknown_function", "fn"],
];

/** Runs the table; `fail` is told of each case that comes out otherwise. How many cases there were. */
export function checkBorder(aicf, fail) {
  const { AicfError, call } = aicf;
  const amounts = AMOUNTS.map(([name, total, code]) => [`split.apply of ${name}`, "split.apply", () => ({ kind: "ai", total }), code, "input.total"]);
  for (const [name, fn, input, code, path] of [...amounts, ...CASES]) {
    try {
      const result = call(fn, input());
      if (code !== "ok") fail(`${name}: a result where ${code} belongs`);
      else if (typeof result !== "object") fail(`${name}: a result that is no object`);
    } catch (error) {
      if (!(error instanceof AicfError)) fail(`${name}: ${error}`);
      else if (error.code !== code) fail(`${name}: ${error.message}, expected ${code}`);
      else if (!error.path.startsWith(path)) fail(`${name}: at ${error.path}, expected ${path}`);
    }
  }
  const checks = checkOwnCode(aicf, fail);
  const honest = call("task_id.derive", derive({ caller: Uint8Array.of(97, 98) })).task_id.join();
  for (const length of [0, 1, 2 ** 31]) {
    const lying = call("task_id.derive", derive({ caller: claims(Uint8Array.of(97, 98), "length", length) })).task_id.join();
    if (lying !== honest) fail(`bytes whose length is said to be ${length}: other bytes`);
  }
  const shares = call("split.apply", { kind: "ai", total: 2n ** 100n });
  if (shares.provider + shares.miner + shares.treasury !== 2n ** 100n) fail("amounts are BigInts that add up");
  const { task_id } = call("task_id.derive", derive({}));
  if (!(task_id instanceof Uint8Array) || task_id.length !== 32) fail("bytes are a Uint8Array");
  return amounts.length + CASES.length + checks + 5;
}

/** What the caller's own code throws comes back as it is, and engine and policy go on as before. */
function checkOwnCode(aicf, fail) {
  const { Engine, call } = aicf;
  const engine = new Engine();
  const mine = new RangeError("the caller's own");
  const revoked = (target) => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  };
  const throws = () => { throw mine; };
  const endless = () => endless() + 1;
  const inputs = [
    ["a getter that throws", { get kind() { return throws(); } }, (error) => error === mine],
    ["keys that throw", new Proxy({}, { ownKeys: throws }), (error) => error === mine],
    ["a prototype that throws", new Proxy({}, { getPrototypeOf: throws }), (error) => error === mine],
    ["a length that throws", { kind: new Proxy([], { get: throws }) }, (error) => error === mine],
    ["something thrown that is no error", { get kind() { throw 7; } }, (error) => error === 7],
    ["a revoked record", revoked({}), (error) => error instanceof TypeError],
    ["a revoked list", { kind: revoked([]) }, (error) => error instanceof TypeError],
    ["a getter without end", { get kind() { return endless(); } }, (error) => error instanceof RangeError && /call stack/.test(error.message)],
  ];
  const calls = [
    ["call", (input) => call("split.apply", input)],
    ["Engine.apply", (input) => engine.apply(input)],
    ["Engine.query", (input) => engine.query("state_root", input)],
  ];
  const before = engine.stateRoot.join();
  const next = engine.nextSeq;
  for (const [name, input, expected] of inputs) {
    for (const [where, work] of calls) {
      try {
        work(input);
        fail(`${name} in ${where}: a result`);
      } catch (error) {
        if (!expected(error)) fail(`${name} in ${where}: ${error}`);
      }
    }
  }
  try {
    if (engine.stateRoot.join() !== before || engine.nextSeq !== next) fail("an engine after exceptions of the caller's: another state");
  } catch (error) {
    fail(`an engine after exceptions of the caller's: ${error}`);
  }
  // A getter may use the engine whose call reads it.
  let seen;
  try {
    engine.apply({ get seq() { seen = engine.stateRoot.join(); return 1; } });
    fail("an entry with a number only: a result");
  } catch (error) {
    if (seen !== before) fail(`a getter that asks the engine: ${error}`);
  }
  return inputs.length * calls.length + 2;
}
