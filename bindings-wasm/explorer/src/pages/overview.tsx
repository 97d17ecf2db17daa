/** The first page: where the fund, the queue and the epoch stand, and what happens right now. */
import { useQueries } from "@tanstack/preact-query";
import type { EpochView, EventLine } from "@aicf/client";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { ago, grouped, percent, shareOf, short, title } from "../format.js";
import { useNode } from "../node/context.js";
import { COUNTED, SPAN_S, useLive } from "../node/live.js";
import { settlementOf, useCall } from "../node/queries.js";
import { Chart, type Series } from "../ui/chart.js";
import { Atoms, Card, Meter, Page, Stat, Stats, to } from "../ui/parts.js";
import { Answer, Empty, Loading } from "../ui/states.js";

/** Settled epochs on the chart. */
const EPOCHS_SHOWN = 24;
/** Seconds of a point of the throughput. */
const STEP_S = 5;
const LINES = ["--chart-1", "--chart-2", "--chart-3", "--chart-5"] as const;
const NAMES = ["enqueued", "assigned", "completed", "proved"];

/** How many jobs are in a state. */
function useJobs(status: "queued" | "assigned" | "completed" | "claimed") {
  return useCall("aicf.listJobs", { status, limit: 1 }).data?.total ?? null;
}

/** The last settled epochs, the oldest first. */
function useLastEpochs(next: number | undefined, count: number): EpochView[] | undefined {
  const { client, url } = useNode();
  const first = Math.max(0, (next ?? 0) - count);
  const epochs = next === undefined ? [] : Array.from({ length: next - first }, (_, index) => first + index);
  return useQueries({
    queries: epochs.map((epoch) => settlementOf(client, url, epoch)),
    combine: (answers) => (next === undefined || answers.some((answer) => !answer.data) ? undefined : answers.map((answer) => answer.data as EpochView)),
  });
}

function FundUse({ next }: { next: number }) {
  const epochs = useLastEpochs(next, EPOCHS_SHOWN);
  if (next === 0) return <Empty>No epoch is settled yet. The first is, once its last block is final.</Empty>;
  if (!epochs) return <Loading />;
  const numbers = (read: (epoch: EpochView) => string) => epochs.map((epoch) => Number(read(epoch)));
  const series: Series[] = [
    { name: "Budget", colour: "--chart-4", bars: true, values: numbers((epoch) => epoch.budget) },
    { name: "Paid", colour: "--chart-1", bars: true, values: numbers((epoch) => epoch.totals.payable) },
  ];
  const last = epochs[epochs.length - 1];
  const summary = last ? `Epoch ${last.epoch} paid ${grouped(last.totals.payable)} of ${grouped(last.budget)} atoms, ${percent(shareOf(last.totals.payable, last.budget), 1)} of its budget.` : "";
  return <Chart title="Use of the fund by epoch" summary={summary} xName="Epoch" xs={epochs.map((epoch) => epoch.epoch)} series={series} />;
}

function Throughput() {
  const { seconds } = useLive();
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1_000));
  useEffect(() => {
    const timer = setInterval(() => setNow(Math.floor(Date.now() / 1_000)), 1_000);
    return () => clearInterval(timer);
  }, []);
  const { xs, series, lately } = useMemo(() => {
    const end = Math.floor(now / STEP_S) * STEP_S;
    const xs = Array.from({ length: SPAN_S / STEP_S }, (_, index) => end - SPAN_S + (index + 1) * STEP_S);
    const at = (x: number, name: (typeof COUNTED)[number]) => {
      let count = 0;
      for (let second = x - STEP_S; second < x; second += 1) count += seconds.get(second)?.[name] ?? 0;
      return count / STEP_S;
    };
    const series = COUNTED.map((name, index): Series => ({ name: NAMES[index] ?? name, colour: LINES[index] ?? "--chart-1", values: xs.map((x) => at(x, name)) }));
    const lately = COUNTED.map((name) => {
      let count = 0;
      for (let second = now - 60; second < now; second += 1) count += seconds.get(second)?.[name] ?? 0;
      return count;
    });
    return { xs, series, lately };
  }, [seconds, now]);
  const summary = `In the last minute ${lately.map((count, index) => `${grouped(count)} ${NAMES[index]}`).join(", ")}.`;
  return <Chart title="Jobs a second" summary={summary} xName="Time" time spanS={SPAN_S} xs={xs} series={series} />;
}

/** Samples of the queue since the page was opened. */
const SAMPLES_MAX = 300;

function Queue({ queued, running }: { queued: number; running: number }) {
  const [samples, setSamples] = useState<Array<{ at: number; queued: number; running: number }>>([]);
  useEffect(() => {
    const take = () => setSamples((old) => [...old.slice(-SAMPLES_MAX), { at: Date.now() / 1_000, queued, running }]);
    take();
    const timer = setInterval(take, 2_000);
    return () => clearInterval(timer);
  }, [queued, running]);
  const xs = useMemo(() => samples.map((sample) => sample.at), [samples]);
  const series = useMemo(
    (): Series[] => [
      { name: "Queued", colour: "--chart-2", values: samples.map((sample) => sample.queued) },
      { name: "Running", colour: "--chart-3", values: samples.map((sample) => sample.running) },
    ],
    [samples],
  );
  return <Chart title="The queue" summary={`${grouped(queued)} wait, ${grouped(running)} run.`} xName="Time" time spanS={SPAN_S} xs={xs} series={series} />;
}

function subject({ data }: EventLine) {
  const text = (name: string) => (typeof data[name] === "string" ? (data[name] as string) : null);
  const [task, provider, requester] = [text("task_id"), text("provider_id"), text("requester")];
  if (task) return <Link href={to.job(task)}>{short(task)}</Link>;
  if (provider) return <Link href={to.provider(provider)}>{provider}</Link>;
  if (typeof data["epoch"] === "number") return <Link href={to.epoch(data["epoch"])}>epoch {data["epoch"]}</Link>;
  return requester ? <Link href={to.requester(requester)}>{requester}</Link> : null;
}

function Feed() {
  const { feed, connected } = useLive();
  if (feed.length === 0) return <Empty>{connected ? "Nothing happened yet. What happens appears here." : "Waiting for the node’s events."}</Empty>;
  return (
    <ol class="feed" tabIndex={0} aria-label="The last events, the newest first">
      {feed.map((event) => (
        <li key={event.cursor}>
          <span class="what">{title(event.event)}</span>
          <span class="subject">{subject(event)}</span>
          <span class="when">block {grouped(event.height)}</span>
        </li>
      ))}
    </ol>
  );
}

export function Overview() {
  const status = useCall("aicf.getStatus", {});
  const providers = useCall("aicf.listProviders", { status: "active", limit: 1 });
  const [queued, running, completed, claimed] = [useJobs("queued"), useJobs("assigned"), useJobs("completed"), useJobs("claimed")];
  return (
    <Page title="Overview" lead="Work that is asked for, done, proved and paid.">
      <Answer of={status} what="Asking the node">
        {({ head }) => {
          const into = head.height % head.epoch_length;
          return (
            <>
              <Stats>
                <Stat name="Epoch" note={<Meter ppm={(into / head.epoch_length) * 1_000_000} label={`${into} of ${head.epoch_length} blocks`} />}>
                  {grouped(head.epoch)}
                </Stat>
                <Stat name="Block" note={ago(head.time_ms, Date.now())}>
                  {grouped(head.height)}
                </Stat>
                <Stat name="Queued" note={<Link href="/jobs?status=queued">jobs that wait</Link>}>
                  {queued === null ? "…" : grouped(queued)}
                </Stat>
                <Stat name="Running" note={<Link href="/jobs?status=assigned">leases</Link>}>
                  {running === null ? "…" : grouped(running)}
                </Stat>
                <Stat name="Unsettled" note="done or proved">
                  {completed === null || claimed === null ? "…" : grouped(completed + claimed)}
                </Stat>
                <Stat name="Providers" note={<Link href="/providers?status=active">active</Link>}>
                  {providers.data?.total == null ? "…" : grouped(providers.data.total)}
                </Stat>
                <Stat name="Carried over" note="to the next epoch">
                  <Atoms of={head.carry} unit={false} />
                </Stat>
              </Stats>
              <div class="cards">
                <Card title="Use of the fund" aside={<Link href="/epochs">All epochs</Link>}>
                  <FundUse next={head.next_epoch} />
                </Card>
                <Card title="Jobs a second">
                  <Throughput />
                </Card>
                <Card title="The queue">
                  {queued === null || running === null ? <Loading /> : <Queue queued={queued} running={running} />}
                </Card>
                <Card title="Right now">
                  <Feed />
                </Card>
              </div>
            </>
          );
        }}
      </Answer>
    </Page>
  );
}
