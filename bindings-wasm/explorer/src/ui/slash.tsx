/** Why a provider was slashed or warned: what was measured, beside the bounds it was judged by. */
import type { SlashExplained } from "@aicf/client";
import { grouped, percent, span, title } from "../format.js";
import { Badge } from "./parts.js";

type Bound = { severity: string; gt_ppm?: number; lt_ppm?: number; gt_ms?: number };

function bound(of: Bound): string {
  if (of.gt_ms !== undefined) return `${of.severity} above ${span(of.gt_ms)}`;
  if (of.gt_ppm !== undefined) return `${of.severity} above ${percent(of.gt_ppm)}`;
  return `${of.severity} below ${percent(of.lt_ppm ?? 0)}`;
}

export function SlashReasons({ of: { dimensions, metrics, offences, slashing } }: { of: SlashExplained }) {
  const measured: Record<string, string | null> = {
    traps: metrics.traps ? JSON.stringify(metrics.traps).replace(/[{}"]/g, "").replaceAll(",", ", ").replaceAll(":", " ") : null,
    qos: metrics.qos ? `${percent(metrics.qos.score_ppm)} over ${grouped(metrics.qos.samples)} jobs` : null,
    latency: metrics.latency ? `${span(metrics.latency.p95_ms)} at the 95th percentile of ${grouped(metrics.latency.samples)} jobs` : null,
    availability: metrics.availability ? `${percent(metrics.availability.ratio_ppm)} of ${grouped(metrics.availability.samples)} samples` : null,
  };
  const bounds = slashing.bands as unknown as Record<string, Bound[]>;
  return (
    <ul class="plain">
      {Object.entries(dimensions).map(([name, judged]) =>
        judged ? (
          <li key={name}>
            <strong>{name === "qos" ? "Quality" : title(name)}</strong>: {measured[name] ?? "not measured"}. {judged.breached ? <Badge of={judged.severity ?? "breached"} /> : "Within its bounds."}{" "}
            {!judged.enough_samples && "Too few samples to slash for it. "}
            <span class="note">{(bounds[name] ?? []).map(bound).join(", ")}</span>
          </li>
        ) : null,
      )}
      {offences.map((offence, index) => (
        <li key={index}>
          <strong>{title(offence)}</strong> was proved.
        </li>
      ))}
    </ul>
  );
}
