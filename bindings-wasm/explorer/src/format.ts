/** How values are shown: amounts exactly, by their decimal strings; shares as percent; times as the node said them. */

/** Digits in groups of three. Works on the text, so that no amount is rounded. */
export function grouped(value: string | number | bigint): string {
  const text = String(value);
  const sign = text.startsWith("-") ? "−" : "";
  return sign + text.replace("-", "").replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Parts of a million as percent. */
export function percent(ppm: number | bigint, digits = 2): string {
  const value = Number(ppm) / 10_000;
  return `${value.toFixed(digits).replace(/\.?0+$/, "")} %`;
}

/** Parts of a million as a factor. */
export function factor(ppm: number | bigint): string {
  return `× ${(Number(ppm) / 1_000_000).toFixed(4).replace(/\.?0+$/, "")}`;
}

/** What part is of whole, in parts of a million; nothing of nothing is nothing. */
export function shareOf(part: string | bigint, whole: string | bigint): number {
  const all = BigInt(whole);
  return all === 0n ? 0 : Number((BigInt(part) * 1_000_000n) / all);
}

/** A hash, short enough to compare by eye. */
export function short(hash: string): string {
  return hash.length > 22 ? `${hash.slice(0, 10)}…${hash.slice(-6)}` : hash;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A moment, in the reader's own zone. */
export function moment(ms: number): string {
  return CLOCK.format(ms);
}

/** How long something took or takes. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, "")} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** How long ago something was, seen from another moment. */
export function ago(then: number, now: number): string {
  return then >= now ? "now" : `${span(now - then)} ago`;
}

/** A name of the wire as words: `waits_for_dispatch`, `jobEnqueued`. */
export function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
}

/** Words, as the start of a line. */
export function title(name: string): string {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
