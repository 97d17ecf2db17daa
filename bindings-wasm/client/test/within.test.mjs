// The bounds of all JavaScript tests: what does not come fails, with what it was.
import assert from "node:assert/strict";
import { test } from "../../../tests/runner.mjs";
import { bounded, finished, within } from "../../../tests/within.mjs";

const never = () => new Promise(() => {});

test("a wait fails with what it waited for, and ends the work", async () => {
  let stopped;
  const work = (signal) => {
    stopped = signal;
    return never();
  };
  await assert.rejects(within("a frame", work, 20), /^Error: waited 0.02 s for a frame$/);
  assert.equal(stopped.aborted, true);
  await assert.rejects(within("a frame", Promise.reject(new TypeError("its own"))), TypeError);
  assert.equal(await within("a number", async () => 7), 7);
});

test("every promise of an object has a bound, and of what its methods give", async () => {
  class Element {
    #text = "text";
    get inner() {
      return new Element();
    }
    find() {
      return new Element();
    }
    async open() {
      return new Element();
    }
    text() {
      return this.#text;
    }
    evaluate(work) {
      return work();
    }
  }
  const page = bounded(new Element(), "page", 20);
  assert.equal(page.find("a").inner.text(), "text");
  assert.ok(page.find("a") instanceof Element);
  assert.deepEqual(await page.evaluate(async () => ({ plain: [1] })), { plain: [1] });
  const opened = await page.find("a", { name: /b/ }).inner.open();
  await assert.rejects(opened.evaluate(never), {
    message: "waited 0.02 s for page.find('a', { name: /b/ }).inner.open().evaluate('() => new Promise(() => {})')",
  });
});

test("a program that does not end is stopped and named", () => {
  assert.throws(() => finished("sleep", ["100000"], { timeout: 20 }), /^Error: sleep 100000: .*ETIMEDOUT/);
  assert.equal(finished("sh", ["-c", "exit 3"]).status, 3);
});
