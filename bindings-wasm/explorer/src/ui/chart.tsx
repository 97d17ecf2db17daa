/** A chart on a canvas, with the same numbers as a table for who does not see it. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { grouped } from "../format.js";
import { useTheme } from "../shell/theme.js";

export interface Series {
  name: string;
  /** One of the page's colours. */
  colour: `--chart-${1 | 2 | 3 | 4 | 5}`;
  bars?: boolean;
  values: ReadonlyArray<number | null>;
}

interface ChartProps {
  title: string;
  /** What it shows now, in a sentence. */
  summary: string;
  /** Seconds since 1970, or numbers as epochs are. */
  xs: readonly number[];
  time?: boolean;
  /** Of a chart over time, how many seconds it shows; without it, what there is. */
  spanS?: number;
  xName: string;
  series: readonly Series[];
  height?: number;
}

/** Rows of the table, the newest first; older ones are on the canvas only. */
const TABLE_ROWS = 30;

function options(props: ChartProps, width: number, height: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--text-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const compact = new Intl.NumberFormat("en", { notation: "compact" });
  const bars = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.15 });
  const withBars = props.series.some((series) => series.bars);
  const between = (_: uPlot, from: number, until: number): [number, number] => [from - 0.6, until + 0.6];
  const lately = (_: uPlot, __: number, until: number): [number, number] => [until - (props.spanS ?? 0), until];
  const range = withBars ? between : props.spanS ? lately : undefined;
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: props.time ?? false, ...(range ? { range } : {}) }, y: { range: (_, __, most) => [0, Math.max(most * 1.08, 1)] } },
    axes: [
      props.time ? { ...axis, values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1_000)), space: 70 } : { ...axis, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : "")) },
      { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => compact.format(tick)) },
    ],
    series: [
      {},
      ...props.series.map((series): uPlot.Series => {
        const stroke = colour(series.colour);
        const shared = { label: series.name, stroke, points: { show: false } };
        if (series.bars && bars) return { ...shared, fill: stroke, width: 0, paths: bars };
        return { ...shared, width: 2 };
      }),
    ],
  };
}

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const height = props.height ?? 200;
  const data: uPlot.AlignedData = [props.xs as number[], ...props.series.map((series) => series.values as (number | null)[])];
  const latest = useRef({ props, data });
  latest.current = { props, data };
  const names = props.series.map((series) => series.name).join();

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(options(latest.current.props, element.clientWidth || 300, height), latest.current.data, element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, names, height]);
  useEffect(() => plot.current?.setData(latest.current.data), [props.xs, props.series]);

  const rows = props.xs.map((x, index) => ({ x, values: props.series.map((series) => series.values[index] ?? 0) })).slice(-TABLE_ROWS).reverse();
  const shown = (x: number) => (props.time ? new Date(x * 1_000).toLocaleTimeString() : String(x));
  return (
    <figure class="chart">
      <ul class="legend" aria-hidden="true">
        {props.series.map((series) => (
          <li key={series.name}>
            <span class="swatch" style={{ background: `var(${series.colour})` }} />
            {series.name}
          </li>
        ))}
      </ul>
      <div ref={place} class="plot" role="img" aria-label={`${props.title}. ${props.summary}`} style={{ minHeight: `${height}px` }} />
      <figcaption>
        {props.summary}
        <details>
          <summary>The numbers</summary>
          <div class="scroll" tabIndex={0} role="region" aria-label={`${props.title}: the numbers`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{props.xName}</th>
                  {props.series.map((series) => (
                    <th key={series.name} scope="col">
                      {series.name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map(({ x, values }) => (
                  <tr key={x}>
                    <th scope="row">{shown(x)}</th>
                    {values.map((value, index) => (
                      <td key={index}>{grouped(value)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      </figcaption>
    </figure>
  );
}
