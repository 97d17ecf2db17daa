// A node as a process of its own, for the tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../../../tests/within.mjs";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The program: as `AICF_BINARY` says, or the newest that is built. */
export function binary() {
  if (process.env.AICF_BINARY) return process.env.AICF_BINARY;
  const built = ["release", "debug"].map((profile) => join(ROOT, "target", profile, "aicf")).filter(existsSync);
  if (built.length === 0) throw new Error("no `aicf` is built: run `cargo build --release --bin aicf`");
  return built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

/** A devnet with fast blocks; the port stays the same when it is started again. */
export class Running {
  #folder = mkdtempSync(join(tmpdir(), "aicf-node-"));
  #process;
  port = 0;
  /** Added to its environment. */
  env = {};

  constructor(...settings) {
    this.settings = settings;
  }

  static async start(...settings) {
    const running = new Running(...settings);
    await running.start();
    return running;
  }

  /** Where its database is. */
  get folder() {
    return this.#folder;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AICF_"))), ...this.env };
    const args = ["node", "--json", "--engine", "native", "--rpc-listen", `127.0.0.1:${this.port}`];
    args.push("--chain-block-time-ms", "20", "--rates-per-address-s", "0", "--rates-per-key-s", "0");
    // A busy machine is no reason to get a ticket: what is written is looked at at once.
    args.push("--rpc-patience-ms", "15000", ...this.settings);
    this.#process = spawn(binary(), args, { cwd: this.#folder, env, stdio: ["ignore", "pipe", "ignore"] });
    await within(`the address of a node (aicf ${args.join(" ")})`, this.#address());
  }

  /** Reads what the node prints first, until it names its address. */
  async #address() {
    let told = "";
    for await (const chunk of this.#process.stdout) {
      told += chunk;
      try {
        this.port = Number(JSON.parse(told).listening.split(":").pop());
        return;
      } catch {
        // Not whole yet.
      }
    }
    throw new Error(`the node did not start: ${told}`);
  }

  async end(signal = "SIGTERM") {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const exit = once(this.#process, "exit");
    this.#process.kill(signal);
    const [code] = await within(`the end of a node after ${signal}`, exit);
    return code;
  }

  async close() {
    await this.end("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
