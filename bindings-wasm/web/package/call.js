// The doors to the module, which everything else goes through: is it there, what did it throw, is it still sound.
import * as module from "./wasm/aicf_web.js";
import { AicfError, lifted } from "./error.js";

let ready = false;
/** Calls under way: a getter of the caller's may call again. */
let depth = 0;
/** The instance trapped, and calls into it are still under way. */
let broken = false;

/** The module is there now. */
export function arrived() {
  ready = true;
}

/** A trap, or a stack that ended somewhere inside: the module's memory is not to be trusted any more. */
function broke(error) {
  return error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /call stack/.test(error.message));
}

const lost = (why) => new AicfError("invariant", "", `the module trapped (${why}); engines and policies are to be made anew`);

/** Runs work in the module. After a trap there is a new instance; engines and policies of the old one are gone. */
export function run(work) {
  if (!ready) throw new AicfError("invariant", "", "the module is not there yet: `await init()` first");
  if (broken) throw lost("in a call around this one");
  depth += 1;
  try {
    const result = work();
    if (broken) throw lost("in a call within this one");
    return result;
  } catch (error) {
    if (error instanceof AicfError) throw error;
    if (broke(error)) {
      broken = true;
      throw lost(error.message);
    }
    if (error instanceof Error && error.message.startsWith("Invalid stale object")) {
      throw new AicfError("invariant", "", "this engine or policy was lost when the module trapped");
    }
    throw lifted(error);
  } finally {
    depth -= 1;
    // Not before: the calls around this one go on in the memory of the old instance.
    if (broken && depth === 0) {
      broken = false;
      module.__wbg_reset_state();
    }
  }
}

/** The module's own object behind a `Policy` or an `Engine`. */
export const RAW = Symbol("raw");

function raw(policy) {
  const object = policy?.[RAW];
  if (object instanceof module.Policy) return object;
  throw new AicfError("wrong_type", "policy", "a handle (new Policy(…)) or undefined; a partial policy goes into the input");
}

/** Calls a function of the catalogue. */
export function call(name, input, policy) {
  const named = String(name);
  if (policy === undefined) return run(() => module.call(named, input));
  const object = raw(policy);
  return run(() => object.call(named, input));
}

/** Settles an epoch whose claims are columns. */
export function settleColumns(epoch, claims, policy) {
  if (policy === undefined) return run(() => module.settleColumns(epoch, claims));
  const object = raw(policy);
  return run(() => object.settleColumns(epoch, claims));
}

/** Calls a function of the catalogue with JSON text, and gives JSON text. */
export function callJson(name, input, policy) {
  const named = String(name);
  if (policy === undefined) return run(() => module.callJson(named, input));
  const object = raw(policy);
  return run(() => object.callJson(named, input));
}
