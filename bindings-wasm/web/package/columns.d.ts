// Claims and payout lines in columns: what `settleColumns` takes and gives.
import type { SettlementSettleOutput } from "./generated/types.js";

/** Texts, each once, and each row's place among them. */
export interface Dictionary {
  values: ReadonlyArray<string>;
  codes: Uint32Array;
}
/** 32 bytes a row. */
export type HashColumn = Uint8Array;
/** A text a row. */
export type TextColumn = ReadonlyArray<string> | Dictionary;
/** A number a row. */
export type NumberColumn = BigUint64Array | BigInt64Array | Uint32Array | Int32Array;
/** A column that not every row has: `valid` is 0 where a row has none. */
export type Optional<Column> = Column | { values: Column; valid: Uint8Array };

/** Claims: a column for each field, all of the same length. */
export interface ClaimColumns {
  task_id: HashColumn;
  block_height: NumberColumn;
  nullifier: HashColumn;
  provider_id: TextColumn;
  miner: TextColumn;
  requester: TextColumn;
  kind: TextColumn;
  units: NumberColumn;
  quality_ppm?: Optional<NumberColumn>;
  surge_ppm?: Optional<NumberColumn>;
  proof_ref: HashColumn;
  lease_id?: Optional<HashColumn>;
  deferred_from?: Optional<NumberColumn>;
  owed?: Optional<NumberColumn>;
  reward_max?: Optional<NumberColumn>;
}

/** Payout lines, in the order of their claim keys. */
export interface LineColumns {
  claim_key: HashColumn;
  provider_id: Dictionary;
  miner: Dictionary;
  kind: Dictionary;
  gross: BigUint64Array;
  payable: BigUint64Array;
  provider: BigUint64Array;
  miner_share: BigUint64Array;
  treasury: BigUint64Array;
  penalty: BigUint64Array;
  net_provider: BigUint64Array;
}

/** A settled epoch. */
export interface SettledColumns {
  summary: Omit<SettlementSettleOutput, "lines">;
  lines: LineColumns;
}
