/** The page's side of the worker, which starts with the first question. */
import type { Ask, Name, Progress, Refusal, Reply, Requests } from "./protocol.js";

/** The core or the worker said no. */
export class Refused extends Error {
  readonly code: string;
  readonly path: string;
  constructor({ code, path, message }: Refusal) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.path = path;
  }
}

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
  tell: ((progress: Progress) => void) | undefined;
}

let worker: Worker | null = null;
let number = 0;
const waiting = new Map<number, Waiting>();

function start(): Worker {
  const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  started.onmessage = ({ data }: MessageEvent<Reply>) => {
    const who = waiting.get(data.id);
    if (!who) return;
    if ("progress" in data) return who.tell?.(data.progress);
    waiting.delete(data.id);
    if ("error" in data) who.reject(new Refused(data.error));
    else who.resolve(data.output);
  };
  started.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(`the worker stopped: ${event.message}`));
    waiting.clear();
    worker = null;
  };
  return started;
}

/** Asks the worker. */
export function ask<N extends Name>(name: N, input: Requests[N]["input"], tell?: (progress: Progress) => void): Promise<Requests[N]["output"]> {
  worker ??= start();
  const id = (number += 1);
  const asked: Ask = { id, name, input };
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (output: unknown) => void, reject, tell });
    worker?.postMessage(asked);
  });
}
