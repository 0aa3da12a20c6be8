"use client";

import { type KeyboardEvent, useCallback, useMemo } from "react";
import { parseAsStringLiteral, useQueryState } from "nuqs";

import { ErrorBoundary } from "@/components/ui/error-boundary";
import { cn } from "@/lib/cn";
import { useReadOnly } from "@/components/ui/read-only";

import { useNames } from "../../hooks/use-names";
import type { WorkflowEditor as Editor } from "../../hooks/use-workflow-editor";
import { addNode, connect, moveNodes, type NewNode } from "../../model/edit";
import type { Marks } from "../../model/marks";
import { Inspector } from "../inspector/inspector";
import { EditorToolbar } from "./editor-toolbar";
import { NodePool } from "./node-pool";
import { Outline } from "./outline";
import { WorkflowCanvas } from "./workflow-canvas";

/** The pool on the left, the canvas or the list in the middle, what is chosen on the right. */
export function WorkflowEditor({ editor, marks }: { editor: Editor; marks: Marks }) {
  const { content, change, select, selection } = editor;
  const [view, setView] = useQueryState("view", parseAsStringLiteral(["canvas", "list"]).withDefault("canvas"));
  const names = useNames();
  const readOnly = useReadOnly();
  const shown = useMemo(() => ({ marks, names }), [marks, names]);
  const add = useCallback(
    (node: NewNode) => {
      const [next, id] = addNode(content, node);
      change(() => next);
      select({ nodes: [id] });
    },
    [content, change, select],
  );
  const edit = useMemo(
    () => ({
      add,
      move: (places: ReadonlyMap<string, { x: number; y: number }>) => change((before) => moveNodes(before, places)),
      connect: (source: string, target: string) => change((before) => connect(before, source, target)),
    }),
    [add, change],
  );
  return (
    // Keys are a short way to what the toolbar has as buttons.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="flex min-h-0 min-w-0 flex-1 flex-col"
      onKeyDown={(event) => {
        if (!readOnly) onKey(event, editor);
      }}
    >
      <EditorToolbar editor={editor} marks={marks} view={view} onView={(next) => void setView(next)} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col lg:flex-row">
        {!readOnly && (
          <aside
            aria-label="Pool"
            className="max-h-48 shrink-0 overflow-y-auto border-b bg-sunken/40 lg:max-h-none lg:w-52 lg:border-r lg:border-b-0"
          >
            <NodePool graph={content.process_type === "graph"} onAdd={add} />
          </aside>
        )}
        <section
          aria-label={view === "canvas" ? "Canvas" : "List"}
          className={cn("flex min-h-96 min-w-0 flex-1 flex-col", view === "canvas" && "max-lg:h-96 max-lg:flex-none")}
        >
          <ErrorBoundary what="The canvas">
            {view === "canvas" ? (
              <WorkflowCanvas
                content={content}
                shown={shown}
                selection={selection}
                onSelect={select}
                {...(readOnly ? {} : { edit })}
              />
            ) : (
              <Outline editor={editor} marks={marks} />
            )}
          </ErrorBoundary>
        </section>
        <aside
          aria-label="Settings"
          className="shrink-0 border-t bg-surface lg:w-80 lg:overflow-y-auto lg:border-t-0 lg:border-l"
        >
          <Inspector editor={editor} marks={marks} />
        </aside>
      </div>
    </div>
  );
}

function onKey(event: KeyboardEvent, editor: Editor): void {
  const target = event.target as HTMLElement;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=listbox]")) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const action =
    command && key === "z"
      ? event.shiftKey
        ? editor.redo
        : editor.undo
      : command && key === "y"
        ? editor.redo
        : command && key === "c" && window.getSelection()?.isCollapsed !== false
          ? editor.copy
          : command && key === "v"
            ? editor.paste
            : key === "delete" || key === "backspace"
              ? editor.removeSelected
              : undefined;
  if (!action) return;
  event.preventDefault();
  action();
}
