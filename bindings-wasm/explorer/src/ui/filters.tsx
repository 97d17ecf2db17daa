/** Conditions of a list. They are in the page's address, so that a link shows the same list. */
import { useSearchParams } from "wouter-preact";

export interface Filter {
  name: string;
  label: string;
  /** What can be chosen; a filter without choices is a text. */
  choices?: readonly string[];
  placeholder?: string;
}

/** The conditions that are given. */
export function useFilters(names: readonly string[]): [Record<string, string>, (name: string, value: string) => void] {
  const [params, setParams] = useSearchParams();
  const given = Object.fromEntries(names.flatMap((name) => (params.get(name) ? [[name, params.get(name) as string]] : [])));
  const set = (name: string, value: string) =>
    setParams(
      (old: URLSearchParams) => {
        const next = new URLSearchParams(old);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [given, set];
}

export function Filters({ of, given, set }: { of: readonly Filter[]; given: Record<string, string>; set(name: string, value: string): void }) {
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Conditions">
      {of.map(({ name, label, choices, placeholder }) => (
        <label key={name}>
          {label}
          {choices ? (
            <select value={given[name] ?? ""} onChange={(event) => set(name, event.currentTarget.value)}>
              <option value="">any</option>
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {choice.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          ) : (
            <input type="text" value={given[name] ?? ""} placeholder={placeholder} spellcheck={false} autocomplete="off" onChange={(event) => set(name, event.currentTarget.value.trim())} />
          )}
        </label>
      ))}
      {Object.keys(given).length > 0 && (
        <button type="button" onClick={() => of.forEach(({ name }) => set(name, ""))}>
          Clear
        </button>
      )}
    </form>
  );
}
