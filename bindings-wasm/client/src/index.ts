/**
 * A client of a node. Reads that got no answer are asked again after a pause that doubles; writes never are, because they
 * may have happened. Events go on where they stopped when a connection ends. Nothing here depends on anything else.
 */
import { READS, type EventLine, type Methods } from "./generated.js";

export * from "./generated.js";

/** The node understood the call and said no. */
export class RpcError extends Error {
  /** The JSON-RPC error (docs/spec/21-node.md). */
  readonly number: number;
  /** The stable name of the reason. */
  readonly code: string;
  /** The parameter at fault. */
  readonly path: string;

  constructor(error: { code?: number; message?: string; data?: { code?: string; path?: string } }) {
    super(error.message ?? "the call failed");
    this.name = "RpcError";
    this.number = error.code ?? 0;
    this.code = error.data?.code ?? "";
    this.path = error.data?.path ?? "";
  }
}

/** No answer came in time, or none that can be read. A write may have happened nevertheless. */
export class NodeUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NodeUnreachable";
  }
}

/** A WebSocket as far as it is used here: the browser's, or one of Node.js. */
export interface Socket {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  close(): void;
}

export interface Options {
  /** An operators' token. */
  token?: string;
  /** How long one call may take. */
  timeoutMs?: number;
  /** How often a read is asked. */
  tries?: number;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Instead of the global one, which Node.js has from 22 on. */
  WebSocket?: new (url: string) => Socket;
}

export interface Wanted {
  /** By name; none is all of them. */
  topics?: readonly EventLine["event"][];
  task_id?: string;
  provider_id?: string;
  requester?: string;
  kind?: "ai" | "quantum";
  /** After this event. */
  cursor?: string;
  /** From this entry on, where there is no cursor; neither is "from now on". */
  from_seq?: number;
  /** Ends the iteration. */
  signal?: AbortSignal;
  /** Told when the connection is there, and when it is gone. */
  onState?: (connected: boolean) => void;
}

type Lists = { [M in keyof Methods]: Methods[M]["result"] extends { items: Array<any>; nextCursor: string | null } ? M : never }[keyof Methods];
type Item<M extends Lists> = Methods[M]["result"] extends { items: Array<infer T> } ? T : never;

const PAUSE_MS = 100;
const PAUSE_MAX_MS = 5_000;
/** Events that may wait for a slow reader before the connection is taken up again later. */
const WAITING_MAX = 10_000;

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export class Client {
  readonly url: string;
  readonly #options: Options;
  #number = 0;

  constructor(url: string, options: Options = {}) {
    this.url = url;
    this.#options = options;
  }

  /** Calls a method. */
  async call<M extends keyof Methods>(
    method: M,
    params: Methods[M]["params"],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Methods[M]["result"]> {
    const tries = READS.has(method) ? (this.#options.tries ?? 4) : 1;
    let wait = PAUSE_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.#ask(method, params, signal)) as Methods[M]["result"];
      } catch (error) {
        if (!(error instanceof NodeUnreachable) || attempt >= tries) throw error;
      }
      await pause(wait, signal);
      wait = Math.min(wait * 2, PAUSE_MAX_MS);
    }
  }

  async #ask(method: string, params: object, signal?: AbortSignal): Promise<unknown> {
    const id = (this.#number += 1);
    const limit = AbortSignal.timeout(this.#options.timeoutMs ?? 15_000);
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (this.#options.token !== undefined) headers["authorization"] = `Bearer ${this.#options.token}`;
    let answer: { id?: unknown; result?: unknown; error?: ConstructorParameters<typeof RpcError>[0] };
    try {
      const response = await (this.#options.fetch ?? fetch)(this.url, {
        method: "POST",
        headers,
        body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      answer = await response.json();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new NodeUnreachable(`${this.url}: ${String(error)}`, { cause: error });
    }
    if (answer.error) throw new RpcError(answer.error);
    if (answer.id !== id) throw new NodeUnreachable("the answer is of another question");
    return answer.result;
  }

  /** Every item of a list, page by page. */
  async *pages<M extends Lists>(
    method: M,
    params: Methods[M]["params"],
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Item<M>, void, undefined> {
    let cursor: string | null = null;
    do {
      const asked: Methods[M]["params"] = cursor === null ? params : { ...params, cursor };
      const page = (await this.call(method, asked, options)) as {
        items: Item<M>[];
        nextCursor: string | null;
        more?: boolean;
      };
      yield* page.items;
      cursor = page.more === false ? null : page.nextCursor;
    } while (cursor !== null);
  }

  /** Where events of a kind are streamed. */
  streamUrl(wanted: Wanted, cursor?: string): string {
    const url = new URL(this.url);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.pathname = `${url.pathname.replace(/\/$/, "")}/ws`;
    for (const name of ["task_id", "provider_id", "requester", "kind"] as const) {
      const value = wanted[name];
      if (value !== undefined) url.searchParams.set(name, value);
    }
    if (wanted.topics?.length) url.searchParams.set("topics", wanted.topics.join(","));
    if (cursor !== undefined) url.searchParams.set("after", cursor);
    else if (wanted.from_seq !== undefined) url.searchParams.set("from_seq", String(wanted.from_seq));
    return url.href;
  }

  /** Follows events, each once and in order; connects again where it stopped. */
  async *events(wanted: Wanted = {}): AsyncGenerator<EventLine, void, undefined> {
    const Socket = this.#options.WebSocket ?? (globalThis.WebSocket as unknown as Options["WebSocket"]);
    if (!Socket) throw new TypeError("there is no WebSocket here: give one in the options");
    let cursor = wanted.cursor;
    let wait = PAUSE_MS;
    while (!wanted.signal?.aborted) {
      const waiting: EventLine[] = [];
      let wake = () => {};
      let open = true;
      const socket = new Socket(this.streamUrl(wanted, cursor));
      const end = () => {
        open = false;
        wake();
      };
      socket.onopen = () => {
        wait = PAUSE_MS;
        wanted.onState?.(true);
      };
      socket.onmessage = (message: { data: unknown }) => {
        const event = JSON.parse(String(message.data)) as EventLine;
        // A word about the stream has no cursor, and is no event of the journal.
        if (event.cursor !== undefined) waiting.push(event);
        // Who reads this slowly gets the rest from the node later.
        if (waiting.length > WAITING_MAX) socket.close();
        wake();
      };
      socket.onerror = end;
      socket.onclose = end;
      wanted.signal?.addEventListener("abort", end);
      try {
        while (!wanted.signal?.aborted) {
          const next = waiting.shift();
          if (next !== undefined) {
            cursor = next.cursor;
            yield next;
          } else if (open) {
            await new Promise<void>((resolve) => (wake = resolve));
          } else {
            break;
          }
        }
      } finally {
        wanted.signal?.removeEventListener("abort", end);
        socket.onclose = null;
        socket.close();
        wanted.onState?.(false);
      }
      if (wanted.signal?.aborted) return;
      await pause(wait, wanted.signal).catch(() => {});
      wait = Math.min(wait * 2, PAUSE_MAX_MS);
    }
  }
}
