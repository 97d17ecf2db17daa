/** Columns of payout lines as a node gives them. */
import type { PayoutsView } from "@aicf/client";
import { Atoms, Hash, ProviderLink } from "./parts.js";
import type { Column } from "./table.js";

export const PAYOUT_COLUMNS: ReadonlyArray<Column<PayoutsView>> = [
  { name: "Claim", width: "12rem", cell: ({ line }) => <Hash of={line.claim_key} /> },
  { name: "Provider", width: "minmax(9rem, 2fr)", cell: ({ line }) => <ProviderLink id={line.provider_id} /> },
  { name: "Kind", width: "5rem", cell: ({ line }) => line.kind },
  { name: "Gross", width: "minmax(5rem, 1fr)", numeric: true, cell: ({ line }) => <Atoms of={line.gross} unit={false} /> },
  { name: "Payable", width: "minmax(5rem, 1fr)", numeric: true, cell: ({ line }) => <Atoms of={line.payable} unit={false} /> },
  { name: "Miner", width: "minmax(5rem, 1fr)", numeric: true, cell: ({ line }) => <Atoms of={line.miner_share} unit={false} /> },
  { name: "Treasury", width: "minmax(5rem, 1fr)", numeric: true, cell: ({ line }) => <Atoms of={line.treasury} unit={false} /> },
  { name: "Penalty", width: "minmax(5rem, 1fr)", numeric: true, cell: ({ line }) => <Atoms of={line.penalty} unit={false} /> },
  { name: "Net", width: "minmax(5rem, 1fr)", numeric: true, cell: ({ line }) => <Atoms of={line.net_provider} unit={false} /> },
];
