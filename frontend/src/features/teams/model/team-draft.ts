/** A team's run while it is being set up, and the API's bounds for it. Pure. */
import type { StartTeamBody, TeamDetailOut } from "@/lib/api";

export interface TeamDraft {
  requirements: string;
  maxIterations: string;
  stability: string;
  model: string;
}

export const emptyTeam: TeamDraft = { requirements: "", maxIterations: "10", stability: "3", model: "" };

const MAX_REQUIREMENTS = 100_000;

/** The same again as a run that was. */
export function draftOf({ user_requirements, configuration }: TeamDetailOut): TeamDraft {
  return {
    requirements: user_requirements,
    maxIterations: String(configuration.max_iterations ?? emptyTeam.maxIterations),
    stability: String(configuration.stability_threshold ?? emptyTeam.stability),
    model: configuration.coordinator_model ?? "",
  };
}

/** The request that a draft stands for. */
export function bodyOf(draft: TeamDraft): StartTeamBody {
  return {
    user_requirements: draft.requirements.trim(),
    configuration: {
      max_iterations: Number(draft.maxIterations),
      stability_threshold: Number(draft.stability),
      coordinator_model: draft.model.trim() || null,
    },
  };
}

/** What is wrong, by JSON pointer into the body. */
export function teamErrors(draft: TeamDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  const length = [...draft.requirements.trim()].length;
  if (length === 0) errors["/user_requirements"] = "Needed";
  else if (length > MAX_REQUIREMENTS) errors["/user_requirements"] = "At most 100,000 characters";
  for (const [pointer, text] of [
    ["/configuration/max_iterations", draft.maxIterations],
    ["/configuration/stability_threshold", draft.stability],
  ] as const) {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value)) errors[pointer] = "A whole number, please";
    else if (value < 1 || value > 100) errors[pointer] = "From 1 to 100";
  }
  return errors;
}
