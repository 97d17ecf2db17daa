// The package in a browser, as Vite bundles it: built here, served here, opened in headless Chromium.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { after, test } from "../../../tests/runner.mjs";
import { bounded, within } from "../../../tests/within.mjs";

const page = fileURLToPath(new URL("./page", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

const folder = mkdtempSync(join(tmpdir(), "aicf-page-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a Vite build runs in Chromium with the results of every other host", async () => {
  const built = build({
    root: page,
    configFile: false,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, target: "es2022" },
  });
  await within("the build of the page", built);
  const assets = readdirSync(join(folder, "assets"));
  assert.ok(assets.some((file) => file.endsWith(".wasm")), `the module is an asset of its own: ${assets}`);
  assert.ok(!assets.some((file) => file.endsWith(".js") && /\bawait\b[^;]*;?\s*export/.test(readFileSync(join(folder, "assets", file), "utf8"))));

  const server = createServer((request, response) => {
    const path = normalize(request.url === "/" ? "/index.html" : new URL(request.url, "http://page").pathname);
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = bounded(await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS }), "browser");
  try {
    const tab = await browser.newPage();
    const said = [];
    tab.on("pageerror", (error) => said.push(String(error)));
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab.waitForFunction(() => globalThis.done !== undefined, undefined, { polling: 50 });
    const result = await tab.evaluate(() => globalThis.done);
    assert.deepEqual([...said, ...result.failures], []);
    assert.equal(result.early, "invariant", "before init() there is an error that says what to do");
    assert.ok(result.border > 60 && result.columns > 20 && result.vectors > 400 && result.journals > 10, JSON.stringify(result));
    console.log(`split.apply with a handle in Chromium: ${result.split_ns.toFixed(0)} ns, a bare call ${result.bare_ns.toFixed(0)} ns`);
  } finally {
    await browser.close();
    server.close();
  }
});
