/** Errors as readers see them, whoever made them: the node, the way to it, or the core in the page. */
import { NodeUnreachable, RpcError } from "@aicf/client";
import { Refused } from "../verify/door.js";

/** What went wrong, and what to do about it. */
export function explained(error: unknown): { code: string; message: string; next: string } {
  if (error instanceof RpcError) {
    const next = error.code === "rate_limited" || error.code === "busy" ? "Wait a moment, then try again." : "";
    return { code: error.code, message: error.message, next };
  }
  if (error instanceof NodeUnreachable) {
    return {
      code: "unreachable",
      message: "The node does not answer.",
      next: "See whether it runs, whether it lets this page ask (rpc.cors_origins), or choose another node.",
    };
  }
  if (error instanceof Refused) return { code: [error.code, error.path].filter(Boolean).join(" at "), message: error.message, next: "" };
  return { code: "", message: error instanceof Error ? error.message : String(error), next: "" };
}
