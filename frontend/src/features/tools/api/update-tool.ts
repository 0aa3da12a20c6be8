import { type ToolChanges, type ToolOut, updateTool as call } from "@/lib/api";

/** Change the given fields of a version, which makes the next one; rejects with findings, or with 412 when it was changed meanwhile. */
export async function updateTool(name: string, version: number, changes: ToolChanges): Promise<ToolOut> {
  const headers = { "If-Match": `"${version}"` };
  return (await call({ path: { name }, body: changes, headers, throwOnError: true })).data;
}
