// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { ToolOut } from "@/lib/api";

import type { SaveAgent } from "../../hooks/use-agent-draft";
import { type AgentDraft, emptyDraft } from "../../model/agent-draft";
import { AgentBuilder, type AgentBuilderProps } from "./agent-builder";

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: vi.fn() }) }));
afterEach(cleanup);

const tool = (name: string): ToolOut => ({
  name,
  description: `What ${name} does`,
  parameters: {},
  class: name,
  kind: "prebuilt",
  version: 1,
});
const stored: AgentDraft = { ...emptyDraft, name: "Helper", tools: ["calculator"] };

function show(props: Partial<AgentBuilderProps> & { onSave: SaveAgent }) {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <AgentBuilder availableTools={[tool("calculator"), tool("chatbot")]} {...props}>
        <AgentBuilder.Templates />
        <AgentBuilder.BasicInfo />
        <AgentBuilder.Instructions />
        <AgentBuilder.Model />
        <AgentBuilder.Tools />
        <AgentBuilder.Limits />
        <AgentBuilder.SaveBar />
      </AgentBuilder>
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

const name = () => screen.getByRole("textbox", { name: /^Name/ });
const problem = (status: number, more: object) => ({ title: "no", status, detail: "no", error_code: "x", ...more });

describe("AgentBuilder", () => {
  it("does not send what breaks the API's own rules, and says what is wrong", async () => {
    const onSave = vi.fn<SaveAgent>();
    const user = show({ onSave });
    await user.click(screen.getByRole("button", { name: "Create agent" }));
    expect(screen.getByRole("alert").textContent).toBe("Needed");
    expect(name().getAttribute("aria-invalid")).toBe("true");
    expect(onSave).not.toHaveBeenCalled();
    await user.type(name(), "Maths");
    expect(screen.queryByRole("alert")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Create agent" }));
    expect(onSave).toHaveBeenCalledWith(expect.objectContaining({ name: "Maths", max_iter: 15 }), expect.anything());
  });

  it("starts from a template, with the tools that are there", async () => {
    const onSave = vi.fn<SaveAgent>(() => Promise.resolve());
    const user = show({ onSave });
    await user.click(screen.getByRole("button", { name: /^Demo Agent/ }));
    await user.click(screen.getByRole("button", { name: "Create agent" }));
    expect(onSave.mock.calls[0]?.[1]).toMatchObject({ name: "Demo Agent", tools: ["calculator", "chatbot"] });
  });

  it("sends only what changed of a stored agent", async () => {
    const onSave = vi.fn<SaveAgent>(() => Promise.resolve());
    const user = show({ initial: stored, onSave });
    const save = screen.getByRole<HTMLButtonElement>("button", { name: "Save changes" });
    expect(save.disabled).toBe(true);
    await user.click(screen.getByRole("checkbox", { name: "chatbot" }));
    await user.click(save);
    expect(onSave.mock.calls[0]?.[0]).toEqual({ tools: ["calculator", "chatbot"] });
    await waitFor(() => expect(save.disabled).toBe(true));
  });

  it("gives a tool settings of its own, and shows what the model is told of it", async () => {
    const onSave = vi.fn<SaveAgent>(() => Promise.resolve());
    const chatbot = {
      ...tool("chatbot"),
      settings: ["temperature"],
      parameters: { properties: { query: { type: "string", description: "What to ask" } }, required: ["query"] },
    };
    const user = show({ initial: stored, onSave, availableTools: [tool("calculator"), chatbot] });
    await user.click(screen.getByRole("button", { name: "Details of chatbot" }));
    expect(screen.getByText("What to ask")).toBeTruthy();
    expect(screen.queryByRole("textbox", { name: "temperature" })).toBeNull();
    await user.click(screen.getByRole("checkbox", { name: "chatbot" }));
    await user.type(screen.getByRole("textbox", { name: "temperature" }), "0.7");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    expect(onSave.mock.calls[0]?.[0]).toEqual({
      tools: ["calculator", "chatbot"],
      tools_config: [{ name: "chatbot", type: "chatbot", config: { temperature: 0.7 } }],
    });
  });

  it("shows the API's objections at their fields until the field changes", async () => {
    const onSave = vi.fn<SaveAgent>(() =>
      Promise.reject(
        problem(422, {
          errors: [{ pointer: "/model", rule: "known_model", detail: "no model answers to the name 'x'" }],
        }),
      ),
    );
    const user = show({ initial: stored, onSave });
    await user.type(screen.getByRole("combobox", { name: /^Model/ }), "x");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    expect((await screen.findByRole("alert")).textContent).toBe("No model answers to the name 'x'");
    await user.type(screen.getByRole("combobox", { name: /^Model/ }), "y");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says it when the refusal belongs to no field", async () => {
    const user = show({
      initial: stored,
      onSave: () => Promise.reject(problem(503, { detail: "the database is away" })),
    });
    await user.type(name(), "!");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    expect((await screen.findByRole("alert")).textContent).toContain("The database is away");
  });

  it("lets the reader choose when somebody else has saved meanwhile", async () => {
    const onOverwrite = vi.fn(() => Promise.resolve());
    const user = show({
      initial: stored,
      onSave: () => Promise.reject(problem(412, { error_code: "agent_changed_meanwhile", current_version: 2 })),
      loadCurrent: () => Promise.resolve({ ...stored, description: "theirs" }),
      onOverwrite,
    });
    await user.type(screen.getByRole("textbox", { name: /^Goal/ }), "mine");
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await screen.findByText("theirs");
    await user.click(screen.getByRole("button", { name: "Save mine over it" }));
    await waitFor(() => expect(onOverwrite).toHaveBeenCalledWith({ description: "", goal: "mine" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
