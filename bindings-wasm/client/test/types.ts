// What a compiler has to accept, and what it has to refuse.
import { Client, type JobView } from "../src/index.js";

const node = new Client("http://127.0.0.1:8645");

export async function accepted(): Promise<bigint> {
  const job: JobView = await node.call("aicf.getJob", { task_id: "0x00" });
  const page = await node.call("aicf.listJobs", { status: "queued", limit: 5 });
  const first: JobView | undefined = page.items[0];
  const total: number | null = page.total;
  for await (const provider of node.pages("aicf.listProviders", { kind: "ai" })) {
    const stake: string = provider.stake;
    void stake;
  }
  for await (const event of node.events({ topics: ["jobAssigned"] })) {
    void event.data["task_id"];
    break;
  }
  void first;
  void total;
  return BigInt(job.fee);
}

export async function refused(): Promise<void> {
  // @ts-expect-error there is no such method
  await node.call("aicf.getNothing", {});
  // @ts-expect-error the id is missing
  await node.call("aicf.getJob", {});
  // @ts-expect-error a status that is none
  await node.call("aicf.listJobs", { status: "lost" });
  // @ts-expect-error an amount is a text
  const fee: number = (await node.call("aicf.getJob", { task_id: "0x00" })).fee;
  void fee;
}
