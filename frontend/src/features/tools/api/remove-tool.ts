import { removeTool as call } from "@/lib/api";

/** Remove a registered tool. */
export async function removeTool(name: string): Promise<void> {
  await call({ path: { name }, throwOnError: true });
}
