// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import * as api from "@/lib/api";

import { AnswerForm } from "./answer-form";

vi.mock("@/lib/api", async (original) => ({
  ...(await original<typeof api>()),
  resumeExecution: vi.fn(),
  listTools: vi.fn(),
  getProfile: vi.fn(),
}));
afterEach(cleanup);
beforeEach(() => {
  vi.mocked(api.resumeExecution)
    .mockReset()
    .mockResolvedValue({ data: {} } as never);
  vi.mocked(api.listTools).mockResolvedValue({
    data: {
      tools: [
        {
          name: "mail",
          parameters: {
            type: "object",
            properties: { to: { type: "string" }, copies: { type: "array", items: { type: "string" } } },
            required: ["to"],
          },
        },
      ],
    },
  } as never);
  vi.mocked(api.getProfile).mockResolvedValue({
    data: { role_label: "Developer", permissions: ["executions:run"] },
  } as never);
});

function show(response_schema: Record<string, unknown>, value: Record<string, unknown> = {}) {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <AnswerForm executionId="run-1" question={{ id: "q1", value, response_schema }} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

const sent = () => vi.mocked(api.resumeExecution).mock.calls.map(([{ body }]) => body.answers.q1);
const seat = {
  type: "object",
  title: "Which seat?",
  properties: {
    row: { type: "integer", minimum: 1, description: "From the front" },
    guest: {
      type: "object",
      properties: { name: { type: "string" }, email: { type: "string", format: "email" } },
      required: ["name"],
    },
    meals: { type: "array", items: { type: "string" }, minItems: 1 },
    window: { type: "boolean", default: true },
    notes: { type: "object" },
  },
  required: ["row", "guest", "meals"],
};

describe("AnswerForm", () => {
  it("draws any schema, checks it, and sends JSON", async () => {
    const user = show(seat);
    await user.click(screen.getByRole("button", { name: "Answer" }));
    expect(api.resumeExecution).not.toHaveBeenCalled();
    expect(screen.getAllByRole("alert").map(({ textContent }) => textContent)).toEqual([
      "Needed",
      "Needed",
      "At least 1",
    ]);
    await user.type(screen.getByRole("textbox", { name: /^Row/ }), "3");
    await user.type(
      within(screen.getByRole("group", { name: /^Guest/ })).getByRole("textbox", { name: /^Name/ }),
      "Ada",
    );
    await user.click(screen.getByRole("button", { name: "Add to Meals" }));
    await user.type(screen.getByRole("textbox", { name: /^Meals 1/ }), "soup");
    await user.click(screen.getByRole("textbox", { name: "Notes" }));
    await user.paste('{"dog": true}');
    await user.click(screen.getByRole("button", { name: "Answer" }));
    expect(sent()).toEqual([{ row: 3, guest: { name: "Ada" }, meals: ["soup"], window: true, notes: { dog: true } }]);
  });

  it("shows what the server objects to at the field that it names", async () => {
    vi.mocked(api.resumeExecution).mockRejectedValue({
      title: "no",
      status: 422,
      detail: "it does not fit",
      errors: [{ pointer: "/answers/q1/guest/name", detail: "nobody of this name" }],
    });
    const user = show({
      type: "object",
      properties: { guest: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
      required: ["guest"],
    });
    const name = screen.getByRole("textbox", { name: /^Name/ });
    await user.type(name, "Bob");
    await user.click(screen.getByRole("button", { name: "Answer" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Nobody of this name");
    expect(name.getAttribute("aria-invalid")).toBe("true");
    await user.type(name, "by");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("changes the arguments of a call in the form of its tool", async () => {
    const user = show(
      { properties: { decision: { enum: ["approve", "edit"] }, arguments: {} } },
      { tool: "mail", arguments: { to: "ada", copies: ["bob"] } },
    );
    await user.click(screen.getByRole("button", { name: "Change the arguments" }));
    const to = await screen.findByRole("textbox", { name: /^to/ });
    await user.clear(to);
    await user.click(screen.getByRole("button", { name: "Answer" }));
    expect(screen.getByRole("alert").textContent).toBe("Needed");
    await user.type(to, "eve");
    await user.click(screen.getByRole("button", { name: "Remove copies 1" }));
    await user.click(screen.getByRole("button", { name: "Answer" }));
    expect(sent()).toEqual([{ decision: "edit", arguments: { to: "eve" } }]);
  });

  it("does nothing for those who may not answer, and says so", async () => {
    vi.mocked(api.getProfile).mockResolvedValue({ data: { role_label: "Viewer", permissions: [] } } as never);
    const user = show({ properties: { decision: { enum: ["approve"] } } });
    await vi.waitFor(() =>
      expect(screen.getByRole("button", { name: "Answer" }).getAttribute("aria-disabled")).toBe("true"),
    );
    await user.click(screen.getByRole("button", { name: "Answer" }));
    expect(api.resumeExecution).not.toHaveBeenCalled();
  });
});
