/** An epoch under another policy: the same claims, priced and divided anew by the core in this page. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Link, useSearchParams } from "wouter-preact";
import { grouped, percent } from "../format.js";
import { useCall } from "../node/queries.js";
import { explained } from "../ui/explained.js";
import { Card, Page, to } from "../ui/parts.js";
import { Empty, Failed, Loading } from "../ui/states.js";
import { ask } from "../verify/door.js";
import type { Finding, Repriced } from "../verify/protocol.js";
import { useVerification } from "../verify/use.js";

const SUMS = [
  ["gross", "Claimed"],
  ["payable", "Paid"],
  ["provider", "Providers"],
  ["miner", "Miners"],
  ["treasury", "Treasury"],
  ["penalties", "Penalties"],
  ["deferred", "Deferred"],
  ["dust", "Dust"],
  ["budget", "Budget"],
  ["carry_next", "Carried over"],
] as const;

function Change({ before, after }: { before: string; after: string }) {
  const change = BigInt(after) - BigInt(before);
  if (change === 0n) return <span class="note">the same</span>;
  const share = BigInt(before) === 0n ? "" : ` (${change > 0n ? "+" : "−"}${percent(Number(((change < 0n ? -change : change) * 1_000_000n) / BigInt(before)), 1)})`;
  return (
    <span class={change > 0n ? "up" : "down"}>
      {change > 0n ? "+" : ""}
      {grouped(change)}
      {share}
    </span>
  );
}

function Beside({ label, rows }: { label: string; rows: ReadonlyArray<{ key: string; name: ComponentChildren; before: string; after: string }> }) {
  return (
    <div class="scroll tall" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{label}</th>
            <th scope="col" class="numeric">
              Was
            </th>
            <th scope="col" class="numeric">
              Would be
            </th>
            <th scope="col" class="numeric">
              Change
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, before, after }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td class="numeric">{grouped(before)}</td>
              <td class="numeric">{grouped(after)}</td>
              <td class="numeric">
                <Change before={before} after={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Findings({ findings }: { findings: ReadonlyArray<Finding> }) {
  if (findings.length === 0) return <p class="hint">The lint finds no contradiction in this policy.</p>;
  return (
    <section aria-label="Findings">
      <p>
        {findings.length} {findings.length === 1 ? "finding" : "findings"} of the lint:
      </p>
      <ul class="plain">
        {findings.map(({ code, path, value, other, other_value, message }) => (
          <li key={`${code} ${path} ${other ?? ""}`}>
            <span class="badge warn">{code}</span> <code>{path}</code> = {value}
            {other && (
              <>
                {" "}
                contradicts <code>{other}</code> = {other_value}
              </>
            )}
            : {message}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Editor({ epoch, policy }: { epoch: number; policy: string }) {
  const [text, setText] = useState(policy);
  const [result, setResult] = useState<Repriced | null>(null);
  const [wrong, setWrong] = useState<{ code: string; message: string } | null>(null);
  const reprice = () =>
    ask("reprice", { epoch, policy: text }).then(
      (found) => {
        setWrong(null);
        setResult(found);
      },
      (error: unknown) => {
        setResult(null);
        setWrong(explained(error));
      },
    );
  return (
    <div class="cards">
      <Card title="Policy">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void reprice();
          }}
        >
          <label>
            The epoch’s policy, as YAML; change what you like
            <textarea
              class="code"
              rows={22}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void reprice();
              }}
              aria-invalid={wrong !== null}
              aria-describedby="policy-wrong"
            />
          </label>
          <p id="policy-wrong" class="wrong" role="alert">
            {wrong && (
              <>
                {wrong.message} {wrong.code && <code>{wrong.code}</code>}
              </>
            )}
          </p>
          <div class="actions">
            <button type="submit" class="main">
              Reprice epoch {epoch}
            </button>
            <button type="button" onClick={() => setText(policy)} disabled={text === policy}>
              As it was
            </button>
          </div>
          {result && <Findings findings={result.findings} />}
          <p class="hint">Bands were frozen with each lease: what bands ask and what quality pays change nothing of a past epoch.</p>
        </form>
      </Card>
      <Card title="What would change">
        {!result && <Empty>Change the policy, then reprice the epoch.</Empty>}
        {result && (
          <>
            <p role="status">
              {result.changed.length === 0 ? "The policy is the same." : `${result.changed.length} ${result.changed.length === 1 ? "field differs" : "fields differ"}:`} <span class="note">{Math.round(result.computed_ms)} ms</span>
            </p>
            {result.changed.length > 0 && (
              <ul class="plain">
                {result.changed.slice(0, 12).map(({ path, from, to: now }) => (
                  <li key={path}>
                    <code>{path}</code>: {from} → {now}
                  </li>
                ))}
              </ul>
            )}
            <Beside label="Sum" rows={SUMS.map(([key, name]) => ({ key, name, before: result.before[key], after: result.after[key] }))} />
            <Beside
              label="Provider"
              rows={result.providers.map(({ payee, before, after }) => ({ key: payee, name: <Link href={to.provider(payee)}>{payee}</Link>, before, after }))}
            />
          </>
        )}
      </Card>
    </div>
  );
}

function Epoch({ epoch }: { epoch: number }) {
  const { state, start } = useVerification(epoch);
  useEffect(start, [epoch]);
  if (state.is === "done") return <Editor epoch={epoch} policy={state.report.policy} />;
  if (state.is === "failed") return <Failed error={state.error} retry={start} />;
  return <Loading what={state.is === "working" ? `${state.progress.stage}${state.progress.all > 0 ? `: ${grouped(state.progress.done)} of ${grouped(state.progress.all)}` : ""}` : "Loading"} />;
}

export function Playground() {
  const [params, setParams] = useSearchParams();
  const next = useCall("aicf.getStatus", {}).data?.head.next_epoch;
  const given = params.get("epoch");
  const asked = given !== null && /^\d{1,15}$/.test(given) ? Number(given) : undefined;
  const epoch = asked ?? (next ? next - 1 : undefined);
  return (
    <Page title="Playground" lead="An epoch that was settled, under another policy: computed here, by the core.">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Epoch
          <input type="number" min={0} max={next ? next - 1 : undefined} value={epoch ?? ""} onChange={(event) => setParams({ epoch: event.currentTarget.value }, { replace: true })} />
        </label>
      </form>
      {epoch !== undefined ? <Epoch key={epoch} epoch={epoch} /> : next === 0 ? <Empty>No epoch is settled yet. The first is, once its last block is final.</Empty> : <Loading what="Asking the node" />}
    </Page>
  );
}
