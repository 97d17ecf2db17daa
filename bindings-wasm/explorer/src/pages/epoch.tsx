/** A settled epoch: its header as the node gives it, and everything of it computed again in this page. */
import type { EpochView } from "@aicf/client";
import { Link } from "wouter-preact";
import { grouped, percent, shareOf, span } from "../format.js";
import { useCall, useList } from "../node/queries.js";
import { Checks } from "../ui/checks.js";
import { PAYOUT_COLUMNS } from "../ui/payouts.js";
import { Atoms, Card, Facts, Hash, Page, Stat, Stats, to } from "../ui/parts.js";
import { Answer, Failed } from "../ui/states.js";
import { Table } from "../ui/table.js";
import { useVerification } from "../verify/use.js";
import { VerifiedLines } from "../ui/lines.js";

function Header({ epoch }: { epoch: EpochView }) {
  const { totals } = epoch;
  return (
    <>
      <Stats>
        <Stat name="Claims">{grouped(epoch.claims_count)}</Stat>
        <Stat name="Paid" note={`${percent(shareOf(totals.payable, epoch.budget), 1)} of the budget`}>
          <Atoms of={totals.payable} unit={false} />
        </Stat>
        <Stat name="Budget" note="the carry included">
          <Atoms of={epoch.budget} unit={false} />
        </Stat>
        <Stat name="Providers">
          <Atoms of={totals.provider} unit={false} />
        </Stat>
        <Stat name="Miners">
          <Atoms of={totals.miner} unit={false} />
        </Stat>
        <Stat name="Treasury" note={`and ${grouped(totals.dust)} of dust`}>
          <Atoms of={totals.treasury} unit={false} />
        </Stat>
        <Stat name="Penalties" note={totals.debts === "0" ? null : `${grouped(totals.debts)} not collected`}>
          <Atoms of={totals.penalties} unit={false} />
        </Stat>
        <Stat name="Deferred" note={`${grouped(epoch.deferred_count)} claims`}>
          <Atoms of={totals.deferred} unit={false} />
        </Stat>
      </Stats>
      <Card title="Header">
        <Facts
          two
          of={[
            ["Batch", <Hash of={epoch.batch_id} />],
            ["Batch before", <Hash of={epoch.prev_batch_id} {...(epoch.epoch > 0 ? { href: to.epoch(epoch.epoch - 1) } : {})} />],
            ["Blocks", `${grouped(epoch.height_start)} to ${grouped(epoch.height_end)}`],
            ["Claims root", <Hash of={epoch.claims_root} />],
            ["Payouts root", <Hash of={epoch.payouts_root} />],
            ["Balances root", <Hash of={epoch.balances_root} />],
            ["Deferred root", <Hash of={epoch.deferred_root} />],
            ["Policy", <Hash of={epoch.policy_hash} />],
            ["Carried over", <Atoms of={epoch.carry_next} />],
          ]}
        />
      </Card>
    </>
  );
}

function Progress({ stage, done, all }: { stage: string; done: number; all: number }) {
  return (
    <div class="progress">
      <label>
        {stage}
        {all > 0 && `: ${grouped(done)} of ${grouped(all)}`}
        <progress max={all || 1} value={all > 0 ? done : undefined} />
      </label>
    </div>
  );
}

function Verification({ epoch, claims }: { epoch: number; claims: number }) {
  const { state, start } = useVerification(epoch);
  return (
    <Card title="Computed again, here" wide>
      {state.is === "idle" && (
        <>
          <p>
            The core in this page settles the epoch again from its {grouped(claims)} claims and the policy of its time, and compares every root, sum and id with what the node says.
          </p>
          <button type="button" class="main" onClick={start}>
            Compute it again
          </button>
        </>
      )}
      {state.is === "working" && <Progress {...state.progress} />}
      {state.is === "failed" && <Failed error={state.error} what="It cannot be computed again:" retry={start} />}
      {state.is === "done" && (
        <>
          <Checks
            valid={state.report.valid}
            good={`Everything the node says of this epoch follows from its ${grouped(state.report.lines)} claims.`}
            bad={`Not everything the node says of this epoch holds: ${state.report.checks
              .filter((check) => check.holds === false)
              .map((check) => check.name.toLowerCase())
              .join(", ")}.`}
            checks={state.report.checks}
          />
          <p class="note">
            {grouped(state.report.lines)} claims fetched in {span(state.report.fetched_ms)}, computed and compared in {span(state.report.computed_ms)}. <Link href={`/playground?epoch=${epoch}`}>Under another policy</Link>
          </p>
          <h3>Providers</h3>
          <div class="scroll tall" tabIndex={0} role="region" aria-label="What providers get">
            <table>
              <thead>
                <tr>
                  <th scope="col">Provider</th>
                  <th scope="col" class="numeric">
                    Lines
                  </th>
                  <th scope="col" class="numeric">
                    Gets
                  </th>
                </tr>
              </thead>
              <tbody>
                {state.report.providers.map(({ payee, lines, amount }) => (
                  <tr key={payee}>
                    <th scope="row">
                      <Link href={to.provider(payee)}>{payee}</Link>
                    </th>
                    <td class="numeric">{grouped(lines)}</td>
                    <td class="numeric">
                      <Atoms of={amount} unit={false} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <h3>Lines, as computed here</h3>
          <VerifiedLines epoch={epoch} count={state.report.lines} />
        </>
      )}
    </Card>
  );
}

/** The node's own lines. */
function Payouts({ epoch }: { epoch: number }) {
  const list = useList("aicf.listPayouts", { epoch });
  return <Table label={`Payout lines of epoch ${epoch}`} columns={PAYOUT_COLUMNS} list={list} empty="This epoch had no claims." />;
}

export function Epoch({ epoch }: { epoch: number }) {
  const asked = useCall("aicf.getSettlement", { epoch }, { forever: true });
  return (
    <Page
      title={`Epoch ${epoch}`}
      lead="A settled epoch."
      actions={
        <>
          {epoch > 0 && <Link href={to.epoch(epoch - 1)}>Epoch {epoch - 1}</Link>}
          <Link href={to.epoch(epoch + 1)}>Epoch {epoch + 1}</Link>
        </>
      }
    >
      <Answer of={asked} what="Asking for the epoch">
        {(found) => (
          <>
            <Header epoch={found} />
            <Verification epoch={epoch} claims={found.claims_count} />
            <h2>Payout lines, as the node gives them</h2>
            <Payouts epoch={epoch} />
          </>
        )}
      </Answer>
    </Page>
  );
}
