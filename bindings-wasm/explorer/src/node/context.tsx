/** Which node this page asks, and the client that asks it. */
import { Client } from "@aicf/client";
import { useQueryClient } from "@tanstack/preact-query";
import { createContext, type ComponentChildren } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";

const KEPT = "aicf.node";

export interface NodeHandle {
  /** Its address; a page that a node serves asks that node. */
  url: string;
  client: Client;
  /** Asks another node from now on, or again the page's own. */
  choose(url: string | null): void;
}

const Context = createContext<NodeHandle | null>(null);

/** An address of a node, or nothing where it is none. */
export function nodeAddress(text: string): string | null {
  try {
    const url = new URL(text.includes("://") ? text : `http://${text}`);
    // Some browsers take a space for a part of a host's name.
    if (!/^https?:$/.test(url.protocol) || !/^[\w.:[\]-]+$/.test(url.host)) return null;
    return url.origin + (url.pathname === "/" ? "" : url.pathname.replace(/\/$/, ""));
  } catch {
    return null;
  }
}

/** `?node=`, what was chosen here before, what the page was built for, and else who served the page. */
function first(): string {
  const asked = new URLSearchParams(location.search).get("node");
  const built = document.querySelector<HTMLMetaElement>('meta[name="aicf-node"]')?.content;
  for (const candidate of [asked, localStorage.getItem(KEPT), built]) {
    const url = candidate ? nodeAddress(candidate) : null;
    if (url) return url;
  }
  return nodeAddress(new URL(".", location.href).href) ?? location.origin;
}

export function NodeProvider({ children }: { children: ComponentChildren }) {
  const queries = useQueryClient();
  const [url, setUrl] = useState(first);
  const handle = useMemo<NodeHandle>(
    () => ({
      url,
      client: new Client(url, { tries: 3 }),
      choose(chosen) {
        if (chosen === null) localStorage.removeItem(KEPT);
        else localStorage.setItem(KEPT, chosen);
        // An address in the page's own would win over what was chosen.
        const here = new URL(location.href);
        if (here.searchParams.has("node")) {
          here.searchParams.delete("node");
          history.replaceState(null, "", here);
        }
        queries.clear();
        setUrl(first());
      },
    }),
    [url, queries],
  );
  return <Context.Provider value={handle}>{children}</Context.Provider>;
}

export function useNode(): NodeHandle {
  const node = useContext(Context);
  if (!node) throw new Error("there is no NodeProvider above");
  return node;
}
