/** An agent's own settings for its tools: `tools_config` as the form reads and writes it. */
import { type JsonSchema, plain } from "@/lib/json-schema";

import type { AgentDraft } from "./agent-draft";

type Attachments = AgentDraft["tools_config"];

/** Every tool of the agent, plain or with settings, each once. */
export function allTools({ tools, tools_config }: Pick<AgentDraft, "tools" | "tools_config">): string[] {
  return [...new Set([...tools, ...tools_config.map(({ name }) => name)])];
}

/** The draft's fields with a tool added, or taken away together with its settings and its approval. */
export function toggleTool(
  draft: AgentDraft,
  name: string,
  on: boolean,
): Pick<AgentDraft, "tools" | "tools_config" | "requires_approval"> {
  const without = (names: readonly string[]) => names.filter((other) => other !== name);
  return {
    tools: on ? [...without(draft.tools), name] : without(draft.tools),
    tools_config: on ? draft.tools_config : draft.tools_config.filter((attachment) => attachment.name !== name),
    requires_approval: on ? draft.requires_approval : without(draft.requires_approval),
  };
}

/** The text of a setting as it stands in a field. */
export function settingText(attachments: Attachments, tool: string, setting: string): string {
  const value = attachments.find(({ name }) => name === tool)?.config?.[setting];
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The attachments with one setting changed; empty text takes it away, and with the last one the attachment. */
export function withSetting(attachments: Attachments, tool: string, setting: string, text: string): Attachments {
  const known = attachments.find(({ name }) => name === tool);
  const config = Object.fromEntries(
    Object.entries({ ...known?.config, [setting]: parse(text) }).filter(([, value]) => value !== undefined),
  );
  const others = attachments.filter(({ name }) => name !== tool);
  if (Object.keys(config).length === 0 && (known === undefined || known.type === tool)) return others;
  return [...others, { name: tool, type: known?.type ?? tool, config }];
}

/** Numbers, true, false, lists and objects as such; everything else is text. */
function parse(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (!/^(-?\d|true$|false$|[[{])/.test(trimmed)) return text;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    return text;
  }
}

export interface Argument {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

/** The arguments of a tool, as the model is told them. */
export function toolArguments(parameters: unknown): Argument[] {
  const root = (parameters ?? {}) as JsonSchema;
  return Object.entries(root.properties ?? {}).map(([name, schema]) => {
    const { type, description = "", enum: options } = plain(schema, root);
    const word = options
      ? options.map((option) => JSON.stringify(option)).join(" | ")
      : Array.isArray(type)
        ? type.join(" | ")
        : String(type ?? "any");
    return { name, type: word, required: root.required?.includes(name) ?? false, description };
  });
}
