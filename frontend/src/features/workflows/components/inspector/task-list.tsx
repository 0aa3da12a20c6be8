"use client";

import { ArrowDown, ArrowUp, CircleAlert, Plus, Trash2, UserRound } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { useReadOnly } from "@/components/ui/read-only";
import { oneLine } from "@/lib/format";

import type { WorkflowEditor } from "../../hooks/use-workflow-editor";
import { nameOf, type Task, taskOf } from "../../model/draft";
import { moveTask, withoutTasks } from "../../model/edit";
import type { Marks } from "../../model/marks";
import { Panel } from "./panel";
import { TaskDialog } from "./task-dialog";

interface TaskListProps {
  editor: WorkflowEditor;
  marks: Marks;
  /** Only the tasks of this node. */
  nodeId?: string;
}

/** Tasks in their order: the order in which a sequential workflow does them. */
export function TaskList({ editor, marks, nodeId }: TaskListProps) {
  const { content, change } = editor;
  const [edited, setEdited] = useState<Task | null>(null);
  const readOnly = useReadOnly();
  const agents = content.nodes.filter(({ type }) => type === "agent");
  const tasks = content.tasks.filter((task) => nodeId === undefined || task.node_id === nodeId);
  const first = nodeId ?? agents[0]?.id;
  return (
    <Panel
      title="Tasks"
      action={
        !readOnly && (
          <Button
            size="sm"
            disabled={first === undefined}
            onClick={() => first !== undefined && setEdited(taskOf({ node_id: first, description: "" }))}
          >
            <Plus /> Add task
          </Button>
        )
      }
    >
      {tasks.length === 0 && (
        <p className="text-xs text-ink-3">
          {first === undefined
            ? "Place an agent first: a task is done by one."
            : "None: agents do what their node says."}
        </p>
      )}
      <ol aria-label="Tasks" className="flex flex-col gap-1">
        {tasks.map((task, place) => (
          <li key={task.task_id} className="flex items-center gap-1 rounded-md border bg-surface py-1 pr-1 pl-2">
            <button type="button" onClick={() => setEdited(task)} className="min-w-0 flex-1 text-left">
              <span className="block truncate text-sm">{oneLine(task.description, 80) || "No description"}</span>
              <span className="flex items-center gap-1 text-2xs text-ink-3">
                {nameOf(content, task.node_id)}
                {task.human_input_required && <UserRound aria-label="checked by a person" className="size-3" />}
                {marks.tasks.has(task.task_id) && (
                  <CircleAlert role="img" aria-label="to be mended" className="size-3 text-bad-ink" />
                )}
              </span>
            </button>
            {!readOnly && nodeId === undefined && (
              <>
                <IconButton
                  label={`Task ${place + 1} earlier`}
                  size="iconSm"
                  disabled={place === 0}
                  onClick={() => change((before) => moveTask(before, task.task_id, -1))}
                >
                  <ArrowUp />
                </IconButton>
                <IconButton
                  label={`Task ${place + 1} later`}
                  size="iconSm"
                  disabled={place === tasks.length - 1}
                  onClick={() => change((before) => moveTask(before, task.task_id, 1))}
                >
                  <ArrowDown />
                </IconButton>
              </>
            )}
            {!readOnly && (
              <IconButton
                label={`Delete task ${place + 1}`}
                size="iconSm"
                onClick={() => change((before) => withoutTasks(before, new Set([task.task_id])))}
              >
                <Trash2 />
              </IconButton>
            )}
          </li>
        ))}
      </ol>
      {edited && (
        <TaskDialog key={edited.task_id} editor={editor} marks={marks} task={edited} onClose={() => setEdited(null)} />
      )}
    </Panel>
  );
}
