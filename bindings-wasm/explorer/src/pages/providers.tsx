/** All providers. */
import type { Methods, ProviderView } from "@aicf/client";
import { percent } from "../format.js";
import { useList } from "../node/queries.js";
import { Filters, useFilters, type Filter } from "../ui/filters.js";
import { Atoms, Badge, Page, ProviderLink } from "../ui/parts.js";
import { Table, type Column } from "../ui/table.js";

const FILTERS: readonly Filter[] = [
  { name: "status", label: "Status", choices: ["registered", "active", "jailed", "suspended", "retired"] },
  { name: "kind", label: "Kind", choices: ["ai", "quantum"] },
  { name: "region", label: "Region", placeholder: "us-east" },
  { name: "capability", label: "Model or gate set", placeholder: "llama2-70b" },
];

const COLUMNS: ReadonlyArray<Column<ProviderView>> = [
  { name: "Provider", width: "minmax(12rem, 2.4fr)", cell: (row) => <ProviderLink id={row.provider_id} /> },
  { name: "Status", width: "7rem", cell: (row) => <Badge of={row.status} /> },
  { name: "Kinds", width: "7rem", cell: (row) => row.kinds.join(", ") },
  { name: "Band", width: "8rem", cell: (row) => row.sla.map((band) => <Badge key={band.kind} of={band.band} />) },
  { name: "Health", width: "6rem", numeric: true, cell: (row) => percent(row.effective_health_ppm, 1) },
  { name: "Stake", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.stake} unit={false} /> },
  { name: "Paid so far", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.paid_total} unit={false} /> },
];

export function Providers() {
  const [given, change] = useFilters(FILTERS.map((filter) => filter.name));
  const list = useList("aicf.listProviders", given as Methods["aicf.listProviders"]["params"]);
  return (
    <Page title="Providers" lead="Who does the work: stake, health, quality band and earnings.">
      <Filters of={FILTERS} given={given} change={change} />
      <Table label="Providers" columns={COLUMNS} list={list} empty="No provider fits. A provider registers with `aicf provider register`." />
    </Page>
  );
}
