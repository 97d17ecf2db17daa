/** The frame of every page, and which page is shown. */
import { useEffect, useRef } from "preact/hooks";
import { Link, Route, Switch, useLocation } from "wouter-preact";
import { follow } from "./node/live.js";
import { useNode } from "./node/context.js";
import { Account, Accounts } from "./pages/accounts.js";
import { Epoch } from "./pages/epoch.js";
import { Epochs } from "./pages/epochs.js";
import { Job } from "./pages/job.js";
import { Jobs } from "./pages/jobs.js";
import { Overview } from "./pages/overview.js";
import { Payouts } from "./pages/payouts.js";
import { Playground } from "./pages/playground.js";
import { Provider } from "./pages/provider.js";
import { Providers } from "./pages/providers.js";
import { Receipts } from "./pages/receipts.js";
import { Requester, Requesters } from "./pages/requesters.js";
import { Header } from "./shell/header.js";
import { Page } from "./ui/parts.js";
import { Empty } from "./ui/states.js";

function NotFound() {
  return (
    <Page title="Not found">
      <Empty>
        There is no such page. <Link href="/">Back to the overview</Link>
      </Empty>
    </Page>
  );
}

export function App() {
  const { client } = useNode();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => follow(client), [client]);
  // A screen reader hears the new page's title, and the keyboard goes on from there.
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [location]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1} ref={main}>
        <Switch>
          <Route path="/" component={Overview} />
          <Route path="/providers" component={Providers} />
          <Route path="/providers/:id">{({ id }) => <Provider key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/jobs" component={Jobs} />
          <Route path="/jobs/:id">{({ id }) => <Job key={id} id={id} />}</Route>
          <Route path="/epochs" component={Epochs} />
          <Route path="/epochs/:epoch">{({ epoch }) => <Epoch key={epoch} epoch={Number(epoch)} />}</Route>
          <Route path="/payouts" component={Payouts} />
          <Route path="/accounts" component={Accounts} />
          <Route path="/accounts/:account">{({ account }) => <Account key={account} account={decodeURIComponent(account)} />}</Route>
          <Route path="/requesters" component={Requesters} />
          <Route path="/requesters/:id">{({ id }) => <Requester key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/receipts" component={Receipts} />
          <Route path="/playground" component={Playground} />
          <Route component={NotFound} />
        </Switch>
      </main>
      <footer>
        <p>Every payout can be computed again in this page, by the core that the nodes run.</p>
      </footer>
    </>
  );
}
