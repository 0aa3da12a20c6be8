// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import * as api from "@/lib/api";

import { ModelHealth } from "./model-health";

const granted = vi.hoisted(() => new Set<string>());
vi.mock("@/lib/use-permissions", () => ({ usePermissions: () => (name: string) => granted.has(name) }));
vi.mock("@/lib/api", async (original) => ({
  ...(await original<typeof api>()),
  forgetRefusedParts: vi.fn(),
  allowModelAddress: vi.fn(),
}));
afterEach(cleanup);

const health: api.ModelHealthOut = {
  state: "failing",
  answered_at: null,
  failed_at: "2026-11-21T12:00:00Z",
  error: "the model endpoint cannot be reached",
  error_code: "model_unavailable",
  refused: [{ part: "temperature", until: "2026-11-21T13:00:00Z" }],
  trial: [{ name: "parallel_tools", works: false, words: "one call at a time" }],
  tried_at: "2026-11-21T11:00:00Z",
};

function show(mayChange: boolean, more: object = {}) {
  const model = { id: "m1", enabled: true, obstacle: "", endpoint_url: "http://10.0.0.5/v1", health, ...more };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ModelHealth model={model as api.ModelDetails} mayChange={mayChange} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("ModelHealth", () => {
  beforeEach(() => {
    granted.clear();
    vi.mocked(api.forgetRefusedParts)
      .mockReset()
      .mockResolvedValue({} as never);
    vi.mocked(api.allowModelAddress)
      .mockReset()
      .mockResolvedValue({ data: {} } as never);
  });

  it("shows the last error, what is left out and what trials have shown, and no buttons to a reader", () => {
    show(false);
    screen.getByText("the model endpoint cannot be reached");
    screen.getByText("temperature");
    screen.getByText("parallel tools: cannot");
    screen.getByText("one call at a time");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("asks in full again by a button that is there only while something is left out", async () => {
    const user = show(true);
    await user.click(screen.getByRole("button", { name: "Ask in full again" }));
    await waitFor(() =>
      expect(api.forgetRefusedParts).toHaveBeenCalledWith(expect.objectContaining({ path: { model_id: "m1" } })),
    );
    cleanup();
    show(true, { health: { ...health, refused: [] } });
    expect(screen.queryByRole("button", { name: "Ask in full again" })).toBeNull();
  });

  it("offers to allow the address of a model that stands in the way to administrators only", async () => {
    show(true, { obstacle: "10.0.0.5 is not a public address" });
    expect(screen.queryByRole("button", { name: "Allow this address" })).toBeNull();
    cleanup();
    granted.add("users:write");
    const user = show(true, { obstacle: "10.0.0.5 is not a public address" });
    await user.click(screen.getByRole("button", { name: "Allow this address" }));
    await waitFor(() =>
      expect(api.allowModelAddress).toHaveBeenCalledWith(
        expect.objectContaining({ body: { endpoint_url: "http://10.0.0.5/v1" } }),
      ),
    );
  });
});
