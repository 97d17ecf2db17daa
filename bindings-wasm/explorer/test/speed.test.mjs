// What a reader waits for, as far as it can be counted: bytes that are loaded, and rows in the document of a list of ten
// thousand. What takes time is measured by `cargo xtask bench`.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { after, before, test } from "../../../tests/runner.mjs";
import { DIST, bare, go, launch, scrollThrough, tab } from "./harness.mjs";
import { Market } from "./market.mjs";

const JOBS = 10_000;
let node, browser;

before(async () => {
  // Blocks are far apart: nothing but the list is to move.
  node = await bare("--chain-block-time-ms", "60000");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await node?.close();
});

test("scripts besides the core are under 350 KB with gzip", () => {
  const scripts = readdirSync(join(DIST, "assets")).filter((name) => name.endsWith(".js"));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, "assets", name))).length, 0);
  console.log(`scripts: ${bytes} bytes with gzip`);
  assert.ok(bytes < 350 * 1024, `${bytes} bytes`);
});

test("the core is not loaded before it is needed", async () => {
  const page = await tab(browser);
  await go(page, node.url, "/", "Overview");
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  assert.ok(loaded.some((name) => name.endsWith(".js")), loaded.join(" "));
  assert.ok(!loaded.some((name) => name.endsWith(".wasm")), loaded.join(" "));
  await page.context().close();
});

test("a list of ten thousand rows has few of them in the document, and scrolls to the last", async () => {
  const work = new Market(node.url);
  await work.ask(JOBS);
  const page = await tab(browser);
  await go(page, node.url, "/jobs", "Jobs");
  await page.getByText("10\u202f000 rows").waitFor();
  let most = 0;
  await scrollThrough(page, page.getByRole("table"), JOBS + 1, 3_000, (rows) => (most = Math.max(most, rows.length)));
  assert.ok(most < 120, `${most} rows in the document`);
  await page.context().close();
});
