/** Contents for tests. */
import { type Content, contentOf } from "../draft";

/** A content with these parts; nodes without a type are agents. */
export function content(parts: Record<string, unknown> = {}): Content {
  const nodes = ((parts.nodes ?? []) as Record<string, unknown>[]).map((node) => ({
    type: "agent",
    ...(node.type === undefined || node.type === "agent" ? { agent_id: "a1" } : {}),
    config: {},
    ...node,
  }));
  return contentOf({ name: "Team", description: "", process_type: "graph", ...parts, nodes } as Parameters<
    typeof contentOf
  >[0]);
}
