"use client";

import { ArrowRight, CircleAlert, Trash2, X } from "lucide-react";
import { useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { useReadOnly } from "@/components/ui/read-only";
import { Select } from "@/components/ui/select";
import { cn } from "@/lib/cn";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { nameOf, type Node, nodeName } from "../../model/draft";
import { connect, removeEdges, removeNodes } from "../../model/edit";
import { edgeWords } from "../../model/edge-words";
import { kinds } from "../../model/kinds";
import type { Marks } from "../../model/marks";
import { KindIcon } from "./kind-icon";

/** The same workflow as a list: every node with what it leads to. All that the canvas does can be done here by keyboard. */
export function Outline({ editor, marks }: { editor: WorkflowEditor; marks: Marks }) {
  const { nodes } = editor.content;
  const known = new Set(nodes.map(({ id }) => id));
  const top = nodes.filter(({ parent }) => parent === null || !known.has(parent));
  if (nodes.length === 0)
    return <p className="p-4 text-sm text-ink-3">Nothing is placed yet. Choose an agent from the pool.</p>;
  return (
    <div className="min-h-0 overflow-y-auto p-3">
      <Level nodes={top} editor={editor} marks={marks} label="Nodes" />
    </div>
  );
}

interface LevelProps {
  nodes: readonly Node[];
  editor: WorkflowEditor;
  marks: Marks;
  label: string;
}

function Level({ nodes, editor, marks, label }: LevelProps) {
  return (
    <ul aria-label={label} className="flex flex-col gap-2">
      {nodes.map((node) => {
        const inner = editor.content.nodes.filter(({ parent, id }) => parent === node.id && id !== node.id);
        return (
          <li key={node.id} className="flex flex-col gap-2 rounded-md border bg-surface p-2">
            <NodeLine node={node} editor={editor} marks={marks} />
            <Targets node={node} editor={editor} marks={marks} />
            {inner.length > 0 && (
              <div className="border-l-2 pl-2">
                <Level nodes={inner} editor={editor} marks={marks} label={`Within ${nodeName(node)}`} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface LineProps {
  node: Node;
  editor: WorkflowEditor;
  marks: Marks;
}

function NodeLine({ node, editor, marks }: LineProps) {
  const readOnly = useReadOnly();
  const broken = marks.nodes.get(node.id)?.length ?? 0;
  return (
    <div className="flex items-center gap-2">
      <button
        type="button"
        aria-pressed={editor.selection.nodes.includes(node.id)}
        onClick={() => editor.select({ nodes: [node.id] })}
        className={cn(
          "flex min-w-0 flex-1 items-center gap-2 rounded-sm px-1 py-0.5 text-left hover:bg-hover",
          editor.selection.nodes.includes(node.id) && "bg-accent-soft",
        )}
      >
        <KindIcon kind={node.type} />
        <span className="truncate text-sm font-medium">{nodeName(node)}</span>
        <span className="text-xs text-ink-3">{kinds[node.type].label}</span>
        {broken > 0 && (
          <CircleAlert role="img" aria-label={`${broken} to mend`} className="size-3.5 shrink-0 text-bad-ink" />
        )}
      </button>
      {!readOnly && (
        <IconButton
          label={`Delete ${nodeName(node)}`}
          size="iconSm"
          onClick={() => editor.change((before) => removeNodes(before, [node.id]))}
        >
          <Trash2 />
        </IconButton>
      )}
    </div>
  );
}

/** Where a node leads, and the way to connect it further. */
function Targets({ node, editor, marks }: LineProps) {
  const { content, change, select, selection } = editor;
  const readOnly = useReadOnly();
  const id = useId();
  const [target, setTarget] = useState("");
  const own = content.edges.filter(({ source }) => source === node.id);
  const taken = new Set([node.id, ...own.map((edge) => edge.target)]);
  // Edges stay within one loop: others would be refused.
  const free = content.nodes.filter((other) => !taken.has(other.id) && other.parent === node.parent);
  return (
    <div className="flex flex-col gap-1 pl-7 text-xs">
      {own.map((edge) => (
        <div key={edge.id} className="flex items-center gap-1">
          <button
            type="button"
            aria-pressed={selection.edges.includes(edge.id)}
            onClick={() => select({ edges: [edge.id] })}
            className={cn(
              "flex min-w-0 flex-1 items-center gap-1.5 rounded-sm px-1 py-0.5 text-left hover:bg-hover",
              selection.edges.includes(edge.id) && "bg-accent-soft",
            )}
          >
            <ArrowRight aria-hidden className="size-3 shrink-0 text-ink-3" />
            <span className="truncate">
              <span className="sr-only">leads to </span>
              {nameOf(content, edge.target)}
            </span>
            <span className="truncate text-ink-3">{edgeWords(edge)}</span>
            {marks.edges.has(edge.id) && (
              <CircleAlert role="img" aria-label="to be mended" className="size-3 shrink-0 text-bad-ink" />
            )}
          </button>
          {!readOnly && (
            <IconButton
              label={`Disconnect ${nodeName(node)} from ${nameOf(content, edge.target)}`}
              size="iconSm"
              onClick={() => change((before) => removeEdges(before, [edge.id]))}
            >
              <X />
            </IconButton>
          )}
        </div>
      ))}
      {!readOnly && free.length > 0 && (
        <div className="flex items-center gap-1">
          <Select
            id={id}
            label={`Connect ${nodeName(node)} to`}
            value={target}
            className="h-7 min-w-32 text-xs"
            options={[
              { value: "", label: "Connect to …" },
              ...free.map((other) => ({ value: other.id, label: nodeName(other) })),
            ]}
            onChange={setTarget}
          />
          <Button
            size="sm"
            disabled={target === "" || taken.has(target)}
            aria-label={`Connect ${nodeName(node)}`}
            onClick={() => {
              change((before) => connect(before, node.id, target));
              setTarget("");
            }}
          >
            Connect
          </Button>
        </div>
      )}
    </div>
  );
}
