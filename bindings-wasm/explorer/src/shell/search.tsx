/** One field for everything that has a name: a job's id, an epoch, a provider, a requester, an account. */
import type { Client } from "@aicf/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { useNode } from "../node/context.js";
import { isAbsent } from "../node/queries.js";
import { to } from "../ui/parts.js";

/** Where something is, or nothing. */
async function find(client: Client, text: string, signal: AbortSignal): Promise<string | null> {
  const there = async (question: Promise<unknown>) => {
    try {
      await question;
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  };
  if (/^\d{1,15}$/.test(text)) {
    if (await there(client.call("aicf.getSettlement", { epoch: Number(text) }, { signal }))) return to.epoch(Number(text));
  }
  if (/^0x[0-9a-f]{64}$/.test(text)) {
    if (await there(client.call("aicf.getJob", { task_id: text }, { signal }))) return to.job(text);
  }
  if (await there(client.call("aicf.getProvider", { provider_id: text }, { signal }))) return to.provider(text);
  // Of anybody a node can say that nothing is under way; a requester is who has money or jobs.
  const asks = await client.call("aicf.getRequester", { requester: text }, { signal });
  const { items: jobs } = await client.call("aicf.listJobs", { requester: text, limit: 1 }, { signal });
  if (jobs.length > 0 || asks.deposit !== "0" || asks.escrow !== "0") return to.requester(text);
  const { items } = await client.call("aicf.getStatement", { account: text, limit: 1 }, { signal }).catch(() => ({ items: [] }));
  return items.length > 0 ? to.account(text) : null;
}

export function Search() {
  const { client } = useNode();
  const [, go] = useLocation();
  const [said, say] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const asked = useRef<AbortController | null>(null);

  useEffect(() => {
    const slash = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? "";
    if (!text) return;
    asked.current?.abort();
    asked.current = new AbortController();
    say("Looking…");
    try {
      const found = await find(client, text, asked.current.signal);
      say(found ? "" : `Nothing is called “${text.slice(0, 40)}” here.`);
      if (!found) return;
      if (field.current) field.current.value = "";
      go(found);
    } catch (error) {
      if (!asked.current.signal.aborted) say(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <form role="search" class="search" onSubmit={(event) => void submit(event)}>
      <input ref={field} type="search" name="q" aria-label="Find a job, provider, requester, account or epoch" placeholder="Job, provider, account, epoch  /" autocomplete="off" spellcheck={false} onInput={() => say("")} />
      <p class="said" role="status">
        {said}
      </p>
    </form>
  );
}
