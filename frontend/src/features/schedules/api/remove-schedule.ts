import { removeSchedule as call } from "@/lib/api";

/** Remove it; its executions stay. */
export async function removeSchedule(id: string): Promise<void> {
  await call({ path: { schedule_id: id }, throwOnError: true });
}
