// The package for Node.js: the module is read from beside this file, so nothing has to be awaited.
import { readFileSync } from "node:fs";
import { initSync } from "./index.js";

initSync(readFileSync(new URL("./wasm/aicf_web_bg.wasm", import.meta.url)));

export * from "./index.js";
