import { type BulkOut, setAgentsStatus as call } from "@/lib/api";

/** Enable or disable several agents at once; a disabled one takes no runs. */
export async function setAgentsStatus(ids: string[], action: "enable" | "disable"): Promise<BulkOut> {
  return (await call({ body: { ids, action }, throwOnError: true })).data;
}
