import { templates } from "../../model/templates";
import { useAgentBuilder } from "./builder-context";

/** Beginnings to choose from; only for a new agent. */
export function Templates() {
  const { updateAgent, isNew, availableTools } = useAgentBuilder();
  if (!isNew) return null;
  const known = new Set(availableTools.map((tool) => tool.name));
  return (
    <div className="border-b bg-sunken/50 px-4 py-3 md:px-5">
      <p className="mb-2 text-xs font-medium text-ink-2">Start from a template, or from nothing</p>
      <ul className="grid grid-cols-2 gap-2 lg:grid-cols-4">
        {templates.map(({ name, summary, draft }) => (
          <li key={name} className="flex">
            <button
              type="button"
              onClick={() => updateAgent({ ...draft, tools: (draft.tools ?? []).filter((tool) => known.has(tool)) })}
              className="flex-1 rounded-md border bg-surface px-3 py-2 text-left hover:border-accent"
            >
              <span className="block font-medium">{name}</span>
              <span className="block text-xs text-ink-3">{summary}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
