// The package in Node.js: values at the border, the shared vectors, policies, errors, and a module that trapped.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as aicf from "@aicf/web";
import * as module from "../package/wasm/aicf_web.js";
import { checkBorder } from "../../../tests/conformance/border.mjs";
import { checkColumns } from "../../../tests/conformance/columns.mjs";
import { checkJournals, checkVectors } from "../../../tests/conformance/vectors.mjs";

const vectors = ["catalogue-examples", "engine-examples", "signature-examples", "attestation-examples"].flatMap((name) =>
  readFileSync(new URL(`../../../fixtures/vectors/${name}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line)),
);

function all(name, least, check) {
  test(name, () => {
    const failures = [];
    const fail = (message) => failures.push(message);
    assert.ok(check(fail) >= least);
    assert.deepEqual(failures, []);
  });
}
all("values at the border", 60, (fail) => checkBorder(aicf, fail));
all("settlements over columns", 20, (fail) => checkColumns(aicf, fail));
all("every vector by line and by values", 400, (fail) => checkVectors(aicf, vectors, fail));
all("every journal by object and by line", 10, (fail) => checkJournals(aicf, vectors, fail));

test("every function of the catalogue has its JavaScript name", () => {
  for (const name of aicf.functions()) {
    const called = name.replace(/[._](\w)/g, (_, letter) => letter.toUpperCase());
    assert.equal(typeof aicf[called], "function", called);
  }
});

test("policies are parsed once and used by handle", () => {
  const split = { split: { ai: { provider: 9_000, miner: 1_000, treasury: 0 } } };
  const policy = new aicf.Policy(split);
  const expected = { provider: 90n, miner: 10n, treasury: 0n };
  assert.deepEqual(aicf.splitApply({ kind: "ai", total: 100 }, policy), expected);
  assert.deepEqual(aicf.splitApply({ kind: "ai", total: 100, policy: split }), expected);
  assert.deepEqual(JSON.parse(aicf.callJson("split.apply", '{"kind":"ai","total":"100"}', policy)).provider, "90");
  assert.deepEqual(new aicf.Policy(policy.toObject()).hash, policy.hash);
  assert.deepEqual(aicf.Policy.fromYaml("split: {ai: {provider: 9000, miner: 1000, treasury: 0}}").hash, policy.hash);
  assert.deepEqual(aicf.policyCheck({ policy: split }).policy_hash, policy.hash);
  assert.ok(aicf.Policy.fromYaml("{}") instanceof aicf.Policy);
  const at = (path, code) => (error) => error instanceof aicf.AicfError && error.path === path && error.code === code;
  assert.throws(() => new aicf.Policy({ fun: {} }), at("input.policy.fun", "unknown_field"));
  assert.throws(() => aicf.Policy.fromYaml("a: *b"), at("input.policy_yaml", "bad_encoding"));
  assert.throws(() => aicf.splitApply({ kind: "ai", total: 1 }, split), at("policy", "wrong_type"));
  assert.throws(() => aicf.splitApply({ kind: "ai", total: 1 }, null), at("policy", "wrong_type"));
});

test("after a trap there is a new instance, and what was in the old one says so", () => {
  const policy = new aicf.Policy();
  const engine = new aicf.Engine();
  // A pointer that is none makes the module read outside of its memory: a trap, as a panic would be.
  const broken = Object.create(module.Engine.prototype);
  broken.__wbg_ptr = 0xffff_fff0;
  const raw = Object.getOwnPropertySymbols(engine)[0];
  const victim = Object.create(aicf.Engine.prototype, { [raw]: { value: broken } });
  const gone = { name: "AicfError", code: "invariant" };
  assert.throws(() => victim.query("head"), gone);
  assert.throws(() => aicf.splitApply({ kind: "ai", total: 1 }, policy), { ...gone, message: /lost when the module trapped/ });
  assert.throws(() => engine.nextSeq, gone);
  assert.deepEqual(aicf.splitApply({ kind: "ai", total: 100n }), { provider: 80n, miner: 15n, treasury: 5n });
  assert.equal(new aicf.Engine().nextSeq, 0);
});

test("the example runs", () => {
  const example = new URL("../examples/quickstart.mjs", import.meta.url).pathname;
  const done = spawnSync(process.execPath, [example], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /paid: 25000 of it to the provider: 20000/);
});

test("a key of a page signs what every other host verifies", () => {
  const key = aicf.Key.generate();
  const message = new TextEncoder().encode("message");
  const parts = { scheme: key.scheme, public_key: key.publicKey, message, signature: key.sign(message) };
  assert.equal(aicf.signatureVerify(parts).valid, true);
  assert.equal(aicf.signatureVerify({ ...parts, message: new Uint8Array([1]) }).valid, false);
  const seed = new Uint8Array(32).fill(7);
  assert.deepEqual(new aicf.Key(seed).sign(message), new aicf.Key(seed).sign(message));
  assert.throws(() => new aicf.Key(new Uint8Array(31)), { name: "AicfError", code: "bad_length", path: "seed" });
  assert.throws(() => key.sign(message, new Uint8Array(256)), { name: "AicfError", code: "bad_length" });
});

test("a testnet takes commands that a page signed", () => {
  const key = aicf.Key.generate();
  const engine = new aicf.Engine();
  const apply = (height, command) => engine.apply({ height, time_ms: 1000, command }).status;
  const { genesis, network_id } = aicf.networkCheck({
    network: {
      name: "tests", class: "testnet", chain_id: 7, genesis_time_ms: 1000, epoch_length: 1000, policy: {}, semantics_version: 1,
    },
  });
  assert.equal(engine.apply(genesis).status, "ok");
  const register = {
    register: { provider_id: "p", kinds: ["ai"], models: [], endpoints: [], public_key: key.publicKey, key_scheme: key.scheme },
  };
  assert.equal(apply(1, register), "unsigned");
  const signed = key.signCommand(register, { network_id, signer: "p", nonce: 1, expires_height: 5 });
  assert.equal(apply(1, signed), "ok");
  assert.equal(apply(1, signed), "stale_nonce");
  const bad = { network_id, signer: "p", nonce: 1.5, expires_height: 5 };
  assert.throws(() => key.signCommand(register, bad), { name: "AicfError", code: "out_of_range", path: "nonce" });
});
