/** Reads of the node, kept while they are fresh. What a settled epoch says never changes; the rest is asked again when
 * something happened. */
import { RpcError, type Client, type EpochView, type Methods } from "@aicf/client";
import { QueryClient, useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { useMemo } from "preact/hooks";
import { useNode } from "./context.js";

export type Method = keyof Methods;
type Lists = { [M in Method]: Methods[M]["result"] extends { items: Array<any>; nextCursor: string | null } ? M : never }[Method];
type Item<M extends Lists> = Methods[M]["result"] extends { items: Array<infer T> } ? T : never;

/** Rows of a page of a list. */
const PAGE_ROWS = 200;

export const queries = new QueryClient({
  defaultOptions: {
    // The client tries reads again by itself.
    queries: { retry: false, staleTime: 1_000, refetchOnWindowFocus: false },
  },
});

interface CallOptions {
  /** Whether it is asked at all. */
  enabled?: boolean;
  /** The answer never changes. */
  forever?: boolean;
}

/** A read. */
export function useCall<M extends Method>(method: M, params: Methods[M]["params"], { enabled = true, forever = false }: CallOptions = {}) {
  const { client, url } = useNode();
  return useQuery<Methods[M]["result"], Error>({
    queryKey: [url, method, params],
    queryFn: ({ signal }) => client.call(method, params, { signal }),
    enabled,
    ...(forever ? { staleTime: Infinity, gcTime: Infinity, meta: { forever: true } } : {}),
  });
}

/** A settled epoch, which is asked for once. */
export const settlementOf = (client: Client, url: string, epoch: number) => ({
  queryKey: [url, "aicf.getSettlement", { epoch }],
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<EpochView> => client.call("aicf.getSettlement", { epoch }, { signal }),
  staleTime: Infinity,
  meta: { forever: true },
});

/** A list, page after page as it is scrolled. */
export function useList<M extends Lists>(method: M, params: Methods[M]["params"], { enabled = true }: CallOptions = {}) {
  const { client, url } = useNode();
  const query = useInfiniteQuery({
    queryKey: [url, method, params, "pages"],
    queryFn: async ({ signal, pageParam }) => {
      const asked = { ...params, limit: PAGE_ROWS, ...(pageParam ? { cursor: pageParam } : {}) } as Methods[M]["params"];
      return (await client.call(method, asked, { signal })) as { items: Item<M>[]; nextCursor: string | null; total?: number | null };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor,
    enabled,
  });
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.items), [pages]);
  return { ...query, rows, total: pages?.[0]?.total ?? null };
}

/** Whether the node says that there is no such thing. */
export function isAbsent(error: unknown): boolean {
  return error instanceof RpcError && error.number === -32050;
}
