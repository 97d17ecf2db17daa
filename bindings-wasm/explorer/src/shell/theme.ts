/** Light or dark: as the system is, unless the reader says otherwise. */
import { useSyncExternalStore } from "preact/compat";

const KEPT = "aicf.theme";
const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let theme = (THEMES as readonly string[]).includes(localStorage.getItem(KEPT) ?? "") ? (localStorage.getItem(KEPT) as Theme) : "system";

function show() {
  document.documentElement.dataset["theme"] = theme;
  for (const listener of listeners) listener();
}

system.addEventListener("change", show);
show();

/** The next one of the three. */
export function turn() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  localStorage.setItem(KEPT, theme);
  show();
}

/** What was chosen, and whether that is dark now; drawings on a canvas need to know. */
export function useTheme(): `${Theme} ${"dark" | "light"}` {
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return useSyncExternalStore(subscribe, () => `${theme} ${theme === "dark" || (theme === "system" && system.matches) ? "dark" : "light"}` as const);
}
