/** The small parts of every page. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { grouped, short, words } from "../format.js";

/** A page: its title is the document's too. */
export function Page({ title, lead, actions, children }: { title: string; lead?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · AICF explorer`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function Card({ title, aside, children, wide }: { title?: string; aside?: ComponentChildren; children: ComponentChildren; wide?: boolean }) {
  return (
    <section class={wide ? "card wide" : "card"} {...(title ? { "aria-label": title } : {})}>
      {title && (
        <div class="card-head">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** A figure with its name. */
export function Stat({ name, children, note }: { name: string; children: ComponentChildren; note?: ComponentChildren }) {
  return (
    <div class="stat">
      <dt>{name}</dt>
      <dd>
        <span class="figure">{children}</span>
        {note && <span class="note">{note}</span>}
      </dd>
    </div>
  );
}

export function Stats({ children }: { children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}

/** Names and values; what has none is left out. */
export function Facts({ of, two }: { of: ReadonlyArray<readonly [string, ComponentChildren]>; two?: boolean }) {
  return (
    <dl class={two ? "facts two" : "facts"}>
      {of.map(([name, value]) =>
        value === null || value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** An amount, exactly. */
export function Atoms({ of, unit = true }: { of: string | bigint; unit?: boolean }) {
  return (
    <span class="number">
      {grouped(of)}
      {unit && <span class="unit"> atoms</span>}
    </span>
  );
}

const TONES: Record<string, string> = {
  active: "good", gold: "good", settled: "good", completed: "good", running: "good",
  claimed: "plain", assigned: "plain", silver: "plain", registered: "plain", bronze: "warn", minor: "warn",
  suspended: "warn", queued: "plain", expired: "warn", cancelled: "warn", major: "bad",
  jailed: "bad", failed: "bad", fail: "bad", critical: "bad", retired: "warn",
};

/** A state in one word; the word tells it, the colour only helps. */
export function Badge({ of }: { of: string }) {
  return <span class={`badge ${TONES[of] ?? "plain"}`}>{words(of)}</span>;
}

/** A hash: shortened, whole on hover, copied by its button. */
export function Hash({ of, href, whole }: { of: string; href?: string; whole?: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const text = whole ? of : short(of);
  const copy = () => void navigator.clipboard?.writeText(of).then(() => setCopied(true));
  return (
    <span class={whole ? "hash whole" : "hash"} title={of}>
      {href ? <Link href={href}>{text}</Link> : <span>{text}</span>}
      <button type="button" class="copy" aria-label={copied ? "Copied" : `Copy ${short(of)}`} onClick={copy}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          {copied ? <path d="m3 8.5 3.2 3.2L13 4.8" /> : <path d="M5.5 5.5h7v7h-7zM3.5 10.5v-7h7" />}
        </svg>
      </button>
    </span>
  );
}

/** Places of the explorer. */
export const to = {
  provider: (id: string) => `/providers/${encodeURIComponent(id)}`,
  job: (id: string) => `/jobs/${id}`,
  epoch: (epoch: number) => `/epochs/${epoch}`,
  account: (account: string) => `/accounts/${encodeURIComponent(account)}`,
  requester: (id: string) => `/requesters/${encodeURIComponent(id)}`,
  payouts: (payee: string) => `/payouts?payee=${encodeURIComponent(payee)}`,
};

export function ProviderLink({ id }: { id: string }) {
  return (
    <Link href={to.provider(id)} class="name">
      {id}
    </Link>
  );
}

/** How much of something is used; over all of it is shown full. */
export function Meter({ ppm, label }: { ppm: number; label: string }) {
  return (
    <span class="meter" role="img" aria-label={label}>
      <span style={{ width: `${Math.min(100, ppm / 10_000)}%` }} />
    </span>
  );
}
