/** What a screen shows while it has nothing to show: loading, empty, failed. */
import type { ComponentChildren } from "preact";
import { explained } from "../node/queries.js";

export function Loading({ what = "Loading" }: { what?: string }) {
  return (
    <div class="state" role="status">
      <span class="spinner" aria-hidden="true" />
      {what}…
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="state empty">{children}</div>;
}

export function Failed({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const { code, message, next } = explained(error);
  return (
    <div class="state failed" role="alert">
      <p>
        <strong>{message}</strong> {code && <code>{code}</code>}
      </p>
      {next && <p>{next}</p>}
      {retry && (
        <button type="button" onClick={() => void retry()}>
          Try again
        </button>
      )}
    </div>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: Error | null;
  refetch(): unknown;
}

/** A read as it stands: its answer, or why there is none. */
export function Answer<T>({ of, what, children }: { of: Asked<T>; what?: string; children: (data: T) => ComponentChildren }) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failed error={of.error} retry={() => of.refetch()} />;
  return <Loading {...(what ? { what } : {})} />;
}
