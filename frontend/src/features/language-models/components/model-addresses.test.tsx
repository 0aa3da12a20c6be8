// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import * as api from "@/lib/api";

import { ModelAddresses } from "./model-addresses";

const granted = vi.hoisted(() => new Set<string>());
vi.mock("@/lib/use-permissions", () => ({ usePermissions: () => (name: string) => granted.has(name) }));
vi.mock("@/lib/api", async (original) => ({
  ...(await original<typeof api>()),
  listModelAddresses: vi.fn(),
  allowModelAddress: vi.fn(),
  forbidModelAddress: vi.fn(),
}));
afterEach(cleanup);

const local = { host: "10.0.0.5", port: 11434, allowed_by: "u1", allowed_at: "2026-11-21T12:00:00Z" };

function show(...addresses: object[]) {
  vi.mocked(api.listModelAddresses).mockResolvedValue({ data: { addresses } } as never);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ModelAddresses />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("ModelAddresses", () => {
  beforeEach(() => {
    granted.clear();
    granted.add("users:read").add("users:write");
    vi.mocked(api.allowModelAddress).mockReset();
    vi.mocked(api.forbidModelAddress).mockReset();
  });

  it("says what it means that there are none", async () => {
    show();
    await screen.findByText("No private addresses allowed");
  });

  it("lists addresses, those of IPv6 in brackets, and takes one back after asking", async () => {
    vi.mocked(api.forbidModelAddress).mockResolvedValue({} as never);
    const user = show(local, { ...local, host: "fd00::1", port: 8080 });
    await screen.findByText("[fd00::1]:8080");
    await user.click(screen.getByRole("button", { name: "Forbid 10.0.0.5:11434" }));
    expect(api.forbidModelAddress).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Forbid" }));
    await waitFor(() =>
      expect(api.forbidModelAddress).toHaveBeenCalledWith(
        expect.objectContaining({ path: { host: "10.0.0.5", port: 11434 } }),
      ),
    );
  });

  it("allows the address of an endpoint, and shows what is wrong with one at its field", async () => {
    vi.mocked(api.allowModelAddress).mockRejectedValueOnce({
      title: "Invalid input",
      status: 422,
      detail: "the body is not valid",
      error_code: "invalid_input",
      errors: [{ pointer: "/endpoint_url", detail: "never, it tells machines their secrets" }],
    });
    const user = show();
    await user.type(screen.getByRole("textbox", { name: /^Endpoint/ }), "http://169.254.169.254/v1");
    await user.click(screen.getByRole("button", { name: "Allow" }));
    await screen.findByText(/never, it tells machines their secrets/i);
    vi.mocked(api.allowModelAddress).mockResolvedValue({ data: local } as never);
    await user.clear(screen.getByRole("textbox", { name: /^Endpoint/ }));
    await user.type(screen.getByRole("textbox", { name: /^Endpoint/ }), "http://10.0.0.5:11434/v1");
    vi.mocked(api.listModelAddresses).mockResolvedValue({ data: { addresses: [local] } } as never);
    await user.click(screen.getByRole("button", { name: "Allow" }));
    await screen.findByText("10.0.0.5:11434");
    expect(vi.mocked(api.allowModelAddress).mock.lastCall?.[0].body).toEqual({
      endpoint_url: "http://10.0.0.5:11434/v1",
    });
  });

  it("only shows them to whoever may not change them", async () => {
    granted.delete("users:write");
    show(local);
    await screen.findByText("10.0.0.5:11434");
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.queryByRole("form")).toBeNull();
  });
});
