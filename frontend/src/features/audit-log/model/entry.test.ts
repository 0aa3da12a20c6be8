import { expect, it } from "vitest";

import { actionWords, detailLine, targetPage } from "./entry";

it("says what was done", () => {
  expect(["session.token_reused", "user.created", "odd", "a.b.c"].map(actionWords)).toEqual([
    "Session: token reused",
    "User: created",
    "odd",
    "A: b c",
  ]);
});

it("puts details in a line", () => {
  expect(
    detailLine({ role: "admin", old_role: "user", n: 3, hosts: ["a:1"], none: null, empty: "", nothing: [] }),
  ).toBe('role: admin, old role: user, n: 3, hosts: ["a:1"]');
  expect(detailLine({})).toBe("");
});

it("says what changed", () => {
  const changes = { "/configuration/goal": { before: "old", after: "new" }, "/max_iter": { before: 1, after: null } };
  expect(detailLine({ name: "Ada", changes })).toBe("name: Ada, goal: old → new, max iter: 1 → null");
  expect(detailLine({ changes: { "/name": { after: "x" } } })).toBe("name");
});

it("knows the page of an agent", () => {
  expect([targetPage("agent", "1"), targetPage("session", "1"), targetPage("agent", "")]).toEqual([
    "/agents/1/",
    null,
    null,
  ]);
});
