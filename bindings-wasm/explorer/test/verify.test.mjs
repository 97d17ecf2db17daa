// What no node has to be believed for: an epoch computed again in the page, a receipt verified there, an epoch priced
// anew; and lies of every kind called out.
import assert from "node:assert/strict";
import { Client } from "@aicf/client";
import WebSocket from "ws";
import { after, before, test } from "../../../tests/runner.mjs";
import { NARROW, files, go, launch, liar, market, picture, scrollThrough, settled, sound, tab } from "./harness.mjs";
import { Market, POLICY } from "./market.mjs";

let node, work, browser, client, epoch, page;

before(async () => {
  node = await market();
  work = new Market(node.url);
  await work.open();
  await work.ask(150);
  // Beyond the first, so that there is a batch before it.
  epoch = await work.settled(2);
  client = new Client(node.url, { WebSocket });
  browser = await launch();
  page = await tab(browser);
});
after(async () => {
  await browser?.close();
  await work?.close();
  await node?.close();
});

/** Computes an epoch again and gives what was said of it. */
async function verified(base, number) {
  // The same address would not begin anew.
  await page.goto("about:blank");
  await go(page, base, `/epochs/${number}`, `Epoch ${number}`);
  await page.getByRole("button", { name: "Compute it again" }).click();
  const verdict = page.locator(".verdict, .state.failed");
  await verdict.waitFor();
  assert.equal(await page.locator(".state.failed").count(), 0, await verdict.innerText());
  const checks = await page.locator(".checks li").evaluateAll((items) => items.map((item) => [item.querySelector(".name").firstChild.textContent.trim(), item.className]));
  return { said: await verdict.locator(".said").innerText(), checks: Object.fromEntries(checks) };
}

test("an epoch is computed again, and everything holds", async () => {
  const { said, checks } = await verified(node.url, epoch);
  assert.match(said, /Verified/);
  assert.deepEqual(new Set(Object.values(checks)), new Set(["holds"]), JSON.stringify(checks));
  for (const name of ["Policy", "Claims", "Payouts", "Balances", "Sums", "Header", "Batch id", "The batch before", "Signature"]) assert.ok(name in checks, name);
  await sound(page, "a verified epoch");
  await picture(page, "verified-wide-light");
});

test("each line shows its factors, and they come to the node's own payout", async () => {
  await verified(node.url, epoch);
  const table = page.getByRole("table", { name: `Lines of epoch ${epoch}, computed here` });
  await table.scrollIntoViewIfNeeded();
  await table.getByRole("button").first().click();
  const opened = page.getByRole("dialog", { name: "The line’s factors" });
  await opened.waitFor();
  const shown = Object.fromEntries(await opened.locator(".factors > div").evaluateAll((rows) => rows.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd .number").textContent.replace(/[^\d.]/g, "")])));
  const [from, to] = (await opened.locator("code").innerText()).split("…");
  const { items } = await client.call("aicf.listPayouts", { epoch, limit: 1000 });
  const { line } = items.find(({ line: { claim_key } }) => claim_key.startsWith(from) && claim_key.endsWith(to));
  const told = await client.call("aicf.explainPayout", { epoch, claim_key: line.claim_key });
  assert.deepEqual(
    [shown.Units, shown.Base, shown.Price, shown.Payable, shown.Provider, shown.Miner, shown.Treasury, shown.Penalty, shown["Provider gets"]],
    [told.units, told.base, told.quoted, line.payable, line.provider, line.miner_share, line.treasury, line.penalty, line.net_provider],
  );
  await sound(page, "a line's factors");
  await page.keyboard.press("Escape");
  await opened.waitFor({ state: "detached" });
});

test("all computed lines are there, wherever the list is scrolled to", async () => {
  await verified(node.url, epoch);
  const table = page.getByRole("table", { name: `Lines of epoch ${epoch}, computed here` });
  const count = Number(await table.getAttribute("aria-rowcount")) - 1;
  assert.ok(count > 30, `${count} lines`);
  const seen = new Set();
  // The title of the list is its first row.
  await scrollThrough(page, table, count + 1, 300, (rows) => rows.forEach((row) => seen.add(row)));
  assert.equal(seen.size, count + 1);
});

test("the first epoch has none before it", async () => {
  const { checks } = await verified(node.url, 0);
  assert.equal(checks["The batch before"], "holds");
});

test("an epoch whose budget came from fees is computed again, too", async () => {
  const own = await market({ rules: "fund:\n  source: fees\n" });
  const busy = new Market(own.url);
  await busy.open();
  await busy.ask(60);
  const number = await busy.settled(2);
  const { said, checks } = await verified(own.url, number);
  assert.match(said, /Verified/);
  const { "Batch id": id, ...others } = checks;
  // No policy says what the fund held, so the id is compared with the header's hash only.
  assert.equal(id, "open");
  assert.deepEqual(new Set(Object.values(others)), new Set(["holds"]), JSON.stringify(checks));
  await busy.close();
  await own.close();
});

test("amounts of more than 64 bits are as exact", async () => {
  const large = "123456789012345678901234";
  const policy = POLICY.replace("budget_per_epoch: 2000000", 'budget_per_epoch: "999999999999999999999999999"') + `pricing:\n  ai:\n    min_reward: "${large}"\n    max_reward: "${large}"\n`;
  const own = await market({ policy });
  const busy = new Market(own.url);
  await busy.open();
  await busy.ask(40);
  const number = await busy.settled(1);
  const { said, checks } = await verified(own.url, number);
  assert.match(said, /Verified/);
  assert.deepEqual(new Set(Object.values(checks)), new Set(["holds"]), JSON.stringify(checks));
  const table = page.getByRole("table", { name: `Lines of epoch ${number}, computed here` });
  await table.scrollIntoViewIfNeeded();
  await table.getByText(large.replace(/\B(?=(\d{3})+$)/g, "\u202f")).first().waitFor();
  await busy.close();
  await own.close();
});

const LIES = [
  ["a claim with more units", "aicf.listClaims", (result) => (result.items[0].units = String(BigInt(result.items[0].units) + 1n)), "Claims"],
  ["a claim left out", "aicf.listClaims", (result) => result.items.pop(), "Claims"],
  ["a claim of another provider", "aicf.listClaims", (result) => (result.items[0].provider_id = "mallory"), "Claims"],
  ["another payouts root", "aicf.getClaims", (result) => (result.batch.payouts_root = `0x${"11".repeat(32)}`), "Header"],
  ["a larger treasury share", "aicf.getClaims", (result) => (result.batch.totals.treasury = "999999"), "Sums"],
  ["another policy", "aicf.getClaims", (result) => (result.policy.split.ai = { provider: 5000, miner: 3000, treasury: 2000 }), "Payouts"],
  ["another policy under the hash", "aicf.getPolicy", (result) => (result.policy.split.ai = { provider: 5000, miner: 3000, treasury: 2000 }), "Policy"],
  ["balances from nowhere", "aicf.getClaims", (result) => (result.input.paid_before["mallory"] = "1000000"), "The batch before"],
  ["another batch before", "aicf.getSettlement", (result, params) => params.epoch === epoch - 1 && (result.carry_next = "77"), "The batch before"],
  ["another signature", "aicf.getReceipt", (result) => (result.signed.signature = result.signed.signature.replace(/..$/, (end) => (end === "00" ? "01" : "00"))), "Signature"],
];

test("a node that lies is called out, by what it lied about", async () => {
  const host = await files();
  try {
    for (const [what, lied, change, caught] of LIES) {
      const lying = await liar(node, (method, result, params) => method === lied && change(result, params));
      const { said, checks } = await verified(`${host.url}/?node=${lying.url}`, epoch);
      assert.match(said, /Not verified/, what);
      assert.equal(checks[caught], "fails", `${what}: ${JSON.stringify(checks)}`);
      lying.close();
    }
    await picture(page, "refused-wide-light");
    await sound(page, "a refused epoch");
  } finally {
    host.close();
  }
});

const drop = (text) =>
  page.evaluate((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "receipt.json", { type: "application/json" }));
    document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, text);

async function judged(text) {
  await go(page, node.url, "/epochs", "Epochs");
  await go(page, node.url, "/receipts", "Receipts");
  await page.getByText("The node tells this key").waitFor();
  await drop(text);
  const said = page.locator(".verdict .said");
  await said.waitFor();
  return said.innerText();
}

test("a receipt dropped onto the page is verified; a forged one is refused, with the reason", async () => {
  const receipt = await client.call("aicf.getReceipt", { epoch, payee: "north-1" });
  const text = JSON.stringify(receipt);
  assert.match(await judged(text), /Verified/);
  const paid = await page.locator(".facts > div", { hasText: "Paid by its lines" }).locator(".number").innerText();
  const sum = receipt.payee.lines.reduce((total, { payout }) => total + BigInt(payout.net_provider), 0n);
  assert.equal(paid.replace(/\D/g, ""), String(sum));
  await sound(page, "a verified receipt");
  await picture(page, "receipt-wide-light");

  const forged = (change) => {
    const copy = structuredClone(receipt);
    change(copy);
    return JSON.stringify(copy);
  };
  const REFUSED = [
    [forged(({ payee }) => (payee.lines[0].payout.net_provider = "999999")), /payout is not under the payouts root/],
    [forged(({ payee }) => (payee.lines[0].claim.units = "1")), /claim is not under the claims root/],
    [forged(({ payee }) => (payee.balance.cumulative_paid = "999999")), /balance is not under the balances root/],
    [forged(({ batch }) => (batch.totals.payable = "1")), /header was changed/],
    [forged(({ signed }) => (signed.signature = signed.signature.replace(/..$/, (end) => (end === "00" ? "01" : "00")))), /signature is not the settlement key’s/],
    [forged(({ payee }) => (payee.payee = "north-2")), /somebody else’s/],
    [forged((copy) => (copy.extra = 1)), /unknown_field/],
    [text.replace('"epoch":', '"epoch":0,"epoch":'), /duplicate/],
    ["not a receipt", /no receipt that can be verified/],
    ["{}", /no signature/],
  ];
  for (const [bad, why] of REFUSED) {
    const said = await judged(bad);
    assert.doesNotMatch(said, /✓/);
    assert.match(said, why);
  }
  await picture(page, "receipt-refused-wide-light");
});

test("a receipt is chosen as a file or pasted; a key that was entered counts before the node's", async () => {
  const text = JSON.stringify(await client.call("aicf.getReceipt", { epoch, payee: "harbour" }));
  await go(page, node.url, "/receipts", "Receipts");
  await page.getByText("The node tells this key").waitFor();
  await page.locator('input[type="file"]').setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: Buffer.from(text) });
  await page.locator(".verdict.good").waitFor();

  await page.getByText("Enter a key").click();
  await page.getByLabel("Public key", { exact: true }).fill("0x1234zz");
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.getByText("A key is 0x and lowercase hex").waitFor();
  await page.getByLabel("Public key", { exact: true }).fill(`0x${"42".repeat(1952)}`);
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.getByText("The node tells another key than the one you entered.").waitFor();
  await page.getByText("Paste one").click();
  await page.getByLabel("Receipt", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText("signature is not the settlement key’s").first().waitFor();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByText("The node tells this key").waitFor();
});

test("an epoch is priced anew under another policy", async () => {
  await go(page, node.url, `/playground?epoch=${epoch}`, "Playground");
  const editor = page.getByLabel("The epoch’s policy", { exact: false });
  await editor.waitFor();
  const policy = await editor.inputValue();
  const reprice = page.getByRole("button", { name: `Reprice epoch ${epoch}` });
  const row = (name) => page.locator("tr", { has: page.locator("th", { hasText: new RegExp(`^${name}$`) }) });
  const cells = async (name) => (await row(name).locator("td").allInnerTexts()).map((text) => text.replace(/[^\d−+]/g, ""));

  await reprice.click();
  await page.getByText("The policy is the same.").waitFor();
  const [was, same] = await cells("Paid");
  assert.equal(was, same);

  await editor.fill(policy.replace(/budget_per_epoch: \d+/, "budget_per_epoch: 500000"));
  await reprice.click();
  await page.getByText("fund.budget_per_epoch").waitFor();
  const [, halved] = await cells("Paid");
  assert.ok(BigInt(halved) <= 500_000n && BigInt(halved) < BigInt(was), `${was} ${halved}`);
  const findings = page.getByRole("region", { name: "Findings" });
  await findings.getByText("latency_below_lease").first().waitFor();
  await sound(page, "an epoch under another policy");
  await picture(page, "playground-repriced-wide-light");

  await editor.fill(policy.replace(/ack_timeout_ms: \d+/, "ack_timeout_ms: 600000"));
  await reprice.click();
  await findings.getByText("ack_after_lease").first().waitFor();

  await editor.fill(policy.replace("cap_policy: defer", "cap_policy: everything"));
  await reprice.click();
  await page.locator("#policy-wrong", { hasText: "fund.cap_policy" }).waitFor();
  await page.getByRole("button", { name: "As it was" }).click();
  assert.equal(await editor.inputValue(), policy);
});

test("all of it on a narrow screen", async () => {
  const narrow = await tab(browser, { viewport: NARROW, colorScheme: "dark" });
  await go(narrow, node.url, `/epochs/${epoch}`, `Epoch ${epoch}`);
  await narrow.getByRole("button", { name: "Compute it again" }).click();
  await narrow.locator(".verdict.good").waitFor();
  await settled(narrow);
  await sound(narrow, "a verified epoch, narrow");
  await picture(narrow, "verified-narrow-dark");
  await narrow.context().close();
});
