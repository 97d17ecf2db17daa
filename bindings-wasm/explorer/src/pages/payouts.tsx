/** Payout lines of a payee, of an epoch, or of both. */
import type { Methods, PayoutsView } from "@aicf/client";
import { Link } from "wouter-preact";
import { useCall, useList } from "../node/queries.js";
import { Filters, useFilters, type Filter } from "../ui/filters.js";
import { Page, to } from "../ui/parts.js";
import { PAYOUT_COLUMNS } from "../ui/payouts.js";
import { Table, type Column } from "../ui/table.js";

const FILTERS: readonly Filter[] = [
  { name: "payee", label: "Provider or miner", placeholder: "provider1" },
  { name: "epoch", label: "Epoch", placeholder: "the last one" },
];

const EPOCH: Column<PayoutsView> = { name: "Epoch", width: "5rem", cell: (row) => <Link href={to.epoch(row.epoch)}>{row.epoch}</Link> };
const COLUMNS = [EPOCH, ...PAYOUT_COLUMNS];

export function Payouts() {
  const [given, change] = useFilters(["payee", "epoch"]);
  const next = useCall("aicf.getStatus", {}).data?.head.next_epoch;
  const last = next === undefined || next === 0 ? undefined : next - 1;
  const asked = /^\d{1,15}$/.test(given["epoch"] ?? "") ? Number(given["epoch"]) : undefined;
  // Without a condition the last epoch is meant.
  const epoch = asked ?? (given["payee"] ? undefined : last);
  const params: Methods["aicf.listPayouts"]["params"] = { ...(given["payee"] ? { payee: given["payee"] } : {}), ...(epoch === undefined ? {} : { epoch }) };
  const list = useList("aicf.listPayouts", params, { enabled: given["payee"] !== undefined || epoch !== undefined });
  const nothing = next === 0 && !given["payee"];
  return (
    <Page title="Payouts" lead={epoch !== undefined && !given["payee"] ? `What epoch ${epoch} pays, line by line.` : "What the fund paid, line by line."}>
      <Filters of={FILTERS} given={given} change={change} />
      <Table label="Payouts" columns={COLUMNS} list={nothing ? { rows: [] } : list} empty="No payout fits." />
    </Page>
  );
}
