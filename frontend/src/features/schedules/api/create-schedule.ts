import { createSchedule as call, type ScheduleBody, type ScheduleOut } from "@/lib/api";

/** Have an agent asked at set times. */
export async function createSchedule(body: ScheduleBody): Promise<ScheduleOut> {
  return (await call({ body, throwOnError: true })).data;
}
