/** An epoch computed again, as a page sees it: not begun, at work, done or failed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useNode } from "../node/context.js";
import { useSettlementKey } from "../shell/key.js";
import { ask } from "./door.js";
import type { EpochReport, Progress } from "./protocol.js";

export type Verification =
  | { is: "idle" }
  | { is: "working"; progress: Progress }
  | { is: "done"; report: EpochReport }
  | { is: "failed"; error: Error };

export function useVerification(epoch: number): { state: Verification; start(): void } {
  const { url } = useNode();
  const { key } = useSettlementKey();
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);
  const [state, setState] = useState<Verification>({ is: "idle" });
  const start = useCallback(() => {
    const show = (next: Verification) => here.current && setState(next);
    show({ is: "working", progress: { stage: "Loading the core", done: 0, all: 0 } });
    ask("verify", { node: url, epoch, key }, (progress) => show({ is: "working", progress })).then(
      (report) => show({ is: "done", report }),
      (error: Error) => show({ is: "failed", error }),
    );
  }, [url, epoch, key]);
  return { state, start };
}
