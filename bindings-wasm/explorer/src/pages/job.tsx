/** A job: what happened to it in order, each attempt, why it stands where it stands, and what it was paid. */
import type { EventLine, JobView } from "@aicf/client";
import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { grouped, moment, span, title, words } from "../format.js";
import { useNode } from "../node/context.js";
import { useCall } from "../node/queries.js";
import { Factors } from "../ui/factors.js";
import { Atoms, Badge, Card, Facts, Hash, Page, ProviderLink, Stat, Stats, to } from "../ui/parts.js";
import { Answer, Empty } from "../ui/states.js";

const WHY: Record<string, string> = {
  backoff: "It failed before and waits until it may be offered again.",
  nobody_eligible: "No provider may take it now.",
  waits_for_dispatch: "A provider could take it; the next dispatch decides.",
  waits_for_share: "Its requester had its fair share; others come first.",
  waits_for_ack: "A provider was given it and is to take it up.",
  running: "A provider works on it.",
  waits_for_reveal: "It is done; its requester can still reveal the hidden traps.",
  waits_for_proof: "It is done; its proof is not in a block yet.",
  waits_for_settlement: "It is proved; its epoch is not settled yet.",
  over: "It is over.",
};

function useTimeline(task_id: string) {
  const { client, url } = useNode();
  return useQuery({
    queryKey: [url, "timeline", task_id],
    queryFn: async ({ signal }) => {
      const events: EventLine[] = [];
      for await (const event of client.pages("aicf.listEvents", { task_id, from_seq: 0, limit: 200 }, { signal })) events.push(event);
      return events;
    },
  });
}

/** What an event says beside its name. */
function Said({ event: { event, data } }: { event: EventLine }) {
  const provider = data["provider_id"];
  const cause = data["cause"];
  const attempt = data["attempt"];
  return (
    <>
      {typeof provider === "string" && <ProviderLink id={provider} />}
      {typeof attempt === "number" && event === "jobAssigned" && <span> attempt {attempt + 1}</span>}
      {typeof cause === "string" && <span class="cause"> {words(cause)}</span>}
      {typeof data["latency_ms"] === "number" && <span> in {span(data["latency_ms"])}</span>}
      {typeof data["epoch"] === "number" && (
        <span>
          {" "}
          for <Link href={to.epoch(data["epoch"])}>epoch {data["epoch"]}</Link>
        </span>
      )}
    </>
  );
}

function Timeline({ job }: { job: JobView }) {
  const asked = useTimeline(job.task_id);
  return (
    <Answer of={asked} what="Asking what happened">
      {(events) =>
        events.length === 0 ? (
          <Empty>This node keeps no events of it: it began with a snapshot.</Empty>
        ) : (
          <ol class="timeline">
            {events.map((event, index) => {
              const before = events[index - 1];
              return (
                <li key={event.cursor} class={event.event}>
                  <span class="what">{title(event.event)}</span>
                  <span class="said">
                    <Said event={event} />
                  </span>
                  <span class="when">
                    {moment(event.time_ms)}
                    {before && event.time_ms > before.time_ms && ` (+${span(event.time_ms - before.time_ms)})`} · block {grouped(event.height)}
                  </span>
                </li>
              );
            })}
            {job.status === "settled" && job.claim && (
              <li>
                <span class="what">Settled</span>
                <span class="said">
                  in <Link href={to.epoch(job.claim.epoch)}>epoch {job.claim.epoch}</Link>
                </span>
              </li>
            )}
          </ol>
        )
      }
    </Answer>
  );
}

interface Attempt {
  attempt: number;
  provider: string;
  from_ms: number;
  until_ms: number | null;
  end: string;
}

/** Leases from the events: each begins with an assignment, and ends with what comes next. */
function attempts(events: readonly EventLine[]): Attempt[] {
  const found: Attempt[] = [];
  for (const { event, data, time_ms } of events) {
    const last = found[found.length - 1];
    if (event === "jobAssigned") {
      found.push({ attempt: Number(data["attempt"]) + 1, provider: String(data["provider_id"]), from_ms: time_ms, until_ms: null, end: "holds it" });
    } else if (last && last.until_ms === null && ["leaseCancelled", "jobCompleted", "jobExpired", "jobFailed", "jobCancelled"].includes(event)) {
      last.until_ms = time_ms;
      last.end = event === "jobCompleted" ? "completed" : words(String(data["cause"] ?? event));
    }
  }
  return found;
}

function Attempts({ id }: { id: string }) {
  const asked = useTimeline(id);
  const list = attempts(asked.data ?? []);
  if (!asked.data) return null;
  if (list.length === 0) return <Empty>Nobody was given it yet.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Attempts, one by one">
      <table>
        <thead>
          <tr>
            <th scope="col">Attempt</th>
            <th scope="col">Provider</th>
            <th scope="col">Took</th>
            <th scope="col">End</th>
          </tr>
        </thead>
        <tbody>
          {list.map((each, index) => (
            <tr key={index}>
              <th scope="row">{each.attempt}</th>
              <td>
                <ProviderLink id={each.provider} />
              </td>
              <td>{each.until_ms === null ? "—" : span(each.until_ms - each.from_ms)}</td>
              <td>{each.end}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Explanation({ job }: { job: JobView }) {
  const asked = useCall("aicf.explainJob", { task_id: job.task_id, providers: job.status === "queued" });
  return (
    <Answer of={asked} what="Asking why">
      {(found) => (
        <>
          <p>
            <strong>{title(found.why)}.</strong> {WHY[found.why]}
          </p>
          {found.why !== "over" && (
            <Facts
              of={[
                ...(found.ahead == null ? [] : ([["Jobs before it in the queue", grouped(found.ahead)]] as const)),
                ...(found.eligible == null ? [] : ([["Providers who could take it", grouped(found.eligible)]] as const)),
                ...(found.ready_ms ? ([["May be offered from", moment(found.ready_ms)]] as const) : []),
                ...Object.entries(found.counts ?? {}).map(([rule, count]) => [`Fail at ${words(rule)}`, grouped(count)] as const),
              ]}
            />
          )}
          {found.providers && found.providers.length > 0 && (
            <details>
              <summary>Provider by provider</summary>
              <ul class="plain">
                {found.providers.map((candidate) => (
                  <li key={candidate.provider_id}>
                    <ProviderLink id={candidate.provider_id} />: {candidate.reason ? `fails at ${words(candidate.reason)}` : "could take it"}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </Answer>
  );
}

function Paid({ epoch, claim_key }: { epoch: number; claim_key: string }) {
  const asked = useCall("aicf.explainPayout", { epoch, claim_key }, { forever: true });
  return (
    <Answer of={asked} what="Asking what it was paid">
      {({ line, split: _, ...found }) => (
        <>
          <Factors of={{ ...line, ...found, deferred: found.deferred_from != null }} />
          <p>
            The node says so; <Link href={to.epoch(epoch)}>epoch {epoch}</Link> can be computed again here.
          </p>
        </>
      )}
    </Answer>
  );
}

export function Job({ id }: { id: string }) {
  const asked = useCall("aicf.getJob", { task_id: id });
  return (
    <Page title="Job" lead={<Hash of={id} whole />}>
      <Answer of={asked} what="Asking for the job">
        {(job) => (
          <>
            <Stats>
              <Stat name="Status">
                <Badge of={job.status} />
              </Stat>
              <Stat name="Kind">{job.kind === "ai" ? "AI" : "Quantum"}</Stat>
              <Stat name="Units" note={job.result ? "used" : "at most"}>
                {grouped(job.result?.units ?? job.units)}
              </Stat>
              <Stat name="Fee" note="atoms">
                <Atoms of={job.fee} unit={false} />
              </Stat>
              <Stat name="Failed attempts">{grouped(job.attempts)}</Stat>
            </Stats>
            <div class="cards">
              <Card title="What happened">
                <Timeline job={job} />
              </Card>
              <Card title="Why it stands there">
                <Explanation job={job} />
              </Card>
              <Card title="Attempts">
                <Attempts id={id} />
              </Card>
              <Card title="What it asks for">
                <Facts
                  of={[
                    ["Requester", <Link href={to.requester(job.requester)}>{job.requester}</Link>],
                    ["Tier", job.tier],
                    ["Model or gate set", job.model],
                    ["Region", job.region],
                    ["Attestation", job.attestation_classes.join(", ") || null],
                    ["Circuit", job.circuit ? `${job.circuit.qubits} qubits, depth ${job.circuit.depth}` : null],
                    ["Payload", `${grouped(job.size_bytes)} bytes`],
                    ["Its SHA3-256", <Hash of={job.payload_digest} />],
                    ["Enqueued", moment(job.enqueue_ms)],
                    ["Expires", moment(job.expires_ms)],
                    ["Result", job.result ? <Hash of={job.result.digest} /> : null],
                  ]}
                />
              </Card>
              {job.claim && job.status === "settled" && (
                <Card title="What it was paid" wide>
                  <Paid epoch={job.claim.epoch} claim_key={job.claim.claim_key} />
                </Card>
              )}
            </div>
          </>
        )}
      </Answer>
    </Page>
  );
}
