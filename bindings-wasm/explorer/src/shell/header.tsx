/** The head of every page: where to go, what to look for, which node is asked and whether it answers. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { grouped } from "../format.js";
import { useNode } from "../node/context.js";
import { useLive } from "../node/live.js";
import { useCall } from "../node/queries.js";
import { NodeDialog } from "./node-dialog.js";
import { Search } from "./search.js";
import { turn, useTheme } from "./theme.js";

const PLACES = [
  ["/", "Overview"],
  ["/providers", "Providers"],
  ["/jobs", "Jobs"],
  ["/epochs", "Epochs"],
  ["/payouts", "Payouts"],
  ["/accounts", "Accounts"],
  ["/requesters", "Requesters"],
  ["/receipts", "Receipts"],
  ["/playground", "Playground"],
] as const;

function Standing({ open }: { open(): void }) {
  const { url } = useNode();
  const { connected } = useLive();
  const status = useCall("aicf.getStatus", {});
  const state = status.error && !status.data ? "unreachable" : status.data && !status.data.healthy ? "in trouble" : connected ? "live" : "connecting";
  const tone = { live: "good", connecting: "warn", "in trouble": "bad", unreachable: "bad" }[state];
  return (
    <button type="button" class="standing" onClick={open} aria-haspopup="dialog">
      <span class={`dot ${tone}`} aria-hidden="true" />
      <span>
        <span class="hidden">Node {url}: </span>
        {state} {status.data && <span class="height">#{grouped(status.data.head.height)}</span>}
        <span class="hidden">. Choose another node</span>
      </span>
    </button>
  );
}

function ThemeButton() {
  const [chosen, shown] = useTheme().split(" ");
  return (
    <button type="button" class="icon" onClick={turn} aria-label={`Colours: ${chosen}. Change`} title={`Colours: ${chosen}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {shown === "dark" ? <path d="M15.5 12.2A6.3 6.3 0 0 1 7.8 4.5a6.3 6.3 0 1 0 7.7 7.7Z" /> : <path d="M10 6.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6ZM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4" />}
      </svg>
    </button>
  );
}

export function Header() {
  const [location] = useLocation();
  const [choosing, setChoosing] = useState(false);
  const nav = useRef<HTMLElement>(null);
  const here = (href: string) => (href === "/" ? location === "/" : location === href || location.startsWith(`${href}/`));
  // On a narrow screen the places scroll; the one we are at is to be seen.
  useEffect(() => {
    const at = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (at && nav.current) nav.current.scrollLeft = at.offsetLeft - nav.current.clientWidth / 2 + at.clientWidth / 2;
  }, [location]);
  return (
    <header class="top">
      <div class="bar">
        <Link href="/" class="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M7 22 13 9l6 13M9.2 17.6h7.6" />
            <circle cx="23.5" cy="11" r="2.6" />
            <path class="stem" d="M23.5 14v8" />
          </svg>
          AICF
        </Link>
        <Search />
        <div class="tools">
          <Standing open={() => setChoosing(true)} />
          <ThemeButton />
        </div>
      </div>
      <nav aria-label="Pages" ref={nav}>
        {PLACES.map(([href, name]) => (
          <Link key={href} href={href} aria-current={here(href) ? "page" : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      {choosing && <NodeDialog close={() => setChoosing(false)} />}
    </header>
  );
}
