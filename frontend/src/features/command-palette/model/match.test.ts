import { describe, expect, it } from "vitest";

import { type Command, matchCommands } from "./match";

const command = (label: string, group = "Go to", words = ""): Command => ({
  id: label,
  label,
  group,
  words,
  run: () => undefined,
});
const commands = [
  command("New agent", "Create"),
  command("Agents"),
  command("Math helper", "Agents", "calculator"),
  command("Dark", "Theme"),
];

describe("matchCommands", () => {
  it("wants every word somewhere, and beginnings first", () => {
    expect(matchCommands(commands, "agent").map(({ label }) => label)).toEqual(["Agents", "New agent", "Math helper"]);
    expect(matchCommands(commands, "  math CALC ").map(({ label }) => label)).toEqual(["Math helper"]);
    expect(matchCommands(commands, "zzz")).toEqual([]);
    expect(matchCommands(commands, "", 2)).toHaveLength(2);
  });
});
