// Bounds for everything that the JavaScript tests wait for. What does not come fails, with what it was.
import { spawnSync } from "node:child_process";
import { inspect, types } from "node:util";

/** How long one wait may take, in milliseconds: a machine that is busy with other tests is slow, what hangs is slower. */
export const PATIENCE = 60_000;
/** How long one test or hook, or a program that it runs, may take in total, in milliseconds. */
export const TEST = 300_000;

/** Waits for a promise, or for the promise that a function makes of a signal, which is aborted on expiry. */
export async function within(what, work, ms = PATIENCE) {
  const stop = new AbortController();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`waited ${ms / 1_000} s for ${what}`);
      reject(error);
      stop.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([typeof work === "function" ? work(stop.signal) : work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const shown = (value) => inspect(typeof value === "function" ? String(value) : value, { depth: 2, breakLength: Infinity }).replace(/\s+/g, " ").slice(0, 160);
const isPlain = (value) => Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** An object of which every promise has a bound: its methods', and those of the objects that its methods give. */
export function bounded(target, name, ms = PATIENCE) {
  const wrap = (value, what) => (value !== null && typeof value === "object" && !isPlain(value) ? bounded(value, what, ms) : value);
  return new Proxy(target, {
    get(_, property) {
      const value = Reflect.get(target, property, target);
      if (typeof property === "symbol" || property.startsWith("_")) return value;
      if (typeof value !== "function") return wrap(value, `${name}.${property}`);
      return (...args) => {
        const what = `${name}.${property}(${args.map(shown).join(", ")})`;
        const result = value.apply(target, args);
        if (!types.isPromise(result)) return wrap(result, what);
        // A call with a limit of its own tells by itself that it was reached.
        const own = Number(args.at(-1)?.timeout) || 0;
        return within(what, result, own + ms).then((came) => wrap(came, what));
      };
    },
  });
}

/** Runs a program to its end, like `spawnSync`; one that does not end, or cannot start, is an error that names it. */
export function finished(program, args, options = {}) {
  const done = spawnSync(program, args, { timeout: TEST, killSignal: "SIGKILL", ...options });
  if (done.error) throw new Error(`${program} ${args.join(" ")}: ${done.error.message}`, { cause: done.error });
  return done;
}
