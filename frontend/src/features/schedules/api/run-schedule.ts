import { type ExecutionOut, type ScheduleOut, startExecution } from "@/lib/api";

/** Ask now what the schedule asks; its timetable stays as it is. */
export async function runSchedule({ agent_id, query, model, context }: ScheduleOut): Promise<ExecutionOut> {
  return (await startExecution({ body: { agent_id, query, model, context, mode: "async" }, throwOnError: true })).data;
}
