/**
 * The settlement key that receipts are verified with. A node tells one; who got it elsewhere enters it, and then it is
 * kept for that node and a node that tells another is called out.
 */
import { useSyncExternalStore } from "preact/compat";
import { useMemo } from "preact/hooks";
import { useNode } from "../node/context.js";
import { useCall } from "../node/queries.js";
import type { PublicKey } from "../verify/protocol.js";

export interface KeptKey {
  /** What is verified with. */
  key: PublicKey | null;
  /** From whom it is. */
  from: "you" | "node" | null;
  /** The node tells another one than was entered. */
  differs: boolean;
  keep(key: PublicKey | null): void;
}

const place = (url: string) => `aicf.key ${url}`;

const listeners = new Set<() => void>();

/** Whoever shows the key, here or in another tab, hears of a change. */
function subscribe(listener: () => void) {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

const SCHEMES = ["ml-dsa-65", "dilithium3", "dilithium3-ipd", "slh-dsa-shake-128s"] as const;

/** A public key from text: hex, or the JSON of a key file or of its public half. Nothing where it is none. */
export function readKey(text: string): PublicKey | null {
  const trimmed = text.trim();
  if (/^0x([0-9a-f]{2})+$/.test(trimmed)) return { scheme: "ml-dsa-65", public_key: trimmed };
  try {
    const { scheme, public_key } = JSON.parse(trimmed) as Partial<PublicKey>;
    const known = SCHEMES.find((each) => each === scheme);
    return known && public_key && /^0x([0-9a-f]{2})+$/.test(public_key) ? { scheme: known, public_key } : null;
  } catch {
    return null;
  }
}

export function useSettlementKey(): KeptKey {
  const { url } = useNode();
  const told = useCall("aicf.getStatus", {}).data?.settlement_key ?? null;
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(place(url)) ?? "");
  const entered = useMemo(() => readKey(kept), [kept]);
  return {
    key: entered ?? told,
    from: entered ? "you" : told ? "node" : null,
    differs: entered !== null && told !== null && entered.public_key !== told.public_key,
    keep(key) {
      if (key) localStorage.setItem(place(url), JSON.stringify(key));
      else localStorage.removeItem(place(url));
      for (const listener of listeners) listener();
    },
  };
}
