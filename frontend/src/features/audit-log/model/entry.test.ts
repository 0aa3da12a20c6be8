import { expect, it } from "vitest";

import { actionWords, detailLine } from "./entry";

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
