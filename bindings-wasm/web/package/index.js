// The package: `await init()` once, then the functions of the catalogue, `Policy` and `Engine`.
import start, * as module from "./wasm/aicf_web.js";
import { RAW, arrived, call, callJson, run, settleColumns } from "./call.js";

export { AicfError } from "./error.js";
export * from "./generated/functions.js";
export { call, callJson, settleColumns };

/**
 * Loads the module. In a browser or a bundler it finds it by itself; elsewhere give it a URL, a Response, bytes or
 * a WebAssembly.Module. A second call changes nothing.
 */
export async function init(source = new URL("./wasm/aicf_web_bg.wasm", import.meta.url)) {
  await start({ module_or_path: source });
  arrived();
}

/** As `init`, at once, from bytes or a WebAssembly.Module. */
export function initSync(source) {
  module.initSync({ module: source });
  arrived();
}

/** The functions of the catalogue. */
export const functions = () => run(() => module.functions());
/** Every code that an `AicfError` can have. */
export const codes = () => run(() => module.codes());
/** The version of the rules. */
export const semanticsVersion = () => run(() => module.semanticsVersion());
/** Answers a line of the testee protocol. */
export const testeeLine = (line) => run(() => module.testeeLine(line));
/** Gives back its argument: what a call costs before it does anything. */
export const bareCall = (number) => module.bareCall(number);

function wrapped(raw) {
  const policy = Object.create(Policy.prototype);
  Object.defineProperty(policy, RAW, { value: raw });
  return policy;
}

/** A complete, checked policy. Cheap to hand to any number of calls. */
export class Policy {
  constructor(policy) {
    Object.defineProperty(this, RAW, { value: run(() => new module.Policy(policy)) });
  }
  static fromYaml(text) {
    const yaml = String(text);
    return wrapped(run(() => module.Policy.fromYaml(yaml)));
  }
  get hash() {
    return run(() => this[RAW].hash);
  }
  toObject() {
    return run(() => this[RAW].toObject());
  }
  toCbor() {
    return run(() => this[RAW].toCbor());
  }
}

/** The state machine in memory. Entries are applied one by one. */
export class Engine {
  constructor() {
    Object.defineProperty(this, RAW, { value: run(() => new module.Engine()) });
  }
  apply(entry) {
    return run(() => this[RAW].apply(entry));
  }
  applyJson(line) {
    return run(() => this[RAW].applyJson(line));
  }
  replay(journal) {
    return run(() => this[RAW].replay(journal));
  }
  query(name, input) {
    const named = String(name);
    return run(() => this[RAW].query(named, input));
  }
  get stateRoot() {
    return run(() => this[RAW].stateRoot);
  }
  get nextSeq() {
    return run(() => this[RAW].nextSeq);
  }
}

/** A secret key that signs by ML-DSA-65. The page keeps its seed as it sees fit. */
export class Key {
  constructor(seed) {
    Object.defineProperty(this, RAW, { value: run(() => new module.Key(seed)) });
  }
  static generate() {
    return new Key(crypto.getRandomValues(new Uint8Array(32)));
  }
  get scheme() {
    return "ml-dsa-65";
  }
  get publicKey() {
    return run(() => this[RAW].publicKey);
  }
  sign(message, context = new Uint8Array()) {
    return run(() => this[RAW].sign(message, context));
  }
  signCommand(command, { network_id, signer, nonce, expires_height, role }) {
    const named = String(signer);
    return run(() => this[RAW].signCommand(command, network_id, named, nonce, expires_height, role));
  }
}
