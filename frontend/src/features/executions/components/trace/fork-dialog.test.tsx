// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import * as api from "@/lib/api";

import { demoLog } from "../../model/testing/events";
import { applyTraceEvents, emptyTrace } from "../../model/trace";
import { ForkStep } from "./fork-dialog";

const push = vi.fn();
vi.mock("next/navigation", () => ({ useRouter: () => ({ push }) }));
vi.mock("@/lib/api", async (original) => ({ ...(await original<typeof api>()), forkExecution: vi.fn() }));
afterEach(cleanup);

const over = applyTraceEvents(emptyTrace, demoLog);

function show(trace = over) {
  const step = trace.steps.find(({ kind }) => kind === "tool");
  if (!step) throw new Error("no tool call");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ForkStep trace={trace} step={step} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("ForkStep", () => {
  beforeEach(() => {
    push.mockReset();
    vi.mocked(api.forkExecution).mockReset();
    vi.mocked(api.forkExecution).mockResolvedValue({ data: { id: "e2" } } as never);
  });

  it("is not offered while the run goes on", () => {
    show(applyTraceEvents(emptyTrace, demoLog.slice(0, 9)));
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("forks after the step, without an edit when nothing was changed, and goes there", async () => {
    const user = show();
    await user.click(screen.getByRole("button", { name: "Fork" }));
    await user.click(await screen.findByRole("button", { name: "Fork" }));
    await waitFor(() => expect(push).toHaveBeenCalledWith("/runs/e2"));
    expect(api.forkExecution).toHaveBeenCalledWith(
      expect.objectContaining({ path: { execution_id: "e1" }, body: { after_seq: 8 } }),
    );
  });

  it("sends another result, and says when it is not readable", async () => {
    const user = show();
    await user.click(screen.getByRole("button", { name: "Fork" }));
    const field = await screen.findByRole("textbox", { name: "Result of the call" });
    await user.clear(field);
    await user.type(field, "many");
    await user.click(screen.getByRole("button", { name: "Fork with the change" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/Not valid JSON/);
    expect(api.forkExecution).not.toHaveBeenCalled();
    await user.clear(field);
    await user.type(field, "438");
    await user.click(screen.getByRole("button", { name: "Fork with the change" }));
    await waitFor(() =>
      expect(api.forkExecution).toHaveBeenCalledWith(
        expect.objectContaining({ body: { after_seq: 8, edit: { result: 438 } } }),
      ),
    );
  });
});
