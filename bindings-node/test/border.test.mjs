// Values at the border, policies, and errors.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as aicf from "../index.mjs";
import { test } from "../../tests/runner.mjs";
import { checkColumns, columnsOf } from "../../tests/conformance/columns.mjs";
import { checkBorder } from "../../tests/conformance/border.mjs";

test("values at the border", () => {
  const failures = [];
  assert.ok(checkBorder(aicf, (message) => failures.push(message)) > 60);
  assert.deepEqual(failures, []);
});

test("settlements over columns, also off the event loop", async () => {
  const failures = [];
  assert.ok(checkColumns(aicf, (message) => failures.push(message)) > 20);
  assert.deepEqual(failures, []);
  const epoch = { chain_id: 1, epoch: 3, height_start: 300, height_end: 399 };
  const columns = columnsOf(100);
  const later = aicf.settleColumnsAsync(epoch, columns);
  columns.units.fill(0n); // They were copied.
  assert.deepEqual(await later, aicf.settleColumns(epoch, columnsOf(100)));
  await assert.rejects(aicf.settleColumnsAsync({}, columns), { name: "AicfError", code: "missing_field", path: "input.chain_id" });
});

test("a panic is an exception, and the process goes on", async () => {
  const require = createRequire(import.meta.url);
  const native = require("../aicf.node");
  const { lift, lifted } = require("../error.cjs");
  assert.throws(() => lift(native.barePanic), { name: "AicfError", code: "invariant" });
  await assert.rejects(native.barePanicAsync().catch((error) => { throw lifted(error); }), { name: "AicfError", code: "invariant" });
  assert.equal(aicf.splitApply({ kind: "ai", total: 100n }).provider, 80n);
});

test("require and import give the same classes", () => {
  const required = createRequire(import.meta.url)("../index.cjs");
  assert.equal(required.AicfError, aicf.AicfError);
  assert.equal(required.Policy, aicf.Policy);
  assert.deepEqual(Object.keys(required).sort(), Object.keys(aicf).filter((name) => name !== "default").sort());
  const functions = aicf.FUNCTIONS.map((name) => name.replace(/[._](\w)/g, (_, letter) => letter.toUpperCase()));
  for (const name of functions) {
    assert.equal(typeof aicf[name], "function", name);
    assert.equal(typeof aicf[`${name}Async`], "function", name);
  }
});

test("policies are parsed once and used by handle", () => {
  const split = { split: { ai: { provider: 9_000, miner: 1_000, treasury: 0 } } };
  const policy = new aicf.Policy(split);
  const expected = { provider: 90n, miner: 10n, treasury: 0n };
  assert.deepEqual(aicf.splitApply({ kind: "ai", total: 100 }, policy), expected);
  assert.deepEqual(aicf.splitApply({ kind: "ai", total: 100, policy: split }), expected);
  assert.deepEqual(new aicf.Policy(policy.toObject()).hash, policy.hash);
  assert.deepEqual(aicf.Policy.fromYaml("split: {ai: {provider: 9000, miner: 1000, treasury: 0}}").hash, policy.hash);
  assert.deepEqual(aicf.policyCheck({ policy: split }).policy_hash, policy.hash);
  assert.ok(aicf.Policy.fromYaml("{}") instanceof aicf.Policy);
  assert.notDeepEqual(new aicf.Policy().hash, policy.hash);
  const at = (path, code) => (error) => error instanceof aicf.AicfError && error.path === path && error.code === code;
  assert.throws(() => new aicf.Policy({ fun: {} }), at("input.policy.fun", "unknown_field"));
  assert.throws(() => new aicf.Policy({ fund: { budget_per_epoch: -1 } }), at("input.policy.fund.budget_per_epoch", "out_of_range"));
  assert.throws(() => aicf.Policy.fromYaml("a: *b"), at("input.policy_yaml", "bad_encoding"));
  assert.throws(() => aicf.splitApply({ kind: "ai", total: 1 }, split), at("policy", "wrong_type"));
});

test("errors tell code, path and reason, also from promises", async () => {
  await assert.rejects(aicf.splitApplyAsync({ kind: "ai", total: -1 }), {
    name: "AicfError",
    code: "out_of_range",
    path: "input.total",
    message: /^out_of_range at input\.total: /,
  });
  await assert.rejects(aicf.callAsync("nothing", {}), { code: "unknown_function", path: "fn" });
  await assert.rejects(aicf.splitApplyAsync({ get kind() { throw new RangeError("mine"); } }), RangeError);
  assert.deepEqual(await aicf.splitApplyAsync({ kind: "ai", total: 100n }), aicf.splitApply({ kind: "ai", total: 100n }));
  assert.equal(JSON.parse(aicf.callJson("split.apply", '{"kind":"ai","total":"100"}')).provider, "80");
  assert.throws(() => aicf.callJson("split.apply", "{"), { code: "bad_encoding", path: "input" });
  assert.throws(() => aicf.callJson("split.apply", '{"kind":"\ud800"}'), { code: "bad_encoding" });
  assert.throws(() => aicf.callJson("split.apply", 5), { code: "wrong_type", path: "input" });
  assert.ok(aicf.CODES.length > 10 && Object.isFrozen(aicf.CODES));
});
