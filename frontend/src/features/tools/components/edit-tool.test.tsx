// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { CodeEditorProps } from "@/components/ui/code-editor";
import * as api from "@/lib/api";

import { EditTool } from "./edit-tool";

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: vi.fn() }) }));
vi.mock("@/lib/api", async (original) => ({
  ...(await original<typeof api>()),
  updateTool: vi.fn(),
  getHealth: vi.fn(),
}));
vi.mock("@/components/ui/code-editor", () => ({
  CodeEditor: ({ id, label, value, onChange, marks = [] }: CodeEditorProps) => (
    <>
      <textarea id={id} aria-label={label} value={value} onChange={(event) => onChange?.(event.target.value)} />
      <span data-testid="marks">{marks.map(({ line, column }) => `${line}:${column}`).join(" ")}</span>
    </>
  ),
}));
afterEach(cleanup);

const tool: api.ToolOut = {
  name: "twice",
  description: "Says it twice",
  parameters: {},
  class: "twice",
  kind: "custom",
  version: 2,
  tags: ["text"],
  source: "async def twice(text: str) -> str:\n    return text * 2\n",
  policy: { network: [], secrets: [], timeout_s: 5, reuse: false, repeatable: false },
};

function show() {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <EditTool tool={tool} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save as a new version" });
const refusal = (status: number, more: object) => ({
  title: "no",
  status,
  detail: "the source was refused",
  error_code: "tool_rejected",
  ...more,
});

describe("EditTool", () => {
  beforeEach(() => {
    vi.mocked(api.getHealth).mockResolvedValue({ data: { status: "ok", version: "0", parts: {} } } as never);
    vi.mocked(api.updateTool).mockReset();
  });

  it("sends what changed, against the version that was opened", async () => {
    vi.mocked(api.updateTool).mockResolvedValue({ data: { ...tool, version: 3 } } as never);
    const user = show();
    expect(save().disabled).toBe(true);
    await user.type(screen.getByRole("textbox", { name: /^Tags/ }), ", loud");
    await user.click(save());
    await waitFor(() =>
      expect(api.updateTool).toHaveBeenCalledWith(
        expect.objectContaining({
          path: { name: "twice" },
          body: { tags: ["text", "loud"] },
          headers: { "If-Match": '"2"' },
        }),
      ),
    );
  });

  it("shows what the screen objects to at its line and in words", async () => {
    vi.mocked(api.updateTool).mockRejectedValue(
      refusal(422, { findings: [{ rule: "import", line: 2, column: 4, message: "os cannot be imported" }] }),
    );
    const user = show();
    await user.type(screen.getByRole("textbox", { name: "Source" }), "#");
    await user.click(save());
    expect((await screen.findByText("line 2, column 5")).textContent).toBeTruthy();
    expect(screen.getByTestId("marks").textContent).toBe("2:4");
    expect(screen.getByText(/os cannot be imported/)).toBeTruthy();
  });

  it("puts an objection to the policy at its field", async () => {
    vi.mocked(api.updateTool).mockRejectedValue(
      refusal(422, { errors: [{ pointer: "/policy/network/0", detail: "must be host:port" }] }),
    );
    const user = show();
    await user.type(screen.getByRole("textbox", { name: "Network", hidden: true }), "nowhere");
    await user.click(save());
    expect((await screen.findByText("Must be host:port")).getAttribute("id")).toBe("tool-network-note");
  });

  it("lets the reader choose when there is a newer version", async () => {
    vi.mocked(api.updateTool).mockRejectedValueOnce(refusal(412, { error_code: "stale_version", current_version: 5 }));
    vi.mocked(api.updateTool).mockResolvedValueOnce({ data: { ...tool, version: 6 } } as never);
    const user = show();
    await user.type(screen.getByRole("textbox", { name: /^Description/ }), "!");
    await user.click(save());
    await screen.findByText("There is a version 5 by now");
    await user.click(screen.getByRole("button", { name: "Save mine over it" }));
    await waitFor(() =>
      expect(api.updateTool).toHaveBeenLastCalledWith(
        expect.objectContaining({ headers: { "If-Match": '"5"' }, body: { description: "Says it twice!" } }),
      ),
    );
  });
});
