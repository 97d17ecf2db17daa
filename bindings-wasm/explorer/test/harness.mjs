// What the tests of the pages share: a node, a browser, and what every page must be like.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { bounded, finished } from "../../../tests/within.mjs";
import { ROOT, Running, binary } from "../../client/test/running.mjs";
import { POLICY } from "./market.mjs";

export { ROOT };

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PASSPHRASE = "a long enough one";
/** Pictures of the last run. */
export const PICTURES = join(ROOT, "target/explorer");
export const DIST = fileURLToPath(new URL("../dist", import.meta.url));

export const WIDE = { width: 1600, height: 1000 };
export const NARROW = { width: 360, height: 780 };

/** A devnet that signs receipts. */
export async function market({ policy = POLICY, rules, settings = [] } = {}) {
  const node = new Running();
  writeFileSync(join(node.folder, "policy.yaml"), policy);
  if (rules) {
    writeFileSync(join(node.folder, "market.yaml"), rules);
    settings = ["--market", join(node.folder, "market.yaml"), ...settings];
  }
  const key = join(node.folder, "settlement.key");
  const env = { ...process.env, AICF_PASSPHRASE: PASSPHRASE };
  const made = finished(binary(), ["key", "generate", key], { env, encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  node.env = { AICF_PASSPHRASE: PASSPHRASE };
  node.settings = ["--policy", join(node.folder, "policy.yaml"), "--receipts-key", key, "--rpc-cors-origins", "*", ...settings];
  await node.start();
  return node;
}

/** A devnet with nothing on it. */
export async function bare(...settings) {
  return Running.start("--rpc-cors-origins", "*", ...settings);
}

/** A browser. Each of its answers has a bound: Playwright gives none to what a page computes. */
export async function launch() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  return bounded(browser, "browser");
}

/** A tab that fails the test when the page throws. */
export async function tab(browser, { viewport = WIDE, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) page.faults.push(message.text());
  });
  return page;
}

/** Goes to a page of the explorer, and waits for what it shows. */
export async function go(page, base, path, heading) {
  await page.goto(`${base}#${path}`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  await settled(page);
}

/** Waits until a function of the page gives something true. It is asked by the clock: a page that draws no frames is asked, too. */
export async function until(page, is, value) {
  await page.waitForFunction(is, value, { polling: 50 }).catch((error) => {
    throw new Error(`waited for ${is}: ${error.message}`, { cause: error });
  });
}

/** Nothing on the page is still loading. */
export async function settled(page) {
  await until(page, () => document.querySelectorAll("main .spinner").length === 0);
}

/**
 * Scrolls down, `pixels` at a time, until the last row of a list is in the document. `see` gets the indices of the rows that
 * are, each time the list is drawn down to the edge of the window.
 */
export async function scrollThrough(page, table, last, pixels, see) {
  const drawn = (list) => {
    const end = Math.max(...[...list.querySelectorAll("[aria-rowindex]")].map((row) => row.getBoundingClientRect().bottom));
    return end > Math.min(innerHeight, list.getBoundingClientRect().bottom) - 20;
  };
  const indices = (list) => [...list.querySelectorAll("[aria-rowindex]")].map((row) => Number(row.getAttribute("aria-rowindex")));
  const list = await table.elementHandle();
  let reached = 0;
  await table.evaluate((element) => element.scrollIntoView());
  while (reached < last) {
    await until(page, drawn, list);
    const rows = await table.evaluate(indices);
    see(rows);
    const before = reached;
    reached = Math.max(reached, ...rows);
    // At the end of what was fetched the next page of the list has to come.
    const more = ([element, known]) => element.getBoundingClientRect().bottom > innerHeight + 1 || Number([...element.querySelectorAll("[aria-rowindex]")].at(-1).getAttribute("aria-rowindex")) > known;
    if (reached === before && reached < last) await until(page, more, [list, reached]);
    await page.evaluate((by) => scrollBy(0, by), pixels);
  }
}

/** What every page must be like, whatever it shows: accessible, within the width, without errors. */
export async function sound(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} pixels wider than the screen`);
  await page.evaluate(`${AXE}; 0`);
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).slice(0, 3).join("; ")}`);
  assert.deepEqual(said, [], what);
  assert.deepEqual(page.faults, [], what);
}

/** Pictures that stand in the documents, by their names there. */
const SHOWN = {
  "market-wide-light": "overview",
  "verified-wide-light": "verified",
  "refused-wide-light": "refused",
  "playground-repriced-wide-light": "playground",
  "job-wide-dark": "job-dark",
  "providers-narrow-light": "providers-narrow",
};

export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name}.png`);
  await page.screenshot({ path });
  if (process.env.AICF_UPDATE_PICTURES && name in SHOWN) {
    mkdirSync(join(ROOT, "docs/images"), { recursive: true });
    copyFileSync(path, join(ROOT, `docs/images/explorer-${SHOWN[name]}.png`));
  }
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };

function listening(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) })));
}

/** The build as any static host serves it. */
export function files(folder = DIST) {
  return listening(
    createServer((asked, answer) => {
      const path = normalize(new URL(asked.url, "http://page").pathname);
      try {
        const body = readFileSync(join(folder, path.endsWith("/") ? `${path}index.html` : path));
        answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/html" }).end(body);
      } catch {
        answer.writeHead(404).end();
      }
    }),
  );
}

/** A node that lies: it passes calls on, and changes what comes back. */
export function liar(node, change) {
  return listening(
    createServer((asked, answer) => {
      const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "content-type", "access-control-allow-methods": "POST" };
      if (asked.method !== "POST") return answer.writeHead(asked.method === "OPTIONS" ? 200 : 404, cors).end();
      const chunks = [];
      asked.on("data", (chunk) => chunks.push(chunk));
      asked.on("end", () => {
        const body = Buffer.concat(chunks);
        const { method, params } = JSON.parse(body);
        const passed = request(node.url, { method: "POST", headers: { "content-type": "application/json" } }, (came) => {
          const parts = [];
          came.on("data", (part) => parts.push(part));
          came.on("end", () => {
            const told = JSON.parse(Buffer.concat(parts));
            if (told.result !== undefined) change(method, told.result, params);
            answer.writeHead(200, { "content-type": "application/json", ...cors }).end(JSON.stringify(told));
          });
        });
        passed.on("error", () => answer.writeHead(502, cors).end());
        passed.end(body);
      });
    }),
  );
}
