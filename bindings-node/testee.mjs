// Answers catalogue requests with the add-on, one JSON line each: `node testee.mjs [--typed]`.
import { createRequire } from "node:module";
import * as aicf from "./index.mjs";
import { serve } from "../tests/conformance/testee.mjs";

const native = createRequire(import.meta.url)("./native.cjs");
await serve((line) => Buffer.from(native.testeeLineBytes(line)), aicf);
