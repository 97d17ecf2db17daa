/** A provider: what it is, what it has, how well it works, what it earned and what it lost. */
import type { BandView, EventLine, PayoutsView } from "@aicf/client";
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { ago, grouped, moment, percent, span, words } from "../format.js";
import { useNode } from "../node/context.js";
import { useCall, useList } from "../node/queries.js";
import { Atoms, Badge, Card, Facts, Hash, Page, Stat, Stats, to } from "../ui/parts.js";
import { SlashReasons } from "../ui/slash.js";
import { Answer, Empty } from "../ui/states.js";
import { Table, type Column } from "../ui/table.js";

const EARNED: ReadonlyArray<Column<PayoutsView>> = [
  { name: "Epoch", width: "6rem", cell: (row) => <Link href={to.epoch(row.epoch)}>{row.epoch}</Link> },
  { name: "Claim", width: "minmax(11rem, 1fr)", cell: (row) => <Hash of={row.line.claim_key} /> },
  { name: "Payable", width: "minmax(6rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.line.payable} unit={false} /> },
  { name: "Share", width: "minmax(6rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.line.provider} unit={false} /> },
  { name: "Penalty", width: "minmax(6rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.line.penalty} unit={false} /> },
  { name: "Net", width: "minmax(6rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.line.net_provider} unit={false} /> },
];

function Band({ band, metrics, kind, samples_used }: BandView) {
  const share = (ppm: number | null | undefined) => (ppm == null ? "not measured" : percent(ppm));
  return (
    <div>
      <h3>
        {kind === "ai" ? "AI" : "Quantum"} <Badge of={band} />
      </h3>
      <Facts
        of={[
          ["Jobs looked at", grouped(samples_used)],
          ["Quality", share(metrics?.qos_ppm)],
          ...(kind === "quantum" ? ([["Trap shots", share(metrics?.coverage_ppm)]] as const) : []),
          ["95th percentile of latency", metrics?.p95_ms == null ? "not measured" : span(metrics.p95_ms)],
          ["Availability", metrics ? `${share(metrics.availability_low_ppm)} to ${share(metrics.availability_high_ppm)}` : "not measured"],
          ["Failed jobs", share(metrics?.fail_rate_ppm)],
        ]}
      />
    </div>
  );
}

function Slash({ id, event }: { id: string; event: EventLine }) {
  const epoch = event.data["epoch"] as number;
  const [open, setOpen] = useState(false);
  const why = useCall("aicf.explainSlash", { epoch, provider_id: id }, { enabled: open, forever: true });
  const penalty = event.data["penalty"] as string | undefined;
  return (
    <li>
      <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
        <summary>
          Epoch {epoch}: {event.data["severity"] ? <Badge of={String(event.data["severity"])} /> : "a warning, "}
          {words(String(event.data["reason"]))} {penalty && <Atoms of={penalty} />}
        </summary>
        {open && (
          <Answer of={why} what="Asking why">
            {(found) => <SlashReasons of={found} />}
          </Answer>
        )}
      </details>
    </li>
  );
}

function Slashes({ id }: { id: string }) {
  const { client, url } = useNode();
  const asked = useQuery({
    queryKey: [url, "slashes of", id],
    queryFn: async ({ signal }) => {
      const found: EventLine[] = [];
      const topics = ["providerSlashed", "providerWarned"] as const;
      for await (const event of client.pages("aicf.listEvents", { provider_id: id, topics: [...topics], from_seq: 0, limit: 200 }, { signal })) found.push(event);
      return found.reverse();
    },
  });
  return (
    <Answer of={asked} what="Looking for slashes">
      {(events) =>
        events.length === 0 ? (
          <Empty>It was never slashed or warned.</Empty>
        ) : (
          <ul class="plain">
            {events.map((event) => (
              <Slash key={event.cursor} id={id} event={event} />
            ))}
          </ul>
        )
      }
    </Answer>
  );
}

export function Provider({ id }: { id: string }) {
  const asked = useCall("aicf.getProvider", { provider_id: id });
  const status = useCall("aicf.getStatus", {});
  const earned = useList("aicf.listPayouts", { payee: id });
  return (
    <Page title={id} lead="Provider">
      <Answer of={asked} what="Asking for the provider">
        {(provider) => (
          <>
            <Stats>
              <Stat name="Status" note={provider.barred_until_epoch > (status.data?.head.epoch ?? 0) ? `barred until epoch ${provider.barred_until_epoch}` : null}>
                <Badge of={provider.status} />
              </Stat>
              <Stat name="Stake" note="atoms">
                <Atoms of={provider.stake} unit={false} />
              </Stat>
              <Stat name="Health">{percent(provider.effective_health_ppm, 1)}</Stat>
              <Stat name="Paid so far" note="atoms">
                <Atoms of={provider.paid_total} unit={false} />
              </Stat>
              <Stat name="Available" note="atoms it may withdraw">
                <Atoms of={provider.available} unit={false} />
              </Stat>
              <Stat name="Leases" note={<Link href={`/jobs?provider_id=${encodeURIComponent(id)}`}>its jobs</Link>}>
                {grouped(provider.active_leases.ai + provider.active_leases.quantum)}
              </Stat>
            </Stats>
            <div class="cards">
              <Card title="What it is">
                <Facts
                  of={[
                    ["Operator", provider.operator],
                    ["Kinds", provider.kinds.join(", ")],
                    ["Region", provider.region],
                    ["Models or gate sets", provider.models.join(", ") || null],
                    ["Attestation", provider.attestation ? `${provider.attestation.class}, until ${moment(provider.attestation.not_after_ms)}` : "none"],
                    ["Registered", moment(provider.registered_ms)],
                    ["Last heartbeat", provider.last_heartbeat_ms === null ? "never" : ago(provider.last_heartbeat_ms, status.data?.head.time_ms ?? Date.now())],
                    ["Unbonding", <Atoms of={provider.unbonding} />],
                    ["Owes", <Atoms of={provider.debt} />],
                    ["Accounts", <Link href={to.account(`available:${id}`)}>available:{id}</Link>],
                  ]}
                />
              </Card>
              <Card title="Quality">
                {provider.sla.map((band) => (
                  <Band key={band.kind} {...band} />
                ))}
              </Card>
              <Card title="Slashes" wide>
                <Slashes id={id} />
              </Card>
            </div>
          </>
        )}
      </Answer>
      <h2>Earnings</h2>
      <Table label={`Earnings of ${id}`} columns={EARNED} list={earned} empty="Nothing was paid to it yet." />
    </Page>
  );
}
