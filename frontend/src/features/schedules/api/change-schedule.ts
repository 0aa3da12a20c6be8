import { changeSchedule as call, type ScheduleChanges, type ScheduleOut } from "@/lib/api";

/** Change the given fields; `paused` stops and starts it. */
export async function changeSchedule(id: string, body: ScheduleChanges): Promise<ScheduleOut> {
  return (await call({ path: { schedule_id: id }, body, throwOnError: true })).data;
}
