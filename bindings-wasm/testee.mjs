// Answers catalogue requests with the browser's package, one JSON line each: `node testee.mjs [--typed]`.
import * as aicf from "./web/package/node.js";
import { serve } from "../tests/conformance/testee.mjs";

await serve(aicf.testeeLine, aicf);
