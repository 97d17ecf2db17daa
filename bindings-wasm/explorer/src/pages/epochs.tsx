/** All settled epochs, the newest first. */
import type { EpochView } from "@aicf/client";
import { useInfiniteQuery } from "@tanstack/preact-query";
import { useMemo } from "preact/hooks";
import { Link } from "wouter-preact";
import { grouped, percent, shareOf } from "../format.js";
import { useNode } from "../node/context.js";
import { queries, settlementOf, useCall } from "../node/queries.js";
import { Atoms, Hash, Meter, Page, to } from "../ui/parts.js";
import { Failed, Loading } from "../ui/states.js";
import { Table, type Column } from "../ui/table.js";

/** Epochs asked for at a time. */
const PAGE_EPOCHS = 40;

const COLUMNS: ReadonlyArray<Column<EpochView>> = [
  { name: "Epoch", width: "6rem", cell: (row) => <Link href={to.epoch(row.epoch)}>{row.epoch}</Link> },
  { name: "Claims", width: "7rem", numeric: true, cell: (row) => grouped(row.claims_count) },
  { name: "Paid", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.totals.payable} unit={false} /> },
  { name: "Budget", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.budget} unit={false} /> },
  {
    name: "Use",
    width: "9rem",
    cell: (row) => {
      const ppm = shareOf(row.totals.payable, row.budget);
      return (
        <>
          <Meter ppm={ppm} label={`${percent(ppm, 1)} of the budget`} /> {percent(ppm, 1)}
        </>
      );
    },
  },
  { name: "Deferred", width: "minmax(6rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.totals.deferred} unit={false} /> },
  { name: "Penalties", width: "minmax(6rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.totals.penalties} unit={false} /> },
  { name: "Batch", width: "12rem", cell: (row) => <Hash of={row.batch_id} /> },
];

/** Epochs have numbers: from the last one down, each by its own. */
function useEpochs(next: number | undefined) {
  const { client, url } = useNode();
  const query = useInfiniteQuery({
    queryKey: [url, "epochs", next],
    queryFn: ({ pageParam }) => {
      const count = Math.min(PAGE_EPOCHS, pageParam + 1);
      return Promise.all(Array.from({ length: count }, (_, index) => queries.fetchQuery(settlementOf(client, url, pageParam - index))));
    },
    initialPageParam: (next ?? 0) - 1,
    getNextPageParam: (last) => {
      const oldest = last[last.length - 1]?.epoch ?? 0;
      return oldest > 0 ? oldest - 1 : null;
    },
    enabled: (next ?? 0) > 0,
    staleTime: Infinity,
    meta: { forever: true },
  });
  const rows = useMemo(() => query.data?.pages.flat(), [query.data]);
  return { ...query, rows: next === 0 ? [] : rows, total: next ?? null };
}

export function Epochs() {
  const status = useCall("aicf.getStatus", {});
  const next = status.data?.head.next_epoch;
  const list = useEpochs(next);
  return (
    <Page title="Epochs" lead="What the fund paid, epoch by epoch. Each can be computed again on its page.">
      {status.error && !status.data ? (
        <Failed error={status.error} retry={() => status.refetch()} />
      ) : next === undefined ? (
        <Loading />
      ) : (
        <Table label="Settled epochs" columns={COLUMNS} list={list} empty="No epoch is settled yet. One is, once its last block is final." />
      )}
    </Page>
  );
}
