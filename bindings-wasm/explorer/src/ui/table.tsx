/**
 * A list that may have any number of rows: only those on the screen are in the document, the next page is asked for
 * before the last row is reached. A table to a screen reader; on a narrow screen each row is a card with its labels.
 */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { WindowVirtualizer } from "virtua";
import { grouped } from "../format.js";
import { Empty, Failed, Loading } from "./states.js";

export interface Column<T> {
  name: string;
  /** As in a grid's template. */
  width: string;
  numeric?: boolean;
  cell(row: T, index: number): ComponentChildren;
}

interface Listed<T> {
  rows: readonly T[] | undefined;
  total?: number | null;
  error?: Error | null;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?(): unknown;
  refetch?(): unknown;
}

interface TableProps<T> {
  /** What it is a list of. */
  label: string;
  columns: ReadonlyArray<Column<T>>;
  list: Listed<T>;
  /** Said where there are none. */
  empty: ComponentChildren;
}

/** Rows before the end from which on the next page is asked for. */
const AHEAD_ROWS = 60;

/** In a row near the end: being on the screen asks for more. */
function Ask({ rows, more }: { rows: number; more(): void }) {
  useEffect(more, [rows]);
  return null;
}

export function Table<T>({ label, columns, list, empty }: TableProps<T>) {
  const { rows } = list;
  if (rows === undefined) return list.error ? <Failed error={list.error} retry={list.refetch && (() => list.refetch?.())} /> : <Loading />;
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const count = list.total ?? (list.hasNextPage ? -1 : rows.length);
  const template = { "--columns": columns.map((column) => column.width).join(" ") };
  const more = () => {
    if (list.hasNextPage && !list.isFetchingNextPage && !list.error) list.fetchNextPage?.();
  };
  return (
    <>
      <p class="count" role="status">
        {count < 0 ? `${grouped(rows.length)} so far` : `${grouped(count)} ${count === 1 ? "row" : "rows"}`}
      </p>
      <div class="table" role="table" aria-label={label} aria-rowcount={count < 0 ? -1 : count + 1} style={template}>
        <div role="rowgroup" class="table-head">
          <div role="row" class="row" aria-rowindex={1}>
            {columns.map((column) => (
              <span key={column.name} role="columnheader" class={column.numeric ? "cell numeric" : "cell"}>
                {column.name}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup">
          <WindowVirtualizer data={rows} itemSize={44}>
            {(row: T, index: number) => (
              <div key={index} role="row" class="row" aria-rowindex={index + 2}>
                {columns.map((column) => (
                  <span key={column.name} role="cell" class={column.numeric ? "cell numeric" : "cell"} data-label={column.name}>
                    <span class="value">{column.cell(row, index)}</span>
                  </span>
                ))}
                {index >= rows.length - AHEAD_ROWS && <Ask rows={rows.length} more={more} />}
              </div>
            )}
          </WindowVirtualizer>
        </div>
      </div>
      {list.isFetchingNextPage && <Loading what="Loading more" />}
      {list.error && <Failed error={list.error} retry={() => list.fetchNextPage?.()} />}
    </>
  );
}
