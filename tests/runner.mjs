// The runner of Node.js with a bound for every test and hook. It has none by default.
import * as runner from "node:test";
import { PATIENCE, TEST } from "./within.mjs";

export const test = (name, work) => runner.test(name, { timeout: TEST }, work);
export const before = (work) => runner.before(work, { timeout: TEST });
export const after = (work) => runner.after(work, { timeout: TEST });

// The process of a file ends when nothing is open any more. What a failed test left open must not keep it alive.
runner.after(() => {
  const open = () => {
    console.error(`still open ${PATIENCE / 1_000} s after the last test: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  };
  setTimeout(open, PATIENCE).unref();
});
