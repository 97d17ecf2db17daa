/** Which node is asked: by default the one that serves the page. */
import { useEffect, useRef, useState } from "preact/hooks";
import { nodeAddress, useNode } from "../node/context.js";
import { useCall } from "../node/queries.js";
import { Facts, Hash } from "../ui/parts.js";
import { Answer } from "../ui/states.js";

export function NodeDialog({ close }: { close(): void }) {
  const { url, choose } = useNode();
  const status = useCall("aicf.getStatus", {});
  const dialog = useRef<HTMLDialogElement>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => dialog.current?.showModal(), []);

  const submit = (event: Event) => {
    event.preventDefault();
    const address = nodeAddress(String(new FormData(event.target as HTMLFormElement).get("url") ?? "").trim());
    if (!address) return setWrong("An address is like https://node.example:8645");
    choose(address);
    dialog.current?.close();
  };

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="node-title">
      <h2 id="node-title">Node</h2>
      <form onSubmit={submit}>
        <label>
          Address
          <input name="url" type="text" inputMode="url" defaultValue={url} spellcheck={false} aria-invalid={wrong !== ""} aria-describedby="node-wrong" />
        </label>
        <p id="node-wrong" class="wrong" role="alert">
          {wrong}
        </p>
        <p class="hint">A node lets pages from elsewhere ask where its setting rpc.cors_origins names them.</p>
        <div class="actions">
          <button type="submit" class="main">
            Ask this node
          </button>
          <button type="button" onClick={() => (choose(null), dialog.current?.close())}>
            The page’s own
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </form>
      <Answer of={status} what="Asking the node">
        {({ version, head, healthy, stopped, chain_error, read_only }) => (
          <Facts
            of={[
              ["Version", version],
              ["Network", `${head.name} (${head.class}), chain ${head.chain_id}`],
              ["State", healthy ? (read_only ? "healthy, read only" : "healthy") : (stopped ?? chain_error ?? "in trouble")],
              ["State root", <Hash of={head.state_root} />],
              ["Policy", <Hash of={head.policy_hash} />],
            ]}
          />
        )}
      </Answer>
    </dialog>
  );
}
