/** What a screen shows while it has nothing to show: loading, empty, failed. */
import type { ComponentChildren } from "preact";
import { explained } from "./explained.js";

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

/** Why there is nothing; `what` says what failed where the reason alone does not tell. */
export function Failed({ error, what, retry }: { error: unknown; what?: string; retry?: () => unknown }) {
  const { code, message, next } = explained(error);
  return (
    <div class="state failed" role="alert">
      <p>
        <strong>{what ?? message}</strong> {what && message} {code && <code>{code}</code>}
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
