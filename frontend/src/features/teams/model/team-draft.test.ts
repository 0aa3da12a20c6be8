import { describe, expect, it } from "vitest";

import type { TeamDetailOut } from "@/lib/api";

import { bodyOf, draftOf, emptyTeam, teamErrors } from "./team-draft";

describe("team draft", () => {
  it("becomes the API's body, and comes back from a run", () => {
    const draft = { ...emptyTeam, requirements: " Design a drone. ", model: "demo" };
    const body = bodyOf(draft);
    expect(body).toEqual({
      user_requirements: "Design a drone.",
      configuration: { max_iterations: 10, stability_threshold: 3, coordinator_model: "demo" },
    });
    expect(bodyOf(draftOf({ ...body } as TeamDetailOut))).toEqual(body);
    expect(bodyOf(emptyTeam).configuration?.coordinator_model).toBeNull();
  });

  it("names what is out of bounds", () => {
    expect(teamErrors({ ...emptyTeam, requirements: "x" })).toEqual({});
    expect(teamErrors({ ...emptyTeam, maxIterations: "101", stability: "1.5" })).toEqual({
      "/user_requirements": "Needed",
      "/configuration/max_iterations": "From 1 to 100",
      "/configuration/stability_threshold": "A whole number, please",
    });
  });
});
