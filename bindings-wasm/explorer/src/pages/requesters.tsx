/** Who asks for work: deposits, what is under way, and jobs. */
import type { RequesterView } from "@aicf/client";
import { Link } from "wouter-preact";
import { grouped } from "../format.js";
import { useCall, useList } from "../node/queries.js";
import { Atoms, Card, Facts, Page, Stat, Stats, to } from "../ui/parts.js";
import { Answer } from "../ui/states.js";
import { Table, type Column } from "../ui/table.js";

const COLUMNS: ReadonlyArray<Column<RequesterView>> = [
  {
    name: "Requester",
    width: "minmax(10rem, 2fr)",
    cell: (row) => (
      <Link href={to.requester(row.requester)} class="name">
        {row.requester}
      </Link>
    ),
  },
  { name: "Open jobs", width: "7rem", numeric: true, cell: (row) => grouped(row.open) },
  { name: "Leases", width: "7rem", numeric: true, cell: (row) => grouped(row.leases.ai + row.leases.quantum) },
  { name: "Deposit", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.deposit} unit={false} /> },
  { name: "In escrow", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.escrow} unit={false} /> },
];

export function Requesters() {
  const list = useList("aicf.listRequesters", {});
  return (
    <Page title="Requesters" lead="Who asks for work.">
      <Table label="Requesters" columns={COLUMNS} list={list} empty="Nobody has asked for work yet." />
    </Page>
  );
}

export function Requester({ id }: { id: string }) {
  const asked = useCall("aicf.getRequester", { requester: id });
  return (
    <Page title={id} lead="Requester" actions={<Link href={`/jobs?requester=${encodeURIComponent(id)}`}>Its jobs</Link>}>
      <Answer of={asked} what="Asking for the requester">
        {(found) => (
          <>
            <Stats>
              <Stat name="Open jobs">{grouped(found.open)}</Stat>
              <Stat name="Deposit" note="atoms">
                <Atoms of={found.deposit} unit={false} />
              </Stat>
              <Stat name="In escrow" note="atoms">
                <Atoms of={found.escrow} unit={false} />
              </Stat>
            </Stats>
            <Card title="Use">
              <Facts
                of={[
                  ["Leases for AI jobs", grouped(found.leases.ai)],
                  ["Leases for quantum jobs", grouped(found.leases.quantum)],
                  ["Jobs in this span", grouped(found.jobs)],
                  ["Units in this span", grouped(found.units)],
                  ["Jobs in the span before", grouped(found.jobs_before)],
                  [`AI units leased in epoch ${found.epoch}`, grouped(found.leased_units.ai)],
                  [`Quantum units leased in epoch ${found.epoch}`, grouped(found.leased_units.quantum)],
                ]}
              />
            </Card>
          </>
        )}
      </Answer>
    </Page>
  );
}
