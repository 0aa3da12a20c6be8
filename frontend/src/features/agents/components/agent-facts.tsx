import type { AgentOut } from "@/lib/api";

/** The rest of an agent's configuration, for a card that was opened. */
export function AgentFacts({ id, agent }: { id: string; agent: AgentOut }) {
  const facts: [string, string][] = [
    ["Temperature", String(agent.temperature)],
    ["Needs approval", list(agent.requires_approval)],
    ["Depends on", list(agent.dependencies)],
    ["Fallback models", list(agent.fallback_models)],
    ["Max iterations", String(agent.max_iter)],
    ["Goal", agent.goal ?? ""],
  ];
  return (
    <div id={id} className="flex flex-col gap-2 border-t pt-2 text-xs">
      <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-x-2 gap-y-1">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-3">{name}</dt>
              <dd className="break-words text-ink-2">{value}</dd>
            </div>
          ))}
      </dl>
      {agent.instructions && <p className="line-clamp-4 whitespace-pre-wrap text-ink-2">{agent.instructions}</p>}
    </div>
  );
}

function list(names: readonly string[] | undefined): string {
  return names && names.length > 0 ? names.join(", ") : "none";
}
