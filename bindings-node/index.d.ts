// What the package gives. The functions and records are written from the core's own types (`generated/`),
// the classes by the build of the add-on (`native.d.ts`).
import type { ClaimColumns, SettledColumns } from "./columns.js";
import type { Policy } from "./native.js";

export { Engine, Key, Policy } from "./native.js";
export type { CommandEnvelope } from "./native.js";
export * from "./generated/functions.js";
export * from "./generated/types.js";
export * from "./columns.js";

/** Something was refused. `code` says why, `path` at which field; both are the same in every language. */
export declare class AicfError extends Error {
  constructor(code: string, path: string, message: string);
  /** A stable code, one of `CODES`. */
  readonly code: string;
  /** The field: `input.claims[3].units`. */
  readonly path: string;
  /** The message without code and path. */
  readonly reason: string;
}

/** Every code that an `AicfError` can have. */
export declare const CODES: ReadonlyArray<string>;
/** The functions of the catalogue. */
export declare const FUNCTIONS: ReadonlyArray<string>;
/** The version of the rules. */
export declare const SEMANTICS_VERSION: number;

/** Calls a function of the catalogue by name. */
export declare function call(name: string, input: object, policy?: Policy): unknown;
/** As `call`, off the event loop. The input is read before this returns. */
export declare function callAsync(name: string, input: object, policy?: Policy): Promise<unknown>;
/** Calls a function of the catalogue with JSON text, and gives JSON text. */
export declare function callJson(name: string, input: string | Uint8Array, policy?: Policy): string;
/** Settles an epoch whose claims are columns. `epoch` is the input of `settlementSettle` without `claims`. */
export declare function settleColumns(epoch: object, claims: ClaimColumns, policy?: Policy): SettledColumns;
/** As `settleColumns`, off the event loop; the columns are copied before this returns. */
export declare function settleColumnsAsync(epoch: object, claims: ClaimColumns, policy?: Policy): Promise<SettledColumns>;
