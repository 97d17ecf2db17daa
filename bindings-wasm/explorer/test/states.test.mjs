// What is shown where there is nothing to show, or nobody who answers.
import assert from "node:assert/strict";
import { after, before, test } from "../../../tests/runner.mjs";
import { bare, files, go, launch, picture, sound, tab } from "./harness.mjs";

let node, browser;

before(async () => {
  // Blocks are far apart: no epoch comes to an end.
  node = await bare("--chain-block-time-ms", "60000");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await node?.close();
});

const EMPTY = [
  ["/", "Overview", "No epoch is settled yet."],
  ["/providers", "Providers", "No provider fits."],
  ["/jobs", "Jobs", "No job fits."],
  ["/epochs", "Epochs", "No epoch is settled yet."],
  ["/payouts", "Payouts", "No payout fits."],
  ["/requesters", "Requesters", "Nobody has asked for work yet."],
  ["/playground", "Playground", "No epoch is settled yet."],
  ["/receipts", "Receipts", "This node tells no key."],
];

test("a node with nothing on it says on each page what is missing", async () => {
  const page = await tab(browser);
  for (const [path, heading, said] of EMPTY) {
    await go(page, node.url, path, heading);
    await page.getByText(said, { exact: false }).first().waitFor();
    await sound(page, `${path}, empty`);
  }
  await picture(page, "empty-receipts-wide-light");
  await page.context().close();
});

test("what does not exist is said to be unknown", async () => {
  const page = await tab(browser);
  for (const [path, heading, code] of [
    [`/jobs/0x${"00".repeat(32)}`, "Job", "unknown_task"],
    ["/providers/nobody", "nobody", "unknown_provider"],
    ["/epochs/7", "Epoch 7", "epoch_not_settled"],
    ["/jobs/rubbish", "Job", "bad_encoding"],
  ]) {
    await go(page, node.url, path, heading);
    await page.getByRole("alert").getByText(code, { exact: true }).first().waitFor();
    await sound(page, `${path}, unknown`);
  }
  await page.context().close();
});

test("a slow node is waited for, visibly", async () => {
  const page = await tab(browser);
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  await page.route(`${node.url}/`, async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await page.goto(`${node.url}/#/providers`);
  await page.getByRole("status").getByText("Loading…").waitFor();
  await picture(page, "loading-wide-light");
  answer();
  await page.getByText("No provider fits.", { exact: false }).waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
});

test("a node that is gone is said to be, and asked again when it is back", async () => {
  const own = await bare();
  const host = await files();
  const page = await tab(browser);
  await go(page, `${host.url}/?node=${own.url}`, "/providers", "Providers");
  await page.getByRole("button", { name: /: live/ }).waitFor();
  await own.end("SIGKILL");
  await page.getByRole("button", { name: /: (connecting|unreachable)/ }).waitFor();
  await go(page, `${host.url}/?node=${own.url}`, "/jobs", "Jobs");
  await page.getByRole("alert").getByText("The node does not answer.").first().waitFor();
  await sound(page, "an unreachable node");
  await picture(page, "unreachable-wide-light");
  await own.start();
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.getByText("No job fits.", { exact: false }).waitFor();
  await page.getByRole("button", { name: /: live/ }).waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
  host.close();
  await own.close();
});
