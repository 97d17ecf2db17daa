// What the package gives. The functions and records are written from the core's own types (`generated/`).
import type { ClaimColumns, SettledColumns } from "./columns.js";
import type { Command, JournalLine, Outcome, PartialPolicy, PolicyRecord } from "./generated/types.js";

export * from "./generated/functions.js";
export * from "./generated/types.js";
export * from "./columns.js";

/**
 * Loads the module. In a browser or a bundler it finds it by itself; elsewhere give it a URL, a Response, bytes or
 * a WebAssembly.Module. A second call changes nothing. In Node.js it has been done when the import returns.
 */
export declare function init(
  source?: string | URL | Request | Response | BufferSource | WebAssembly.Module | Promise<Response>,
): Promise<void>;
/** As `init`, at once, from bytes or a WebAssembly.Module. */
export declare function initSync(source: BufferSource | WebAssembly.Module): void;

/** Something was refused. `code` says why, `path` at which field; both are the same in every language. */
export declare class AicfError extends Error {
  constructor(code: string, path: string, message: string);
  /** A stable code, one of `codes()`. */
  readonly code: string;
  /** The field: `input.claims[3].units`. */
  readonly path: string;
  /** The message without code and path. */
  readonly reason: string;
}

/** A complete, checked policy. Cheap to hand to any number of calls. */
export declare class Policy {
  /** A policy from a partial one, laid over the defaults; without any, the defaults. */
  constructor(policy?: PartialPolicy | PolicyRecord);
  /** A policy from YAML text. */
  static fromYaml(text: string): Policy;
  /** Its hash. */
  get hash(): Uint8Array;
  /** Every field. */
  toObject(): PolicyRecord;
  /** Canonical CBOR: what a genesis and `schedule_policy` hold. */
  toCbor(): Uint8Array;
}

/** The state machine in memory. Entries are applied one by one. */
export declare class Engine {
  /** An engine that has seen nothing: its first entry is a genesis. */
  constructor();
  /** Applies an entry: `command`, `height`, `time_ms`, and `seq` unless it is the next one. What it came to. */
  apply(entry: Omit<JournalLine, "seq"> & { seq?: number }): Outcome;
  /** Applies a line of a journal as `aicf export` writes it. */
  applyJson(line: string | Uint8Array): Outcome;
  /** Applies a journal, JSON lines in one text. How many entries there were. */
  replay(journal: string | Uint8Array): number;
  /** Answers a query about the state. */
  query(name: string, input?: Record<string, unknown>): Record<string, any>;
  /** The chained digest of everything applied. */
  get stateRoot(): Uint8Array;
  /** The number of the next entry. */
  get nextSeq(): number;
}

/** What a signed command says beside the command. */
export interface CommandEnvelope {
  /** The network it is for: `network_id` of the query `head`, as 32 bytes or their hex text. */
  network_id: Uint8Array | string;
  /** The provider's id, or the operator's name. */
  signer: string;
  /** Above that of the signer's message before. */
  nonce: number;
  /** The last block in which it counts. */
  expires_height: number;
  /** `provider` is the default. */
  role?: "provider" | "operator";
}

/** A secret key that signs by ML-DSA-65 (FIPS 204). The page keeps its seed as it sees fit. */
export declare class Key {
  /** The key of a seed of 32 bytes. */
  constructor(seed: Uint8Array);
  /** A new key, from the browser's randomness. To keep it, make the seed yourself. */
  static generate(): Key;
  /** How it signs. */
  get scheme(): "ml-dsa-65";
  /** What its signatures are verified with. */
  get publicKey(): Uint8Array;
  /** Signs bytes. */
  sign(message: Uint8Array, context?: Uint8Array): Uint8Array;
  /** A command as the word of a provider or an operator: `{ signed: … }`, to be applied or sent to a node. */
  signCommand(command: Command, envelope: CommandEnvelope): Command;
}

/** Calls a function of the catalogue by name. */
export declare function call(name: string, input: object, policy?: Policy): unknown;
/** Calls a function of the catalogue with JSON text, and gives JSON text. */
export declare function callJson(name: string, input: string | Uint8Array, policy?: Policy): string;
/** Settles an epoch whose claims are columns. `epoch` is the input of `settlementSettle` without `claims`. */
export declare function settleColumns(epoch: object, claims: ClaimColumns, policy?: Policy): SettledColumns;
/** The functions of the catalogue. */
export declare function functions(): Array<string>;
/** Every code that an `AicfError` can have. */
export declare function codes(): Array<string>;
/** The version of the rules. */
export declare function semanticsVersion(): number;
/** Answers a line of the testee protocol, without its newline. */
export declare function testeeLine(line: Uint8Array): Uint8Array;
/** Gives back its argument: what a call costs before it does anything. */
export declare function bareCall(number: number): number;
