// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import * as api from "@/lib/api";

import { bodyOf, emptySchedule, type ScheduleDraft } from "../model/schedule-draft";
import { ScheduleForm } from "./schedule-form";

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: vi.fn() }) }));
vi.mock("@/lib/api", async (original) => ({
  ...(await original<typeof api>()),
  listAgents: vi.fn(),
  listModels: vi.fn(),
  previewSchedule: vi.fn(),
}));
afterEach(cleanup);

const problem = (pointer: string, detail: string) => ({
  title: "no",
  status: 422,
  detail: "the schedule names no time",
  error_code: "bad_timetable",
  errors: [{ pointer, detail }],
});
const draft: ScheduleDraft = { ...emptySchedule("a1", "UTC"), name: "News" };

function show(onSave: (draft: ScheduleDraft) => Promise<unknown>, isNew = true) {
  vi.mocked(api.listAgents).mockResolvedValue({ data: { agents: [{ id: "a1", name: "Ada" }] } } as never);
  vi.mocked(api.listModels).mockResolvedValue({ data: { models: [] } } as never);
  vi.mocked(api.previewSchedule).mockImplementation((({ query }: { query: { cron: string } }) =>
    query.cron === "nonsense"
      ? Promise.reject(problem("/cron", "must have five fields"))
      : Promise.resolve({ data: { next_times: ["2099-11-30T09:00:00Z"] } })) as never);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ScheduleForm initial={draft} action="Save" isNew={isNew} onSave={onSave} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("ScheduleForm", () => {
  it("says what is missing and sends nothing", async () => {
    const onSave = vi.fn(() => Promise.resolve());
    const user = show(onSave);
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(screen.getByRole("alert").textContent).toBe("Needed");
    expect(screen.getByRole("textbox", { name: /^Question/ }).getAttribute("aria-invalid")).toBe("true");
    expect(onSave).not.toHaveBeenCalled();
  });

  it("shows the times that it means, and sends the whole draft", async () => {
    const onSave = vi.fn<(draft: ScheduleDraft) => Promise<unknown>>(() => Promise.resolve());
    const user = show(onSave);
    await screen.findByText("Mon, 30 Nov 2099, 09:00");
    expect(screen.getByRole("heading", { name: "Every weekday at 09:00" })).toBeTruthy();
    await user.type(screen.getByRole("textbox", { name: /^Question/ }), "What is new?");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(onSave.mock.calls[0]?.[0] && bodyOf(onSave.mock.calls[0][0])).toEqual({
      name: "News",
      agent_id: "a1",
      query: "What is new?",
      model: null,
      cron: "0 9 * * 1-5",
      time_zone: "UTC",
    });
  });

  it("shows the API's objections at their fields", async () => {
    const user = show(() => Promise.reject(problem("/time_zone", "must be an IANA time zone")));
    await user.type(screen.getByRole("textbox", { name: /^Question/ }), "?");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Must be an IANA time zone");
    await user.type(screen.getByRole("combobox", { name: /^Time zone/ }), "!");
    await waitFor(() => expect(screen.queryByText("Must be an IANA time zone")).toBeNull());
  });

  it("keeps a stored one as it is until something is changed", async () => {
    const user = show(() => Promise.resolve(), false);
    const save = screen.getByRole<HTMLButtonElement>("button", { name: "Save" });
    expect(save.disabled).toBe(true);
    await user.type(screen.getByRole("textbox", { name: /^Name/ }), "!");
    expect(save.disabled).toBe(false);
    await user.click(screen.getByRole("button", { name: "Discard changes" }));
    expect(save.disabled).toBe(true);
  });
});
