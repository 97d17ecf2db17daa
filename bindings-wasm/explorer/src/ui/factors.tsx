/** A payout line factor by factor: from units to what the provider gets. */
import { factor, grouped } from "../format.js";
import type { Line } from "../verify/protocol.js";
import { Atoms } from "./parts.js";

export function Factors({ of: line }: { of: Omit<Line, "index" | "task_id"> }) {
  const steps: ReadonlyArray<readonly [string, string, string]> = [
    ["Units", grouped(line.units), "what the work took"],
    ["Base", grouped(line.base), "units at the policy’s rates"],
    ["Quality", factor(line.quality_ppm), "the provider’s band when it got the lease"],
    ["Scarcity", factor(line.surge_ppm), "how busy the network was then"],
    ["Price", grouped(line.quoted), "within the policy’s bounds"],
    ...(line.deferred ? ([["Rest", grouped(line.gross), "of a claim that an earlier epoch did not pay whole"]] as const) : []),
    ["Payable", grouped(line.payable), line.payable === line.gross ? "the budget pays it whole" : "what the budget pays of it now"],
    ["Provider", grouped(line.provider), "its share"],
    ["Miner", grouped(line.miner_share), "for the proof’s place in a block"],
    ["Treasury", grouped(line.treasury), "the rest"],
    ["Penalty", grouped(line.penalty), "taken from the provider’s share"],
  ];
  return (
    <dl class="factors">
      {steps.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span class="number">{value}</span> <span class="note">{note}</span>
          </dd>
        </div>
      ))}
      <div class="sum">
        <dt>Provider gets</dt>
        <dd>
          <Atoms of={line.net_provider} />
        </dd>
      </div>
    </dl>
  );
}
