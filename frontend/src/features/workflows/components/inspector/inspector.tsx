"use client";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import type { Marks } from "../../model/marks";
import { EdgeInspector } from "./edge-inspector";
import { NodeInspector } from "./node-inspector";
import { Panel } from "./panel";
import { WorkflowInspector } from "./workflow-inspector";

/** What is chosen, in full: a node, a connection, or the workflow itself. */
export function Inspector({ editor, marks }: { editor: WorkflowEditor; marks: Marks }) {
  const { content, selection } = editor;
  const chosen = selection.nodes.length + selection.edges.length;
  const node = chosen === 1 ? content.nodes.find(({ id }) => id === selection.nodes[0]) : undefined;
  const edge = chosen === 1 ? content.edges.find(({ id }) => id === selection.edges[0]) : undefined;
  if (node) return <NodeInspector key={node.id} editor={editor} node={node} marks={marks} />;
  if (edge) return <EdgeInspector key={edge.id} editor={editor} edge={edge} marks={marks} />;
  if (chosen > 1)
    return (
      <Panel title={`${chosen} chosen`}>
        <p className="text-sm text-ink-2">Copy, delete or drag them together; choose one to see its settings.</p>
      </Panel>
    );
  return <WorkflowInspector editor={editor} marks={marks} />;
}
