/** What was looked at and what came of it, each with a word and not by colour alone. */
import type { Check } from "../verify/protocol.js";

const SIGNS = { holds: "✓", fails: "✗", open: "–" } as const;
const SAID = { holds: "holds", fails: "does not hold", open: "not looked at" } as const;

export function Checks({ valid, good, bad, checks }: { valid: boolean; good: string; bad: string; checks: readonly Check[] }) {
  return (
    <div class={valid ? "verdict good" : "verdict bad"}>
      <p role={valid ? "status" : "alert"} class="said">
        <strong>
          {valid ? "✓ Verified." : "✗ Not verified."} {valid ? good : bad}
        </strong>
      </p>
      <ul class="checks">
        {checks.map(({ name, holds, detail }) => {
          const state = holds === null ? "open" : holds ? "holds" : "fails";
          return (
            <li key={name} class={state}>
              <span class="sign" aria-hidden="true">
                {SIGNS[state]}
              </span>
              <span class="name">
                {name} <span class="hidden">{SAID[state]}</span>
              </span>
              <span class="detail">{detail}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
