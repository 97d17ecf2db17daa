// What moves: charts over the WebSocket, the feed, lists; and what a reader with a keyboard does.
import assert from "node:assert/strict";
import { after, before, test } from "../../../tests/runner.mjs";
import { within } from "../../../tests/within.mjs";
import { DIST, bare, files, go, launch, market, picture, tab, until } from "./harness.mjs";
import { Market } from "./market.mjs";

/** How often jobs come before the overview is looked at: its charts have something to show. */
const ROUNDS = 60;

let node, work, browser;

before(async () => {
  node = await market();
  work = new Market(node.url);
  await work.open();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await work?.close();
  await node?.close();
});

test("charts and feed move with what happens", async () => {
  const page = await tab(browser);
  await go(page, node.url, "/", "Overview");
  await page.getByRole("button", { name: /: live/ }).waitFor();
  const throughput = page.getByRole("img", { name: /^Jobs a second/ });
  await until(page, () => /In the last minute 0 enqueued/.test(document.body.innerText));
  const drawn = () => throughput.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const before = await drawn();
  const [task] = await work.ask(25);
  await until(page, () => /In the last minute 25 enqueued, \d+ assigned, 25 completed, 25 proved/.test(document.body.innerText));
  await until(page, ([canvas, picture]) => canvas.toDataURL() !== picture, [await throughput.locator("canvas").elementHandle(), before]);
  const numbers = throughput.locator("xpath=ancestor::figure").getByText("The numbers");
  await numbers.click();
  await page.getByRole("region", { name: "Jobs a second: the numbers" }).waitFor();
  await page.getByRole("list", { name: /last events/ }).getByText("Claim accepted").first().waitFor();
  await picture(page, "live-wide-light");

  await go(page, node.url, "/jobs", "Jobs");
  await page.getByText("25 rows").waitFor();
  await work.ask(3);
  await page.getByText("28 rows").waitFor();
  assert.ok(task);
  await page.context().close();
});

test("the overview of a market at work", async () => {
  const page = await tab(browser);
  await go(page, node.url, "/", "Overview");
  const paid = () => /Epoch \d+ paid [1-9]/.test(document.body.innerText);
  await within("an epoch that paid", async (stop) => {
    for (let round = 0; !stop.aborted && (round < ROUNDS || !(await page.evaluate(paid))); round += 1) await work.ask(4 + ((round * 7) % 11));
  });
  await picture(page, "market-wide-light");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("a stream that ends is taken up again", async () => {
  const own = await market();
  const page = await tab(browser);
  const host = await files();
  await go(page, `${host.url}/?node=${own.url}`, "/", "Overview");
  await page.getByRole("button", { name: /: live/ }).waitFor();
  await own.end();
  await page.getByRole("button", { name: /: (connecting|unreachable)/ }).waitFor();
  await own.start();
  await page.getByRole("button", { name: /: live/ }).waitFor();
  const there = new Market(own.url);
  await there.open();
  await there.ask(5);
  await until(page, () => /5 enqueued/.test(document.body.innerText));
  await there.close();
  await page.context().close();
  host.close();
  await own.close();
});

test("everything is reached with the keyboard alone", async () => {
  const [task] = await work.ask(1);
  const page = await tab(browser);
  await go(page, node.url, "/", "Overview");
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim().slice(0, 40) || document.activeElement?.getAttribute("aria-label") || "");
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  await press("Tab");
  assert.equal(await focused(), "Skip to the content");
  await press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");

  await press("/");
  await page.keyboard.type(task);
  await press("Enter");
  await page.getByRole("heading", { level: 1, name: "Job", exact: true }).waitFor();
  await until(page, () => document.activeElement?.tagName === "H1");

  await press("/");
  await page.keyboard.type("nothing-like-this");
  await press("Enter");
  await page.getByText("Nothing is called “nothing-like-this” here.").waitFor();

  await page.getByRole("link", { name: "Providers", exact: true }).focus();
  await press("Enter");
  await page.getByRole("heading", { level: 1, name: "Providers" }).waitFor();
  await until(page, () => document.activeElement?.tagName === "H1");
  await page.getByRole("row").nth(1).waitFor();
  // From the title on: the conditions, then the rows.
  await press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SELECT");
  await press("Tab", "Tab", "Tab", "Tab");
  assert.equal(await page.evaluate(() => document.activeElement.closest('[role="row"]') !== null), true);
  await press("Enter");
  await page.waitForURL(/#\/providers\/.+/);

  const standing = page.getByRole("button", { name: /Choose another node/ });
  await standing.focus();
  await press("Enter");
  await page.getByRole("dialog", { name: "Node" }).waitFor();
  await press("Escape");
  await page.getByRole("dialog", { name: "Node" }).waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Choose another node/);

  const theme = page.getByRole("button", { name: /^Colours/ });
  await theme.focus();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await press("Enter", "Enter");
  assert.notEqual(await ground(), light, "system, light, dark");
  assert.match(await theme.getAttribute("aria-label"), /dark/);
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.notEqual(await ground(), light, "what was chosen is kept");
  await page.context().close();
});

test("the same files anywhere ask a node elsewhere, and another one when told to", async () => {
  const other = await bare();
  const host = await files(DIST);
  const page = await tab(browser);
  await go(page, `${host.url}/?node=${node.url}`, "/providers", "Providers");
  await page.getByText("5 rows").waitFor();
  await page.getByRole("button", { name: /Choose another node/ }).click();
  await page.getByLabel("Address").fill("not an address");
  await page.getByRole("button", { name: "Ask this node" }).click();
  await page.getByText("An address is like").waitFor();
  await page.getByLabel("Address").fill(other.url);
  await page.getByRole("button", { name: "Ask this node" }).click();
  await page.getByText("No provider fits.", { exact: false }).waitFor();
  await page.reload();
  await page.getByText("No provider fits.", { exact: false }).waitFor();
  await page.context().close();
  host.close();
  await other.close();
});
