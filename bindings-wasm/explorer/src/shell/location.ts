/**
 * Where the reader is: path and conditions both behind the address's `#`, so that a link works from any host that
 * serves files, and `?node=` before it stays what it is.
 */
import { useSyncExternalStore } from "preact/compat";

const CHANGED = "hashchange";

function subscribe(listener: () => void) {
  addEventListener(CHANGED, listener);
  return () => removeEventListener(CHANGED, listener);
}

const behind = () => location.hash.replace(/^#?\/?/, "/");
const path = () => behind().split("?", 1)[0] ?? "/";
const search = () => {
  const at = behind().indexOf("?");
  return at < 0 ? "" : behind().slice(at + 1);
};

function navigate(to: string, { replace = false }: { replace?: boolean } = {}) {
  const url = new URL(location.href);
  url.hash = to;
  if (url.href === location.href) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  dispatchEvent(new HashChangeEvent(CHANGED));
}

/** The path, and how to go elsewhere. */
export const useHashLocation = Object.assign((): [string, typeof navigate] => [useSyncExternalStore(subscribe, path), navigate], {
  hrefs: (href: string) => `#${href}`,
});

/** The conditions. */
export const useHashSearch = () => useSyncExternalStore(subscribe, search);
