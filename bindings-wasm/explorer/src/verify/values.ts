/** Values between JSON, where hashes are hex and amounts are texts, and the core, where they are bytes and BigInts. */

const DIGITS = "0123456789abcdef";

export function hex(bytes: Uint8Array): string {
  let text = "0x";
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  return text;
}

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}

/** Writes a hash of the wire at a place; false where it is none. */
export function readHash(text: string, into: Uint8Array, at: number): boolean {
  if (text.length !== 66 || !text.startsWith("0x")) return false;
  for (let index = 0; index < 32; index += 1) {
    const value = (nibble(text.charCodeAt(2 + 2 * index)) << 4) | nibble(text.charCodeAt(3 + 2 * index));
    if (value < 0) return false;
    into[at + index] = value;
  }
  return true;
}

/** What the core gives, as the wire would show it: bytes as hex, BigInts as decimal texts. */
export function shown(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(shown);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner)]));
  return value;
}

/** Amounts by name. */
export function amounts(of: Record<string, string> | null | undefined): Record<string, bigint> {
  return Object.fromEntries(Object.entries(of ?? {}).map(([name, amount]) => [name, BigInt(amount)]));
}

const PLAIN_KEY = /^[a-z_][a-z0-9_]*$/;
const NUMBER = /^-?\d+$/;

function scalar(value: unknown, inList: boolean): string {
  if (typeof value !== "string") return String(value);
  // An amount is a number to who edits it, while YAML's numbers hold it; a text of digits within a list is somebody's id.
  if (NUMBER.test(value) && !inList && Number.isSafeInteger(Number(value))) return value;
  return PLAIN_KEY.test(value) && !["null", "true", "false", "yes", "no", "on", "off"].includes(value) ? value : JSON.stringify(value);
}

const isLeaf = (value: unknown) => value === null || typeof value !== "object";

/** A policy as YAML, as its authors write it. */
export function yaml(value: unknown, indent = ""): string {
  const lines: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      if (isLeaf(item)) lines.push(`${indent}- ${scalar(item, true)}`);
      else lines.push(`${indent}- ${yaml(item, `${indent}  `).trimStart()}`);
    }
    return lines.join("\n");
  }
  for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
    const name = `${indent}${PLAIN_KEY.test(key) ? key : JSON.stringify(key)}:`;
    if (isLeaf(inner)) lines.push(`${name} ${scalar(inner, false)}`);
    else if (Object.keys(inner as object).length === 0) lines.push(`${name} ${Array.isArray(inner) ? "[]" : "{}"}`);
    else lines.push(name, yaml(inner, `${indent}  `));
  }
  return lines.join("\n");
}
