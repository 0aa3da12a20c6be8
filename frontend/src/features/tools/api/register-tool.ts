import { registerTool as call, type ToolBody, type ToolOut } from "@/lib/api";

/** Have a source screened and stored; rejects with the findings. Nothing is run. */
export async function registerTool(body: ToolBody): Promise<ToolOut> {
  return (await call({ body, throwOnError: true })).data;
}
