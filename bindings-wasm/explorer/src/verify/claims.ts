/**
 * The claims of an epoch in columns, as they arrive page by page: a hundred thousand of them stay a few megabytes, and
 * the core takes them as they are. Records are kept beside them for amounts that no 64 bits hold.
 */
import type { Claim } from "@aicf/client";
import type { ClaimColumns, Dictionary } from "@aicf/web";
import { hex, readHash } from "./values.js";

/** Records kept beside the columns; where the sums say that amounts need them, more. */
const RECORDS_MAX = 20_000;
const RECORDS_OF_LARGE_AMOUNTS_MAX = 100_000;
const U64_MAX = (1n << 64n) - 1n;
const FIRST_ROWS = 1_024;
/** The multiplier of a claim that names none. */
const ONE_PPM = 1_000_000;

export class BadClaim extends Error {}

class Hashes {
  bytes = new Uint8Array(32 * FIRST_ROWS);
  push(row: number, text: string, name: string) {
    if (32 * (row + 1) > this.bytes.length) {
      const more = new Uint8Array(this.bytes.length * 2);
      more.set(this.bytes);
      this.bytes = more;
    }
    if (!readHash(text, this.bytes, 32 * row)) throw new BadClaim(`claim ${row}: ${name} is no hash`);
  }
  column = (rows: number) => this.bytes.subarray(0, 32 * rows);
  at = (row: number) => hex(this.bytes.subarray(32 * row, 32 * row + 32));
}

class Texts {
  values: string[] = [];
  codes = new Uint32Array(FIRST_ROWS);
  #known = new Map<string, number>();
  push(row: number, text: string) {
    let code = this.#known.get(text);
    if (code === undefined) {
      code = this.values.push(text) - 1;
      this.#known.set(text, code);
    }
    if (row >= this.codes.length) {
      const more = new Uint32Array(this.codes.length * 2);
      more.set(this.codes);
      this.codes = more;
    }
    this.codes[row] = code;
  }
  column = (rows: number): Dictionary => ({ values: this.values, codes: this.codes.subarray(0, rows) });
  at = (row: number) => this.values[this.codes[row] ?? 0] ?? "";
}

class Numbers {
  values = new BigUint64Array(FIRST_ROWS);
  valid = new Uint8Array(FIRST_ROWS);
  /** Whether a value did not fit. */
  over = false;
  push(row: number, value: string | number | null | undefined) {
    if (row >= this.values.length) {
      const values = new BigUint64Array(this.values.length * 2);
      values.set(this.values);
      const valid = new Uint8Array(this.valid.length * 2);
      valid.set(this.valid);
      this.values = values;
      this.valid = valid;
    }
    if (value === null || value === undefined) return;
    const exact = BigInt(value);
    if (exact < 0n || exact > U64_MAX) this.over = true;
    this.values[row] = exact;
    this.valid[row] = 1;
  }
  column = (rows: number) => this.values.subarray(0, rows);
  optional = (rows: number) => ({ values: this.values.subarray(0, rows), valid: this.valid.subarray(0, rows) });
  at = (row: number, none: number | bigint = 0n) => (this.valid[row] ? (this.values[row] ?? 0n) : BigInt(none));
}

/** What a line's factors are computed from. */
export interface ClaimFacts {
  task_id: string;
  block_height: number;
  requester: string;
  kind: "ai" | "quantum";
  units: bigint;
  quality_ppm: number;
  surge_ppm: number;
  deferred: boolean;
}

type TextName = "provider_id" | "miner" | "requester" | "kind";
type NumberName = "block_height" | "units" | "quality_ppm" | "surge_ppm" | "deferred_from" | "owed" | "reward_max";

export class Claims {
  rows = 0;
  /** The records as they came, while there are few. */
  records: Claim[] | null = [];
  readonly #hashes = { task_id: new Hashes(), nullifier: new Hashes(), proof_ref: new Hashes(), lease_id: new Hashes() };
  readonly #texts = { provider_id: new Texts(), miner: new Texts(), requester: new Texts(), kind: new Texts() };
  readonly #numbers = {
    block_height: new Numbers(),
    units: new Numbers(),
    quality_ppm: new Numbers(),
    surge_ppm: new Numbers(),
    deferred_from: new Numbers(),
    owed: new Numbers(),
    reward_max: new Numbers(),
  };
  #leased = new Numbers();
  static readonly #NO_HASH = `0x${"0".repeat(64)}`;
  readonly #recordsMax: number;

  /** Of an epoch whose claims come to so much. */
  constructor(gross: string | bigint = 0n) {
    this.#recordsMax = BigInt(gross) > U64_MAX ? RECORDS_OF_LARGE_AMOUNTS_MAX : RECORDS_MAX;
  }

  push(claim: Claim) {
    const row = this.rows;
    this.#hashes.task_id.push(row, claim.task_id, "task_id");
    this.#hashes.nullifier.push(row, claim.nullifier, "nullifier");
    this.#hashes.proof_ref.push(row, claim.proof_ref, "proof_ref");
    this.#hashes.lease_id.push(row, claim.lease_id ?? Claims.#NO_HASH, "lease_id");
    this.#leased.push(row, claim.lease_id ? 1 : null);
    for (const [name, column] of Object.entries(this.#texts)) column.push(row, claim[name as TextName]);
    for (const [name, column] of Object.entries(this.#numbers)) column.push(row, claim[name as NumberName]);
    this.rows += 1;
    if (this.records && this.records.push(claim) > this.#recordsMax) this.records = null;
  }

  /** Whether all numbers fit their columns. */
  get fit(): boolean {
    return !Object.values(this.#numbers).some((column) => column.over);
  }

  columns(): ClaimColumns {
    const { rows } = this;
    const hashes = this.#hashes;
    const texts = this.#texts;
    const numbers = this.#numbers;
    return {
      task_id: hashes.task_id.column(rows),
      nullifier: hashes.nullifier.column(rows),
      proof_ref: hashes.proof_ref.column(rows),
      lease_id: { values: hashes.lease_id.column(rows), valid: this.#leased.optional(rows).valid },
      provider_id: texts.provider_id.column(rows),
      miner: texts.miner.column(rows),
      requester: texts.requester.column(rows),
      kind: texts.kind.column(rows),
      block_height: numbers.block_height.column(rows),
      units: numbers.units.column(rows),
      quality_ppm: numbers.quality_ppm.optional(rows),
      surge_ppm: numbers.surge_ppm.optional(rows),
      deferred_from: numbers.deferred_from.optional(rows),
      owed: numbers.owed.optional(rows),
      reward_max: numbers.reward_max.optional(rows),
    };
  }

  /** A claim, for the factors of its line. */
  at(row: number): ClaimFacts {
    const numbers = this.#numbers;
    return {
      task_id: this.#hashes.task_id.at(row),
      block_height: Number(numbers.block_height.at(row)),
      requester: this.#texts.requester.at(row),
      kind: this.#texts.kind.at(row) === "quantum" ? "quantum" : "ai",
      units: numbers.units.at(row),
      quality_ppm: Number(numbers.quality_ppm.at(row, ONE_PPM)),
      surge_ppm: Number(numbers.surge_ppm.at(row, ONE_PPM)),
      deferred: numbers.deferred_from.valid[row] === 1,
    };
  }

  nullifier = (row: number) => this.#hashes.nullifier.at(row);
}
