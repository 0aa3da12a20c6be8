import { describe, expect, it } from "vitest";

import { mayDo, type Permission, refusalOf } from "./permissions";

const viewer = { role_label: "Viewer", permissions: ["agents:read", "executions:read"] satisfies Permission[] };

describe("permissions", () => {
  it("shows what the server has granted, and nothing before it has said so", () => {
    expect(mayDo(viewer, "agents:read")).toBe(true);
    expect(mayDo(viewer, "agents:write")).toBe(false);
    expect(mayDo(undefined, "agents:read")).toBe(false);
  });

  it("gives the reason for what is refused, in words", () => {
    expect(refusalOf(viewer, "agents:read")).toBeUndefined();
    expect(refusalOf(viewer, "agents:write")).toBe(
      "The role Viewer may not change agents. An administrator can give you another role.",
    );
    expect(refusalOf(viewer, "executions:run", { executions: "agents" })).toMatch(/may not run agents/);
    expect(refusalOf(viewer, "tools:read")).toMatch(/may not see tools/);
  });

  it("refuses nothing while the profile is on its way", () => {
    expect(refusalOf(undefined, "agents:write")).toBeUndefined();
  });
});
