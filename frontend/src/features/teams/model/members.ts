/** Who takes part in a team, and in which order: agents, their dependencies, the waves that follow from them. Pure. */
import type { AgentOut, TeamTurnOut } from "@/lib/api";

export interface Member {
  name: string;
  /** Names of other members that have their turn before. */
  dependencies: readonly string[];
}

export interface TeamMember extends Member {
  agentId: string;
  version: number;
  summary: string;
  /** Dependencies that no active agent is: it would be skipped. */
  missing: readonly string[];
}

type Agent = Pick<
  AgentOut,
  "id" | "name" | "slug" | "version" | "status" | "dependencies" | "role" | "goal" | "description"
>;

/** The active agents as a team's next iteration has them; two of one name go by their slugs. */
export function membersOf(agents: readonly Agent[]): TeamMember[] {
  const active = agents.filter(({ status }) => status === "active");
  const times = new Map<string, number>();
  for (const { name } of active) times.set(name, (times.get(name) ?? 0) + 1);
  const nameOf = ({ name, slug }: Agent) => (times.get(name) === 1 ? name : slug);
  const members = active.map((agent): TeamMember => {
    const found = (agent.dependencies ?? []).map((wanted) => ({
      wanted,
      other: active.find(({ slug }) => slug === wanted) ?? active.find(({ name }) => name === wanted),
    }));
    return {
      agentId: agent.id,
      version: agent.version,
      name: nameOf(agent),
      summary: agent.role || agent.goal || agent.description || "",
      dependencies: found.flatMap(({ other }) => (other ? [nameOf(other)] : [])),
      missing: found.flatMap(({ wanted, other }) => (other ? [] : [wanted])),
    };
  });
  return members.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The waves in which members can have their turns; who waits for themselves in a circle is in `stuck`. */
export function wavesOf<M extends Member>(members: readonly M[]): { waves: M[][]; stuck: M[] } {
  const names = new Set(members.map(({ name }) => name));
  const done = new Set<string>();
  const waves: M[][] = [];
  let rest = [...members];
  for (;;) {
    const ready = rest.filter(({ dependencies }) => dependencies.every((name) => done.has(name) || !names.has(name)));
    if (ready.length === 0) return { waves, stuck: rest };
    waves.push(ready);
    for (const { name } of ready) done.add(name);
    rest = rest.filter(({ name }) => !done.has(name));
  }
}

export interface Change {
  name: string;
  what: "joins" | "leaves" | "changed";
}

/** How the team of the next iteration differs from the one that is at work. */
export function changesOf(turns: readonly TeamTurnOut[], next: readonly TeamMember[]): Change[] {
  const now = new Map(turns.map((turn) => [turn.agent_id, turn]));
  const then = new Map(next.map((member) => [member.agentId, member]));
  return [
    ...next.filter(({ agentId }) => !now.has(agentId)).map(({ name }): Change => ({ name, what: "joins" })),
    ...turns
      .filter(({ agent_id }) => !then.has(agent_id))
      .map(({ agent }): Change => ({ name: agent, what: "leaves" })),
    ...next
      .filter(({ agentId, version }) => (now.get(agentId)?.agent_version ?? version) !== version)
      .map(({ name }): Change => ({ name, what: "changed" })),
  ];
}
