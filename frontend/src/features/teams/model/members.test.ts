import { describe, expect, it } from "vitest";

import type { TeamTurnOut } from "@/lib/api";

import { changesOf, membersOf, wavesOf } from "./members";

const agent = (name: string, more: object = {}) => ({
  id: `id-${name}`,
  name,
  slug: name.toLowerCase(),
  version: 1,
  status: "active" as const,
  dependencies: [] as string[],
  role: "",
  goal: "",
  description: "",
  ...more,
});

describe("membersOf", () => {
  it("takes the active ones by name, with dependencies by name or slug", () => {
    const members = membersOf([
      agent("Wings", { dependencies: ["Mission", "frame", "gone"] }),
      agent("Mission"),
      agent("Frame", { role: "Builds frames" }),
      agent("Idle", { status: "disabled" }),
    ]);
    expect(members.map(({ name }) => name)).toEqual(["Frame", "Mission", "Wings"]);
    expect(members[0]?.summary).toBe("Builds frames");
    expect(members[2]).toMatchObject({ dependencies: ["Mission", "Frame"], missing: ["gone"] });
  });

  it("tells two of one name apart by their slugs", () => {
    const members = membersOf([
      agent("Ada"),
      agent("Ada", { id: "2", slug: "ada-2" }),
      agent("Bob", { dependencies: ["ada-2"] }),
    ]);
    expect(members.map(({ name }) => name)).toEqual(["Bob", "ada", "ada-2"]);
    expect(members[0]?.dependencies).toEqual(["ada-2"]);
  });
});

describe("wavesOf", () => {
  const member = (name: string, ...dependencies: string[]) => ({ name, dependencies });

  it("begins with who needs nobody", () => {
    const { waves, stuck } = wavesOf([member("c", "a", "b"), member("a"), member("b", "a"), member("d")]);
    expect(waves.map((wave) => wave.map(({ name }) => name))).toEqual([["a", "d"], ["b"], ["c"]]);
    expect(stuck).toEqual([]);
  });

  it("does not wait for who is not there, and finds who waits in a circle", () => {
    const { waves, stuck } = wavesOf([member("a", "gone"), member("b", "c"), member("c", "b")]);
    expect(waves.map((wave) => wave.map(({ name }) => name))).toEqual([["a"]]);
    expect(stuck.map(({ name }) => name)).toEqual(["b", "c"]);
    expect(wavesOf([])).toEqual({ waves: [], stuck: [] });
  });
});

describe("changesOf", () => {
  it("says who joins, leaves and comes with another version", () => {
    const turn = (name: string, version: number) =>
      ({ agent: name, agent_id: `id-${name}`, agent_version: version }) as TeamTurnOut;
    const next = membersOf([agent("Stays"), agent("New"), agent("Other", { version: 3 })]);
    expect(changesOf([turn("Stays", 1), turn("Other", 2), turn("Gone", 1)], next)).toEqual([
      { name: "New", what: "joins" },
      { name: "Gone", what: "leaves" },
      { name: "Other", what: "changed" },
    ]);
  });
});
