// How long a tab takes to compute an epoch again: claims fetched from a node page by page, settled in a worker, and
// every root compared. Beside it, the same epoch settled by the native program.
//
//   AICF_EPOCH_DB=/tmp/epoch.db cargo bench -p aicf-tests --bench figures -- epoch     # makes 100,000 claims
//   AICF_EPOCH_DB=/tmp/epoch.db npm run bench:epoch
import { finished } from "../../../tests/within.mjs";
import { binary } from "../../client/test/running.mjs";
import { bare, go, launch, tab } from "../test/harness.mjs";

const database = process.env.AICF_EPOCH_DB;
if (!database) throw new Error("which database? AICF_EPOCH_DB=FILE npm run bench:epoch; see the top of bench/epoch.mjs");
const RUNS = 3;

const start = performance.now();
const audit = finished(binary(), ["--db", database, "audit", "0"], { encoding: "utf8" });
if (audit.status !== 0) throw new Error(audit.stderr);
console.log(`aicf audit 0: ${((performance.now() - start) / 1_000).toFixed(2)} s`);

const node = await bare("--db", database, "--chain-source", "none");
const browser = await launch();
try {
  for (let run = 0; run < RUNS; run += 1) {
    const page = await tab(browser);
    await go(page, node.url, "/epochs/0", "Epoch 0");
    // The page must stay alive while the worker works: the longest time between two frames is measured.
    await page.evaluate(() => {
      let last = performance.now();
      globalThis.gap = 0;
      const frame = (now) => {
        globalThis.gap = Math.max(globalThis.gap, now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const seen = new Set();
    await page.exposeFunction("progress", (text) => seen.add(text));
    await page.evaluate(() => new MutationObserver(() => {
      const text = document.querySelector(".progress")?.textContent;
      if (text) void globalThis.progress(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true }));
    const from = performance.now();
    await page.getByRole("button", { name: "Compute it again" }).click();
    await page.locator(".verdict.good").waitFor({ timeout: 120_000 });
    const took = performance.now() - from;
    const said = await page.getByText(/claims fetched in/).innerText();
    const gap = await page.evaluate(() => globalThis.gap);
    console.log(`${(took / 1_000).toFixed(2)} s from the click to the verdict (${said.replace(/ Under.*/, "")}); ${seen.size} steps of progress shown, longest frame ${gap.toFixed(0)} ms`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await node.close();
}
