/** The lines that the worker computed, a window of them at a time; each opens to its factors. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { factor, grouped, short } from "../format.js";
import { ask } from "../verify/door.js";
import type { Line } from "../verify/protocol.js";
import { Factors } from "./factors.js";
import { ProviderLink, to } from "./parts.js";
import { Table, type Column } from "./table.js";

/** Lines asked of the worker at a time. */
const WINDOW = 100;

function Row({ line, open, toggle }: { line: Line; open: boolean; toggle(): void }) {
  return (
    <button type="button" class="link" aria-expanded={open} onClick={toggle}>
      {short(line.claim_key)}
    </button>
  );
}

export function VerifiedLines({ epoch, count }: { epoch: number; count: number }) {
  const [windows, setWindows] = useState<ReadonlyMap<number, Line[]>>(new Map());
  const [open, setOpen] = useState<Line | null>(null);
  const [wanted, want] = useState(0);
  useEffect(() => {
    if (windows.has(wanted)) return;
    let here = true;
    void ask("lines", { epoch, from: wanted * WINDOW, count: WINDOW }).then((lines) => {
      if (here) setWindows((old) => new Map(old).set(wanted, lines));
    });
    return () => void (here = false);
  }, [epoch, wanted, windows]);
  // Rows are their numbers: a hundred thousand lines stay with the worker until they are looked at.
  const rows = useMemo(() => Array.from({ length: count }, (_, index) => index), [count]);
  const columns = useMemo((): ReadonlyArray<Column<number>> => {
    const of = (show: (line: Line) => ComponentChildren) =>
      function Cell(index: number) {
        const line = windows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
        return line ? show(line) : <Pending index={index} want={want} />;
      };
    return [
      { name: "Claim", width: "11rem", cell: of((line) => <Row line={line} open={open?.index === line.index} toggle={() => setOpen(open?.index === line.index ? null : line)} />) },
      { name: "Provider", width: "minmax(9rem, 2fr)", cell: of((line) => <ProviderLink id={line.provider_id} />) },
      { name: "Units", width: "minmax(4rem, 1fr)", numeric: true, cell: of((line) => grouped(line.units)) },
      { name: "Base", width: "minmax(4rem, 1fr)", numeric: true, cell: of((line) => grouped(line.base)) },
      { name: "Quality", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => factor(line.quality_ppm)) },
      { name: "Scarcity", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => factor(line.surge_ppm)) },
      { name: "Price", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => grouped(line.quoted)) },
      { name: "Payable", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => grouped(line.payable)) },
      { name: "Net", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => grouped(line.net_provider)) },
    ];
  }, [windows, open]);
  return (
    <>
      {open && (
        <section class="opened" aria-label="The line’s factors">
          <p>
            Claim <code>{short(open.claim_key)}</code> of job <Link href={to.job(open.task_id)}>{short(open.task_id)}</Link> by <ProviderLink id={open.provider_id} />
          </p>
          <Factors of={open} />
          <button type="button" onClick={() => setOpen(null)}>
            Close
          </button>
        </section>
      )}
      <Table label={`Lines of epoch ${epoch}, computed here`} columns={columns} list={{ rows, total: count }} empty="This epoch had no claims." />
    </>
  );
}

/** A row whose window is not here yet. */
function Pending({ index, want }: { index: number; want(window: number): void }) {
  useEffect(() => want(Math.floor(index / WINDOW)), [index]);
  return <span aria-hidden="true">…</span>;
}
