import { type CallOut, executeTool as call } from "@/lib/api";

/** Call a tool once, and wait for it. */
export async function executeTool(name: string, values: Record<string, unknown>): Promise<CallOut> {
  const { data } = await call({ body: { name, arguments: values, mode: "sync" }, throwOnError: true });
  if ("execution_id" in data) throw new Error("The call was put into the queue");
  return data;
}
