"use client";

import { ClipboardPaste, Copy, List, Redo2, Trash2, Undo2, Workflow } from "lucide-react";

import { Badge } from "@/components/ui/badge";
import { IconButton } from "@/components/ui/icon-button";
import { useReadOnly } from "@/components/ui/read-only";
import { Segmented } from "@/components/ui/segmented";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import type { Marks } from "../../model/marks";

export type EditorView = "canvas" | "list";

interface EditorToolbarProps {
  editor: WorkflowEditor;
  marks: Marks;
  view: EditorView;
  onView: (view: EditorView) => void;
}

/** Canvas or list; a step back, copies; how much is to be mended. */
export function EditorToolbar({ editor, marks, view, onView }: EditorToolbarProps) {
  const readOnly = useReadOnly();
  const { selection } = editor;
  return (
    <div
      role="toolbar"
      aria-label="Editing"
      className="flex flex-wrap items-center gap-1 border-b bg-surface px-2 py-1"
    >
      <Segmented
        label="View"
        value={view}
        onChange={onView}
        options={[
          { value: "canvas", label: <Workflow />, title: "Canvas" },
          { value: "list", label: <List />, title: "List" },
        ]}
      />
      {!readOnly && (
        <>
          <IconButton label="Undo (Ctrl+Z)" disabled={!editor.canUndo} onClick={editor.undo}>
            <Undo2 />
          </IconButton>
          <IconButton label="Redo (Ctrl+Shift+Z)" disabled={!editor.canRedo} onClick={editor.redo}>
            <Redo2 />
          </IconButton>
          <IconButton label="Copy (Ctrl+C)" disabled={selection.nodes.length === 0} onClick={editor.copy}>
            <Copy />
          </IconButton>
          <IconButton label="Paste (Ctrl+V)" onClick={editor.paste}>
            <ClipboardPaste />
          </IconButton>
          <IconButton
            label="Delete (Del)"
            disabled={selection.nodes.length + selection.edges.length === 0}
            onClick={editor.removeSelected}
          >
            <Trash2 />
          </IconButton>
        </>
      )}
      <span className="flex-1" />
      <span role="status" className="flex items-center gap-2 px-1 text-xs text-ink-3">
        {editor.isDirty && "Unsaved changes"}
        {marks.total > 0 ? (
          <Badge tone="bad">{marks.total} to mend</Badge>
        ) : (
          editor.content.nodes.length > 0 && <Badge tone="good">can be run</Badge>
        )}
      </span>
    </div>
  );
}
