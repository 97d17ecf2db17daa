/** Conditions of a list. They are in the page's address, so that a link shows the same list. */
import { useSearchParams } from "wouter-preact";

export interface Filter {
  name: string;
  label: string;
  /** What can be chosen; a filter without choices is a text. */
  choices?: readonly string[];
  placeholder?: string;
}

/** The conditions that are given, and what changes some of them at once. */
export function useFilters(names: readonly string[]): [Record<string, string>, (changes: Record<string, string>) => void] {
  const [params, setParams] = useSearchParams();
  const given = Object.fromEntries(names.flatMap((name) => (params.get(name) ? [[name, params.get(name) as string]] : [])));
  const change = (changes: Record<string, string>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    setParams(next, { replace: true });
  };
  return [given, change];
}

export function Filters({ of, given, change }: { of: readonly Filter[]; given: Record<string, string>; change(changes: Record<string, string>): void }) {
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Conditions">
      {of.map(({ name, label, choices, placeholder }) => (
        <label key={name}>
          {label}
          {choices ? (
            <select value={given[name] ?? ""} onChange={(event) => change({ [name]: event.currentTarget.value })}>
              <option value="">any</option>
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {choice.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          ) : (
            <input type="text" value={given[name] ?? ""} placeholder={placeholder} spellcheck={false} autocomplete="off" onChange={(event) => change({ [name]: event.currentTarget.value.trim() })} />
          )}
        </label>
      ))}
      {Object.keys(given).length > 0 && (
        <button type="button" onClick={() => change(Object.fromEntries(of.map(({ name }) => [name, ""])))}>
          Clear
        </button>
      )}
    </form>
  );
}
