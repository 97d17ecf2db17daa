// What a reader waits for: bytes, the first paint, and the frames of a list of ten thousand rows while it is scrolled.
//
//   npm run bench        # or `cargo xtask bench`, which runs this, too
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DIST, bare, go, launch, tab } from "../test/harness.mjs";
import { Market } from "../test/market.mjs";

const JOBS = 10_000;
const FRAMES = 300;
const PIXELS = 1_500;

const scripts = readdirSync(join(DIST, "assets")).filter((name) => name.endsWith(".js"));
const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, "assets", name))).length, 0);
console.log(`scripts besides the core: ${bytes.toLocaleString("en")} bytes with gzip (limit ${(350 * 1_024).toLocaleString("en")})`);

// Blocks are far apart: nothing but the list is to move.
const node = await bare("--chain-block-time-ms", "60000");
const browser = await launch();
try {
  const first = await tab(browser);
  await go(first, node.url, "/", "Overview");
  const painted = await first.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  console.log(`first contentful paint: ${painted?.toFixed(0)} ms (aim: under 1,500)`);
  await first.context().close();

  await new Market(node.url).ask(JOBS);
  const page = await tab(browser);
  await go(page, node.url, "/jobs", "Jobs");
  await page.getByText("10\u202f000 rows").waitFor();
  const { gaps, most } = await page.evaluate(
    async ([frames, pixels]) => {
      const gaps = [];
      let most = 0;
      let last = performance.now();
      for (let frame = 0; frame < frames; frame += 1) {
        scrollBy(0, pixels);
        const now = await new Promise(requestAnimationFrame);
        gaps.push(now - last);
        last = now;
        most = Math.max(most, document.querySelectorAll('[role="row"]').length);
      }
      return { gaps: gaps.sort((a, b) => a - b), most };
    },
    [FRAMES, PIXELS],
  );
  const at = (share) => gaps[Math.floor(gaps.length * share)].toFixed(1);
  console.log(`${JOBS.toLocaleString("en")} rows, ${PIXELS.toLocaleString("en")} pixels a frame, ${FRAMES} frames: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${gaps.at(-1).toFixed(0)} ms; at most ${most} rows in the document`);
} finally {
  await browser.close();
  await node.close();
}
