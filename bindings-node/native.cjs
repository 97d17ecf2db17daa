// The add-on, or what to do where it is not built.
"use strict";

try {
  module.exports = require("./aicf.node");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  throw new Error("@aicf/node: the add-on is not built; run `npm ci && npm run build` in bindings-node", { cause: error });
}
