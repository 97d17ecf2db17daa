/**
 * What happens while the page is open: one stream of events, counted by second for the charts, the last ones kept for
 * the feed. Screens are told twice a second at most, however much happens.
 */
import type { Client, EventLine } from "@aicf/client";
import { useSyncExternalStore } from "preact/compat";
import { queries } from "./queries.js";

/** Seconds that the charts look back. */
export const SPAN_S = 300;
const FEED_EVENTS = 60;
const TELL_MS = 500;
/** Reads that are on the screen are asked again this often while things happen. */
const REFRESH_MS = 2_000;
/** Entries to look back over when the page is opened. */
const BACKFILL_ENTRIES = 4_000;

export const COUNTED = ["jobEnqueued", "jobAssigned", "jobCompleted", "claimAccepted"] as const;
type Counted = (typeof COUNTED)[number];

/** What happened within a second. */
export type Second = Record<Counted, number>;

export interface Live {
  connected: boolean;
  /** The newest first. */
  feed: readonly EventLine[];
  /** Counts by second since 1970. */
  seconds: ReadonlyMap<number, Second>;
}

const NOTHING: Live = { connected: false, feed: [], seconds: new Map() };

let state = NOTHING;
const listeners = new Set<() => void>();

function tell(change: Partial<Live>) {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener) && undefined;
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => state);
}

const isCounted = (name: string): name is Counted => (COUNTED as readonly string[]).includes(name);

/** Follows a node's events until it is stopped. */
export function follow(client: Client): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const seconds = new Map<number, Second>();
  const feed: EventLine[] = [];
  let seen = 0;
  let fresh = 0;

  const take = (event: EventLine, at_ms: number) => {
    // A batch follows each block: it would leave no room for anything else.
    if (event.event === "batchSealed") return;
    feed.unshift(event);
    if (feed.length > FEED_EVENTS) feed.length = FEED_EVENTS;
    if (!isCounted(event.event)) return;
    const second = Math.floor(at_ms / 1_000);
    const counts = seconds.get(second) ?? { jobEnqueued: 0, jobAssigned: 0, jobCompleted: 0, claimAccepted: 0 };
    counts[event.event] += 1;
    seconds.set(second, counts);
  };

  const telling = setInterval(() => {
    if (fresh === 0) return;
    const oldest = Math.floor(Date.now() / 1_000) - SPAN_S;
    for (const second of seconds.keys()) if (second < oldest) seconds.delete(second);
    seen += fresh;
    fresh = 0;
    tell({ feed: [...feed], seconds: new Map(seconds) });
  }, TELL_MS);

  let asked = 0;
  const refreshing = setInterval(() => {
    if (seen === asked || document.hidden) return;
    asked = seen;
    // Lists that were scrolled stay as they are: their later pages would all be asked again.
    void queries.invalidateQueries({
      predicate: (query) => {
        const data = query.state.data as { pages?: unknown[] } | undefined;
        return query.meta?.["forever"] !== true && (data?.pages?.length ?? 1) === 1;
      },
    });
  }, REFRESH_MS);

  void (async () => {
    let cursor: string | undefined;
    try {
      const { head } = await client.call("aicf.getStatus", {}, { signal });
      const from_seq = Math.max(0, head.seq - BACKFILL_ENTRIES);
      for await (const event of client.pages("aicf.listEvents", { from_seq, limit: 1_000 }, { signal })) {
        take(event, event.time_ms);
        cursor = event.cursor;
      }
      fresh += 1;
    } catch {
      // A node that is not there yet: the stream below waits for it.
    }
    const wanted = { signal, onState: (connected: boolean) => tell({ connected }), ...(cursor === undefined ? {} : { cursor }) };
    for await (const event of client.events(wanted)) {
      take(event, Date.now());
      fresh += 1;
    }
  })().catch(() => tell({ connected: false }));

  return () => {
    stop.abort();
    clearInterval(telling);
    clearInterval(refreshing);
    tell(NOTHING);
  };
}
