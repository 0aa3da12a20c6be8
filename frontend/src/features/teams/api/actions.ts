import { pauseTeam, resumeTeam, setAgentsStatus, startTeam, type StartTeamBody, stopTeam } from "@/lib/api";

/** Have all active agents work on the requirements; returns the run's id. */
export async function start(body: StartTeamBody): Promise<string> {
  return (await startTeam({ body, throwOnError: true })).data.workflow_id;
}

/** Begin no more turns; those that are open end. */
export async function pause(id: string): Promise<void> {
  await pauseTeam({ path: { workflow_id: id }, throwOnError: true });
}

/** Go on where it rests. */
export async function resume(id: string): Promise<void> {
  await resumeTeam({ path: { workflow_id: id }, throwOnError: true });
}

/** End a run with all turns that are open. */
export async function stop(id: string): Promise<void> {
  await stopTeam({ path: { workflow_id: id }, throwOnError: true });
}

/** Let an agent take part in teams, or not, from the next iteration on. */
export async function setTakesPart(agentId: string, takesPart: boolean): Promise<void> {
  await setAgentsStatus({ body: { ids: [agentId], action: takesPart ? "enable" : "disable" }, throwOnError: true });
}
