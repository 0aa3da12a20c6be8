// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ErrorBoundary } from "./error-boundary";

beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(cleanup);

let broken = true;
function Part() {
  if (broken) throw new Error("bad data");
  return <p>fine</p>;
}

describe("ErrorBoundary", () => {
  it("keeps a failure inside its part, and tries again", async () => {
    broken = true;
    render(
      <>
        <p>around</p>
        <ErrorBoundary what="The trace">
          <Part />
        </ErrorBoundary>
      </>,
    );
    expect(screen.getByRole("alert").textContent).toContain("The trace failed to load");
    expect(screen.getByText("around")).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(screen.getByText("fine")).toBeTruthy();
  });

  it("forgets the failure when it shows something else", () => {
    broken = true;
    const { rerender } = render(
      <ErrorBoundary resetKey="a">
        <Part />
      </ErrorBoundary>,
    );
    broken = false;
    rerender(
      <ErrorBoundary resetKey="b">
        <Part />
      </ErrorBoundary>,
    );
    expect(screen.getByText("fine")).toBeTruthy();
  });
});
