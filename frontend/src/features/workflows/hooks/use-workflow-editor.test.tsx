// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { WorkflowOut } from "@/lib/api";

import { changeWorkflow } from "../api/change-workflow";
import { addNode } from "../model/edit";
import { bodyOf } from "../model/draft";
import { content } from "../model/testing/contents";
import { useWorkflowEditor } from "./use-workflow-editor";

vi.mock("../api/change-workflow", () => ({ changeWorkflow: vi.fn() }));
vi.mock("@/lib/toast", () => ({ toast: { success: vi.fn(), error: vi.fn() } }));

const stored = (version: number, parts = {}): WorkflowOut => {
  const body = bodyOf(content({ nodes: [{ id: "a" }], ...parts }));
  return { ...body, id: "w1", workflow_id: "w1", version, created_at: "", updated_at: "" };
};

function open(workflow: WorkflowOut) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderHook((given: WorkflowOut) => useWorkflowEditor(given), { wrapper, initialProps: workflow });
}

const sent = vi.mocked(changeWorkflow);
beforeEach(() => sent.mockReset());

describe("useWorkflowEditor", () => {
  it("saves everything against the version it began with, and takes the ids of tasks from the answer", async () => {
    const { result } = open(stored(3));
    act(() => result.current.change((before) => ({ ...before, name: "Renamed" })));
    expect(result.current.isDirty).toBe(true);
    const task = { task_id: "from-the-server", node_id: "a", description: "x" };
    sent.mockResolvedValue(stored(4, { name: "Renamed", tasks: [task] }));
    await act(() => result.current.save());
    expect(sent).toHaveBeenCalledWith("w1", 3, expect.objectContaining({ name: "Renamed", process_type: "graph" }));
    expect(result.current).toMatchObject({ version: 4, isDirty: false });
    expect(result.current.content.tasks[0]?.task_id).toBe("from-the-server");
  });

  it("keeps what was changed while it was being saved", async () => {
    const { result } = open(stored(1));
    let answer: (saved: WorkflowOut) => void = () => undefined;
    sent.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    act(() => result.current.change((before) => ({ ...before, name: "First" })));
    let saving: Promise<boolean> | undefined;
    act(() => void (saving = result.current.save()));
    act(() => result.current.change((before) => ({ ...before, name: "Second" })));
    await act(async () => {
      answer(stored(2, { name: "First" }));
      await saving;
    });
    expect(result.current).toMatchObject({ isDirty: true, version: 2 });
    expect(result.current.content.name).toBe("Second");
  });

  it("asks what to do when somebody else has saved, and saves over it when told to", async () => {
    const { result } = open(stored(1));
    act(() => result.current.change((before) => ({ ...before, name: "Mine" })));
    sent.mockRejectedValueOnce({ status: 412, title: "changed meanwhile", current_version: 5 });
    await act(() => result.current.save());
    expect(result.current.conflict?.extra.current_version).toBe(5);
    expect(result.current.isDirty).toBe(true);
    sent.mockResolvedValue(stored(6, { name: "Mine" }));
    await act(() => result.current.save(5));
    expect(sent).toHaveBeenLastCalledWith("w1", 5, expect.anything());
    expect(result.current).toMatchObject({ conflict: null, isDirty: false, version: 6 });
  });

  it("shows a version that was stored elsewhere, unless changes of ours would be lost", () => {
    const { result, rerender } = open(stored(1));
    rerender(stored(2, { name: "Restored" }));
    expect(result.current).toMatchObject({ version: 2, isDirty: false });
    expect(result.current.content.name).toBe("Restored");
    act(() => result.current.change((before) => ({ ...before, name: "Mine" })));
    rerender(stored(3, { name: "Theirs" }));
    expect(result.current).toMatchObject({ version: 2 });
    expect(result.current.content.name).toBe("Mine");
  });

  it("forgets a choice whose node was taken back", () => {
    const { result } = open(stored(1));
    act(() => result.current.change((before) => addNode(before, { type: "timer" })[0]));
    act(() => result.current.select({ nodes: ["timer"] }));
    expect(result.current.selection.nodes).toEqual(["timer"]);
    act(() => result.current.undo());
    expect(result.current.selection.nodes).toEqual([]);
    act(() => result.current.redo());
    expect(result.current.content.nodes).toHaveLength(2);
  });

  it("pastes what was copied, into another workflow too", () => {
    const one = open(stored(1));
    act(() => one.result.current.select({ nodes: ["a"] }));
    act(() => one.result.current.copy());
    const other = open({ ...stored(1), id: "w2" });
    act(() => other.result.current.paste());
    expect(other.result.current.content.nodes.map(({ id }) => id)).toEqual(["a", "a-2"]);
    expect(other.result.current.selection.nodes).toEqual(["a-2"]);
  });
});
