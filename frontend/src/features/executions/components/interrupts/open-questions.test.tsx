// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import * as api from "@/lib/api";

import { OpenQuestions } from "./open-questions";

vi.mock("@/lib/api", async (original) => ({
  ...(await original<typeof api>()),
  listOpenQuestions: vi.fn(),
  resumeExecution: vi.fn(),
}));
afterEach(cleanup);

const question = (id: string, tool: string) => ({
  id,
  execution_id: `run-${id}`,
  call_key: "k",
  reason: "approval",
  value: { tool, arguments: { to: "ada" } },
  answer: null,
  answered_by: null,
  answered_at: null,
  response_schema: { properties: { decision: { enum: ["approve", "reject"] } } },
  created_at: "2026-11-21T12:00:00Z",
  agent_id: "a1",
  agent_name: "Ada",
  query: "Send it",
  conversation_id: null,
});

function show(...questions: object[]) {
  vi.mocked(api.listOpenQuestions).mockResolvedValue({
    data: { interrupts: questions, total: questions.length },
  } as never);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <OpenQuestions />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("OpenQuestions", () => {
  it("teaches what would be here while there is nothing", async () => {
    show();
    await screen.findByText("Nothing waits for you");
  });

  it("answers the question of the right run, and asks anew what is left", async () => {
    vi.mocked(api.resumeExecution).mockResolvedValue({ data: {} } as never);
    const user = show(question("q1", "mail"), question("q2", "pay"));
    const card = within((await screen.findAllByTestId("question"))[1] as HTMLElement);
    expect(card.getByText("pay")).toBeTruthy();
    await user.click(card.getByRole("button", { name: "Reject" }));
    await user.type(card.getByRole("textbox", { name: "Reason" }), "too much");
    vi.mocked(api.listOpenQuestions).mockResolvedValue({
      data: { interrupts: [question("q1", "mail")], total: 1 },
    } as never);
    await user.click(card.getByRole("button", { name: "Answer" }));
    expect(api.resumeExecution).toHaveBeenCalledWith(
      expect.objectContaining({
        path: { execution_id: "run-q2" },
        body: { answers: { q2: { decision: "reject", reason: "too much" } } },
      }),
    );
    await waitFor(() => expect(screen.getAllByTestId("question")).toHaveLength(1));
    expect(screen.queryByText("pay")).toBeNull();
  });

  it("says at the form why an answer was not taken", async () => {
    vi.mocked(api.resumeExecution).mockRejectedValue({
      title: "no",
      status: 409,
      detail: "it is answered already",
      error_code: "nothing_to_answer",
    });
    const user = show(question("q1", "mail"));
    await user.click(await screen.findByRole("button", { name: "Answer" }));
    expect((await screen.findByRole("alert")).textContent).toContain("It is answered already");
  });
});
