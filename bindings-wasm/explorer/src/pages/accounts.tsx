/** The ledger: every account, and every movement of one. */
import type { AccountsView, StatementView } from "@aicf/client";
import { Link } from "wouter-preact";
import { grouped, words } from "../format.js";
import { useCall, useList } from "../node/queries.js";
import { Atoms, Page, Stat, Stats, to } from "../ui/parts.js";
import { Answer } from "../ui/states.js";
import { Table, type Column } from "../ui/table.js";

const ACCOUNTS: ReadonlyArray<Column<AccountsView>> = [
  {
    name: "Account",
    width: "minmax(14rem, 2fr)",
    cell: (row) => (
      <Link href={to.account(row.account)} class="name">
        {row.account}
      </Link>
    ),
  },
  { name: "Balance", width: "minmax(8rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.balance} /> },
];

export function Accounts() {
  const list = useList("aicf.listAccounts", {});
  return (
    <Page title="Accounts" lead="Whose money is where. What was minted is below zero: all balances together are 0.">
      <Table label="Accounts" columns={ACCOUNTS} list={list} empty="There is no account yet." />
    </Page>
  );
}

const STATEMENT: ReadonlyArray<Column<StatementView>> = [
  { name: "Entry", width: "7rem", cell: (row) => <span class="number">{grouped(row.seq)}</span> },
  { name: "Reason", width: "minmax(8rem, 1.2fr)", cell: (row) => words(row.reason) },
  {
    name: "With",
    width: "minmax(9rem, 1.6fr)",
    cell: (row) => (
      <Link href={to.account(row.with)} class="name">
        {row.with}
      </Link>
    ),
  },
  { name: "Change", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.change} unit={false} /> },
  { name: "Balance", width: "minmax(7rem, 1fr)", numeric: true, cell: (row) => <Atoms of={row.balance} unit={false} /> },
];

export function Account({ account }: { account: string }) {
  const balance = useCall("aicf.getBalance", { account });
  const list = useList("aicf.getStatement", { account });
  return (
    <Page title={account} lead="Account">
      <Answer of={balance} what="Asking for the balance">
        {({ accounts }) => (
          <Stats>
            {accounts.map((each) => (
              <Stat key={each.account} name="Balance" note="atoms">
                <Atoms of={each.balance} unit={false} />
              </Stat>
            ))}
          </Stats>
        )}
      </Answer>
      <h2>Every movement, the oldest first</h2>
      <Table label={`Movements of ${account}`} columns={STATEMENT} list={list} empty="Nothing moved in this account." />
    </Page>
  );
}
