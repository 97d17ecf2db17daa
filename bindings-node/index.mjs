// The package for `import`: the same classes as for `require`, so that `instanceof` holds across both.
import aicf from "./index.cjs";

export const { AicfError, CODES, Engine, FUNCTIONS, Key, Policy, SEMANTICS_VERSION, call, callAsync, callJson, settleColumns, settleColumnsAsync } = aicf;
export * from "./generated/functions.mjs";
export default aicf;
