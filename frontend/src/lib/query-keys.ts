/**
 * Where the keys of server data begin that more than one feature asks for or makes stale. What only one feature needs
 * stands in its `api/keys.ts`.
 */
export const queryKeys = {
  account: ["account"],
  agents: ["agents"],
  executions: ["executions"],
  knowledge: ["knowledge"],
  models: ["models"],
  tools: ["tools"],
  users: ["users"],
  health: ["health"],
  profile: ["account", "profile"],
  agentNames: ["agents", "all"],
  knowledgeBases: ["knowledge", "all"],
  modelNames: ["models", "names"],
  openQuestions: ["executions", "questions"],
} as const;
