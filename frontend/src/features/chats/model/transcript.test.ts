import { expect, it } from "vitest";

import { transcript } from "./transcript";

const turn = {
  agent_name: "Ada",
  query: "23*19?",
  result: "It is **437**.",
  error: null,
  status: "completed" as const,
  created_at: "2026-11-21T12:00:00Z",
};

it("writes every turn, what failed too", () => {
  const failed = { ...turn, result: null, error: { code: "timeout", message: "too slow" }, status: "failed" as const };
  expect(transcript([])).toBe("");
  expect(transcript([turn, failed, { ...failed, error: null, status: "cancelled" }])).toBe(
    "# Chat with Ada\n\n**You** (2026-11-21T12:00:00Z)\n\n23*19?\n\n**Ada**\n\nIt is **437**.\n\n---\n\n**You** (2026-11-21T12:00:00Z)\n\n23*19?\n\n**Ada**\n\n*too slow*\n\n---\n\n**You** (2026-11-21T12:00:00Z)\n\n23*19?\n\n**Ada**\n\n*cancelled*\n",
  );
});
