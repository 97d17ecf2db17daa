// The one class of errors, and the way to it from what the module throws.

const MARK = "AICF";

/** Something was refused. `code` says why, `path` at which field; both are the same in every language. */
export class AicfError extends Error {
  constructor(code, path, message) {
    super(path === "" ? `${code}: ${message}` : `${code} at ${path}: ${message}`);
    this.code = code;
    this.path = path;
    this.reason = message;
  }
}
Object.defineProperty(AicfError.prototype, "name", { value: "AicfError", writable: true, configurable: true });

/** An error of the module as an `AicfError`; what a caller's own code threw, carried as a cause, stays what it is. */
export function lifted(error) {
  if (!(error instanceof Error)) return error;
  if (error.message === MARK) return error.cause;
  if (!error.message.startsWith(`${MARK}\n`)) return error;
  const [, code, path, ...message] = error.message.split("\n");
  return new AicfError(code, path, message.join("\n"));
}
