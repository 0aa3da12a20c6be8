import { setToolStatus as call, type ToolOut } from "@/lib/api";

/** Refuse the tool's calls for a while, or let them through again. */
export async function setToolStatus(name: string, disabled: boolean): Promise<ToolOut> {
  return (await call({ path: { name }, body: { disabled }, throwOnError: true })).data;
}
