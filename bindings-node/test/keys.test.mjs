// Keys: what they sign holds in the core, files give them back, and a testnet takes their commands.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as aicf from "../index.mjs";

const PASSPHRASE = "correct horse battery";
const bytes = (text) => new TextEncoder().encode(text);

test("what a key signs is verified by the core", () => {
  for (const scheme of ["ml-dsa-65", "dilithium3-ipd", "slh-dsa-shake-128s"]) {
    const key = aicf.Key.generate(scheme);
    const message = bytes("message");
    const parts = { scheme, public_key: key.publicKey, message, signature: key.sign(message) };
    assert.equal(aicf.signatureVerify(parts).valid, true);
    assert.equal(aicf.signatureVerify({ ...parts, message: bytes("other") }).valid, false);
  }
});

test("a file gives the key back", () => {
  const path = join(mkdtempSync(join(tmpdir(), "aicf-")), "p.key");
  const key = aicf.Key.generate();
  key.save(path, PASSPHRASE);
  assert.deepEqual(aicf.Key.load(path, PASSPHRASE).publicKey, key.publicKey);
  assert.throws(() => aicf.Key.load(path, "another passphrase"), { name: "AicfError", code: "bad_key" });
  assert.throws(() => key.save(path, PASSPHRASE), { name: "AicfError", code: "bad_key" });
});

test("a testnet takes signed commands", () => {
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
