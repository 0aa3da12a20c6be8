import { type CallOut, executeTool as call } from "@/lib/api";

/** Call a tool once. */
export async function executeTool(name: string, values: Record<string, unknown>): Promise<CallOut> {
  return (await call({ body: { name, arguments: values }, throwOnError: true })).data;
}
