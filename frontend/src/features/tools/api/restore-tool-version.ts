import { restoreToolVersion as call, type ToolOut } from "@/lib/api";

/** Make an earlier version the next one; its source is screened anew. */
export async function restoreToolVersion(name: string, version: number): Promise<ToolOut> {
  return (await call({ path: { name, version }, throwOnError: true })).data;
}
