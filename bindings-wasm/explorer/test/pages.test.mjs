// Every page against a market at work: at both widths and in both colours it is accessible, fits, and shows what the
// node knows.
import assert from "node:assert/strict";
import { Client } from "@aicf/client";
import WebSocket from "ws";
import { after, before, test } from "../../../tests/runner.mjs";
import { NARROW, WIDE, go, launch, market, picture, sound, tab, until } from "./harness.mjs";
import { Market } from "./market.mjs";

let node, work, browser, client, job, epoch;

before(async () => {
  node = await market();
  work = new Market(node.url);
  await work.open();
  await work.ask(120);
  epoch = await work.settled(1);
  client = new Client(node.url, { WebSocket });
  job = (await client.call("aicf.listJobs", { status: "settled", limit: 1 })).items[0];
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await work?.close();
  await node?.close();
});

const PAGES = [
  ["overview", () => "/", "Overview"],
  ["providers", () => "/providers", "Providers"],
  ["provider", () => `/providers/${encodeURIComponent("ion-trap/alpha")}`, "ion-trap/alpha"],
  ["jobs", () => "/jobs", "Jobs"],
  ["job", () => `/jobs/${job.task_id}`, "Job"],
  ["epochs", () => "/epochs", "Epochs"],
  ["epoch", () => `/epochs/${epoch}`, /^Epoch \d+$/],
  ["payouts", () => `/payouts?epoch=${epoch}`, "Payouts"],
  ["accounts", () => "/accounts", "Accounts"],
  ["account", () => "/accounts/treasury", "treasury"],
  ["requesters", () => "/requesters", "Requesters"],
  ["requester", () => "/requesters/tenant-1", "tenant-1"],
  ["receipts", () => "/receipts", "Receipts"],
  ["playground", () => `/playground?epoch=${epoch}`, "Playground"],
  ["not-found", () => "/nowhere", "Not found"],
];

for (const [colorScheme, viewport, size] of [["light", WIDE, "wide"], ["dark", WIDE, "wide"], ["light", NARROW, "narrow"], ["dark", NARROW, "narrow"]]) {
  test(`every page at ${viewport.width} px, ${colorScheme}`, async () => {
    const page = await tab(browser, { viewport, colorScheme });
    for (const [name, path, heading] of PAGES) {
      await go(page, node.url, path(), heading);
      if (name === "playground") await page.getByRole("button", { name: /^Reprice/ }).waitFor();
      await sound(page, `${name}, ${size}, ${colorScheme}`);
      await picture(page, `${name}-${size}-${colorScheme}`);
    }
    await page.context().close();
  });
}

test("the overview says what the node says", async () => {
  const page = await tab(browser);
  await go(page, node.url, "/", "Overview");
  const { total } = await client.call("aicf.listProviders", { status: "active", limit: 1 });
  await page.locator(".stat", { hasText: "Providers" }).getByText(String(total), { exact: true }).waitFor();
  await page.getByRole("img", { name: /^Use of the fund by epoch\. Epoch \d+ paid/ }).waitFor();
  await page.context().close();
});

test("a job's page tells its life, its attempts, and what it was paid", async () => {
  const page = await tab(browser);
  await go(page, node.url, `/jobs/${job.task_id}`, "Job");
  const card = (title) => page.getByRole("region", { name: title, exact: true });
  for (const event of ["Job enqueued", "Job assigned", "Job completed", "Claim accepted", "Settled"]) {
    await card("What happened").getByText(event, { exact: true }).first().waitFor();
  }
  await card("Attempts").getByText("completed").waitFor();
  await card("Why it stands there").getByText("It is over.").waitFor();
  const { line } = await client.call("aicf.explainPayout", { epoch: job.claim.epoch, claim_key: job.claim.claim_key });
  const gets = await card("What it was paid").locator(".sum dd").innerText();
  assert.equal(gets.replace(/\D/g, ""), line.net_provider);
  await page.context().close();
});

test("a job that nobody can take says why, provider by provider", async () => {
  const [task_id] = await work.ask(1, { kind: "ai", model: "nobody-has-this", circuit: undefined });
  const page = await tab(browser);
  await go(page, node.url, `/jobs/${task_id}`, "Job");
  const why = page.getByRole("region", { name: "Why it stands there" });
  await why.getByText("No provider may take it now.").waitFor();
  await why.getByText("Provider by provider").click();
  await why.getByText("fails at model").first().waitFor();
  await page.context().close();
});

test("a provider's page shows stake, band, earnings, and declined work", async () => {
  const page = await tab(browser);
  await go(page, node.url, "/providers/north-1", "north-1");
  await page.locator(".stat", { hasText: "Stake" }).getByText(/250.000/).waitFor();
  await page.getByRole("table", { name: "Earnings of north-1" }).getByRole("row").nth(1).waitFor();
  const { paid_total } = await client.call("aicf.getProvider", { provider_id: "north-1" });
  assert.ok(BigInt(paid_total) > 0n);
  await page.context().close();
});

test("conditions of a list are in its address and hold", async () => {
  const page = await tab(browser);
  await go(page, node.url, "/jobs", "Jobs");
  await page.getByRole("combobox", { name: "Kind" }).selectOption("quantum");
  await page.getByRole("textbox", { name: "Requester" }).fill("tenant-3");
  await page.getByRole("textbox", { name: "Requester" }).press("Enter");
  await page.waitForURL(/requester=tenant-3/);
  await until(page, () => [...document.querySelectorAll('[role="cell"][data-label="Requester"]')].every((cell) => cell.textContent === "tenant-3"));
  const { items } = await client.call("aicf.listJobs", { kind: "quantum", requester: "tenant-3", limit: 1000 });
  await until(page, (count) => document.querySelectorAll('[role="cell"][data-label="Requester"]').length === count, items.length);
  await page.reload();
  assert.equal(await page.getByRole("combobox", { name: "Kind" }).inputValue(), "quantum");
  await page.getByRole("button", { name: "Clear" }).click();
  await until(page, () => !location.href.includes("requester="));
  await page.context().close();
});
