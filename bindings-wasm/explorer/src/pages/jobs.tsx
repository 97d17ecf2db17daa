/** All jobs, the newest first. */
import type { JobView, Methods } from "@aicf/client";
import { Link } from "wouter-preact";
import { grouped, moment } from "../format.js";
import { useList } from "../node/queries.js";
import { Filters, useFilters, type Filter } from "../ui/filters.js";
import { Atoms, Badge, Hash, Page, ProviderLink, to } from "../ui/parts.js";
import { Table, type Column } from "../ui/table.js";

const FILTERS: readonly Filter[] = [
  { name: "status", label: "Status", choices: ["queued", "assigned", "completed", "claimed", "settled", "expired", "failed", "cancelled"] },
  { name: "kind", label: "Kind", choices: ["ai", "quantum"] },
  { name: "requester", label: "Requester", placeholder: "tenant-01" },
  { name: "provider_id", label: "Provider", placeholder: "provider1" },
];

const COLUMNS: ReadonlyArray<Column<JobView>> = [
  { name: "Job", width: "minmax(12rem, 1.3fr)", cell: (row) => <Hash of={row.task_id} href={to.job(row.task_id)} /> },
  { name: "Status", width: "7rem", cell: (row) => <Badge of={row.status} /> },
  { name: "Kind", width: "6rem", cell: (row) => row.kind },
  { name: "Requester", width: "minmax(7rem, 1fr)", cell: (row) => <Link href={to.requester(row.requester)}>{row.requester}</Link> },
  { name: "Provider", width: "minmax(9rem, 1.6fr)", cell: (row) => (row.lease ? <ProviderLink id={row.lease.provider_id} /> : "—") },
  { name: "Units", width: "6rem", numeric: true, cell: (row) => grouped(row.units) },
  { name: "Fee", width: "6rem", numeric: true, cell: (row) => <Atoms of={row.fee} unit={false} /> },
  { name: "Enqueued", width: "12rem", numeric: true, cell: (row) => moment(row.enqueue_ms) },
];

export function Jobs() {
  const [given, change] = useFilters(FILTERS.map((filter) => filter.name));
  const list = useList("aicf.listJobs", given as Methods["aicf.listJobs"]["params"]);
  return (
    <Page title="Jobs" lead="What is asked for, the newest first.">
      <Filters of={FILTERS} given={given} change={change} />
      <Table label="Jobs" columns={COLUMNS} list={list} empty="No job fits. A job is submitted with `aicf job submit`." />
    </Page>
  );
}
