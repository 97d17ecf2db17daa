/** The lines that the worker computed, a window of them at a time; each opens to its factors. */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { factor, grouped, short } from "../format.js";
import { ask } from "../verify/door.js";
import type { Line } from "../verify/protocol.js";
import { Factors } from "./factors.js";
import { ProviderLink, to } from "./parts.js";
import { Table, type Column } from "./table.js";

/** Lines asked of the worker at a time. */
const WINDOW = 100;

function Row({ line, show }: { line: Line; show(): void }) {
  return (
    <button type="button" class="link" aria-haspopup="dialog" onClick={show}>
      {short(line.claim_key)}
    </button>
  );
}

/** A line's factors, over the list: wherever its row is, they are seen. */
function Opened({ line, close }: { line: Line; close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label="The line’s factors">
      <p>
        Claim <code>{short(line.claim_key)}</code> of job <Link href={to.job(line.task_id)}>{short(line.task_id)}</Link> by <ProviderLink id={line.provider_id} />
      </p>
      <Factors of={line} />
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

/** Windows of lines, each asked for once, when a row of it is on the screen. */
function useWindows(epoch: number) {
  const [windows, setWindows] = useState<ReadonlyMap<number, Line[]>>(new Map());
  const [error, setError] = useState<Error | null>(null);
  const asked = useRef(new Set<number>());
  const want = useCallback(
    (window: number) => {
      if (asked.current.has(window)) return;
      asked.current.add(window);
      ask("lines", { epoch, from: window * WINDOW, count: WINDOW }).then(
        (lines) => setWindows((old) => new Map(old).set(window, lines)),
        (refused: Error) => {
          asked.current.delete(window);
          setError(refused);
        },
      );
    },
    [epoch],
  );
  return { windows, want, error };
}

export function VerifiedLines({ epoch, count }: { epoch: number; count: number }) {
  const { windows, want, error } = useWindows(epoch);
  const [open, setOpen] = useState<Line | null>(null);
  // Rows are their numbers: a hundred thousand lines stay with the worker until they are looked at.
  const rows = useMemo(() => Array.from({ length: count }, (_, index) => index), [count]);
  const columns = useMemo((): ReadonlyArray<Column<number>> => {
    const of = (show: (line: Line) => ComponentChildren) =>
      function Cell(index: number) {
        const line = windows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
        return line ? show(line) : <Pending index={index} want={want} />;
      };
    return [
      { name: "Claim", width: "11rem", cell: of((line) => <Row line={line} show={() => setOpen(line)} />) },
      { name: "Provider", width: "minmax(9rem, 2fr)", cell: of((line) => <ProviderLink id={line.provider_id} />) },
      { name: "Units", width: "minmax(4rem, 1fr)", numeric: true, cell: of((line) => grouped(line.units)) },
      { name: "Base", width: "minmax(4rem, 1fr)", numeric: true, cell: of((line) => grouped(line.base)) },
      { name: "Quality", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => factor(line.quality_ppm)) },
      { name: "Scarcity", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => factor(line.surge_ppm)) },
      { name: "Price", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => grouped(line.quoted)) },
      { name: "Payable", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => grouped(line.payable)) },
      { name: "Net", width: "minmax(5rem, 1fr)", numeric: true, cell: of((line) => grouped(line.net_provider)) },
    ];
  }, [windows, want]);
  return (
    <>
      {open && <Opened line={open} close={() => setOpen(null)} />}
      <Table label={`Lines of epoch ${epoch}, computed here`} columns={columns} list={{ rows, total: count, error }} empty="This epoch had no claims." />
    </>
  );
}

/** A row whose window is not here yet. */
function Pending({ index, want }: { index: number; want(window: number): void }) {
  useEffect(() => want(Math.floor(index / WINDOW)), [index, want]);
  return <span aria-hidden="true">…</span>;
}
