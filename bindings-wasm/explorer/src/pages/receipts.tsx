/** A receipt dropped onto the page is verified by the core, in the page: nothing of it is sent anywhere. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { grouped, words } from "../format.js";
import { useNode } from "../node/context.js";
import { readKey, useSettlementKey } from "../shell/key.js";
import { Checks } from "../ui/checks.js";
import { explained } from "../ui/explained.js";
import { Atoms, Card, Facts, Hash, Page, to } from "../ui/parts.js";
import { ask } from "../verify/door.js";
import type { Check, ReceiptReport } from "../verify/protocol.js";

/** The largest file that is read. */
const FILE_BYTES_MAX = 64 << 20;

type State = { is: "idle" } | { is: "working"; name: string } | { is: "done"; name: string; report: ReceiptReport; node: Check } | { is: "failed"; name: string; message: string; code: string };

const REASONS: Record<string, string> = {
  batch_id: "its id is not the hash of its header: the header was changed",
  signature: "the signature is not the settlement key’s",
  order: "its lines are not in order",
  line: "a line is somebody else’s, or its claim and payout do not belong together",
  claim_proof: "a claim is not under the claims root: the line was changed",
  payout_proof: "a payout is not under the payouts root: the line was changed",
  balance_proof: "the balance is not under the balances root: it was changed",
  balance: "its lines pay somebody, and it shows no balance",
};

function KeyForm() {
  const { key, from, differs, keep } = useSettlementKey();
  const [wrong, setWrong] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const read = readKey(field.current?.value ?? "");
    setWrong(read ? "" : "A key is 0x and lowercase hex, or JSON with scheme and public_key.");
    if (read) keep(read);
  };
  const shown = from === "you" && key ? JSON.stringify(key) : "";
  return (
    <Card title="Settlement key">
      <p>
        {from === "you" && "Receipts are verified with the key you entered."}
        {from === "node" && "The node tells this key. Who does not trust the node enters the key as it was published elsewhere."}
        {from === null && "This node tells no key. Enter the one that was published."}
      </p>
      {key && (
        <Facts
          two
          of={[
            ["Scheme", key.scheme],
            ["Public key", <Hash of={key.public_key} />],
          ]}
        />
      )}
      {differs && (
        <p class="wrong" role="alert">
          The node tells another key than the one you entered.
        </p>
      )}
      <details>
        <summary>Enter a key</summary>
        <form onSubmit={submit}>
          <label>
            Public key
            <textarea ref={field} rows={4} spellcheck={false} defaultValue={shown} aria-invalid={wrong !== ""} aria-describedby="key-wrong" />
          </label>
          <p id="key-wrong" class="wrong" role="alert">
            {wrong}
          </p>
          <div class="actions">
            <button type="submit" class="main">
              Use this key
            </button>
            {from === "you" && (
              <button type="button" onClick={() => keep(null)}>
                Forget it
              </button>
            )}
          </div>
        </form>
      </details>
    </Card>
  );
}

function Report({ name, report, node }: { name: string; report: ReceiptReport; node: Check }) {
  const reason = report.reason ? (REASONS[report.reason] ?? words(report.reason)) : "";
  const at = report.line === null ? "" : ` (line ${report.line})`;
  const checks: Check[] = [
    { name: "Header, signature, proofs", holds: report.valid, detail: report.valid ? `signed with ${report.scheme}; ${grouped(report.lines)} lines under the header’s roots` : `${reason}${at}` },
    node,
  ];
  const { batch } = report;
  return (
    <Card title={name} wide>
      <Checks valid={report.valid && node.holds !== false} good="This receipt is proved by the settlement key’s signature." bad={report.valid ? "It is signed, but the node keeps another batch of this epoch." : `This receipt proves nothing: ${reason}.`} checks={checks} />
      <Facts
        of={[
          ["Epoch", <Link href={to.epoch(batch.epoch)}>{batch.epoch}</Link>],
          ["Chain", batch.chain_id],
          ["Batch", <Hash of={batch.batch_id} />],
          ...(report.payee && report.valid
            ? ([
                ["Payee", report.payee],
                ["Paid by its lines", <Atoms of={report.paid ?? "0"} />],
                ["Paid in all epochs so far", <Atoms of={report.cumulative_paid ?? "0"} />],
              ] as const)
            : []),
        ]}
      />
    </Card>
  );
}

export function Receipts() {
  const { client } = useNode();
  const { key } = useSettlementKey();
  const [state, setState] = useState<State>({ is: "idle" });
  const [over, setOver] = useState(false);
  const run = useRef<(name: string, text: string) => void>(() => undefined);

  run.current = (name, text) => {
    if (!key) return setState({ is: "failed", name, code: "", message: "there is no settlement key to verify it with: enter one below" });
    setState({ is: "working", name });
    const beside = async (report: ReceiptReport): Promise<Check> => {
      const check = "The node’s batch";
      try {
        const { batch_id } = await client.call("aicf.getSettlement", { epoch: report.batch.epoch });
        const same = batch_id === report.batch.batch_id;
        return { name: check, holds: same, detail: same ? "the node keeps the same batch" : `the node keeps ${batch_id}` };
      } catch {
        return { name: check, holds: null, detail: "this node does not know the epoch" };
      }
    };
    ask("receipt", { text, key }).then(
      async (report) => setState({ is: "done", name, report, node: await beside(report) }),
      (error: unknown) => setState({ is: "failed", name, ...explained(error) }),
    );
  };

  const take = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > FILE_BYTES_MAX) return setState({ is: "failed", name: file.name, code: "", message: `it has ${grouped(file.size)} bytes; receipts are smaller` });
    run.current(file.name, await file.text());
  };

  // The whole page takes a drop: a receipt that misses the field must not replace the page.
  useEffect(() => {
    const drag = (event: DragEvent) => {
      event.preventDefault();
      setOver(event.type === "dragover");
      if (event.type === "drop") void take(event.dataTransfer?.files[0]);
    };
    const names = ["dragover", "dragleave", "drop"] as const;
    for (const name of names) addEventListener(name, drag);
    return () => names.forEach((name) => removeEventListener(name, drag));
  }, []);

  return (
    <Page title="Receipts" lead="Drop a receipt here, and the core in this page verifies it. Nothing of it leaves the page.">
      <label class={over ? "drop over" : "drop"}>
        <span>
          <strong>Drop a receipt</strong>, or choose its file
        </span>
        <input type="file" accept=".json,application/json" onChange={(event) => void take(event.currentTarget.files?.[0]).then(() => undefined)} />
      </label>
      <details>
        <summary>Paste one</summary>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run.current("The pasted receipt", String(new FormData(event.currentTarget).get("text") ?? ""));
          }}
        >
          <label>
            Receipt
            <textarea name="text" rows={6} spellcheck={false} required />
          </label>
          <button type="submit" class="main">
            Verify
          </button>
        </form>
      </details>
      {state.is === "working" && (
        <p class="state" role="status">
          <span class="spinner" aria-hidden="true" /> Verifying {state.name}…
        </p>
      )}
      {state.is === "failed" && (
        <div class="verdict bad">
          <p role="alert" class="said">
            <strong>✗ {state.name} is no receipt that can be verified:</strong> {state.message} {state.code && <code>{state.code}</code>}
          </p>
        </div>
      )}
      {state.is === "done" && <Report {...state} />}
      <KeyForm />
    </Page>
  );
}
