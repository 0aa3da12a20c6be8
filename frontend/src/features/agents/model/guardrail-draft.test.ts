import { describe, expect, it } from "vitest";

import type { GuardrailOut } from "@/lib/api";

import { actionsOf, bodyOf, draftOf, emptyGuardrail, guardrailErrors, type Kind, withKind } from "./guardrail-draft";

const configs: [Kind, Record<string, unknown>][] = [
  ["max_length", { max_chars: 10 }],
  ["regex_deny", { pattern: "secret" }],
  ["regex_allow", { pattern: "^ok" }],
  ["json_schema", { json_schema: { type: "object" } }],
  ["pii", { entities: ["email", "iban"] }],
  ["prompt_injection", { phrases: ["obey me", "no rules"] }],
  ["llm_judge", { instructions: "Be kind", model: "demo" }],
];

describe("guardrail draft", () => {
  it.each(configs)("keeps a stored %s as it is", (kind, config) => {
    const stored = { name: "x", stage: "tool_call", kind, action: "warn", hold_back: false } as GuardrailOut;
    const draft = draftOf({ ...stored, config: { ...config, tools: ["a", "b"] } });
    expect(bodyOf(draft)).toEqual({
      name: "x",
      stage: "tool_call",
      kind,
      action: "warn",
      hold_back: false,
      config: { ...config, tools: ["a", "b"] },
    });
    expect(guardrailErrors(draft)).toEqual({});
  });

  it("names tools for their stage only", () => {
    expect(bodyOf({ ...emptyGuardrail, name: "x", tools: "a" }).config).toEqual({ phrases: [] });
  });

  it("redacts only where a part is known", () => {
    expect(actionsOf("pii")).toContain("redact");
    expect(actionsOf("llm_judge")).not.toContain("redact");
    const draft = { ...emptyGuardrail, kind: "pii" as const, action: "redact" as const };
    expect(withKind(draft, "llm_judge").action).toBe("block");
    expect(withKind(draft, "max_length").action).toBe("redact");
  });

  it("names each broken bound at its place", () => {
    const of = (update: object) => guardrailErrors({ ...emptyGuardrail, name: "x", ...update });
    expect(of({ name: " " })).toEqual({ "/name": "Needed" });
    expect(of({ kind: "max_length", maxChars: "0" })).toEqual({ "/config/max_chars": "From 1 to 10,000,000" });
    expect(of({ kind: "max_length", maxChars: "" })).toEqual({ "/config/max_chars": "A whole number, please" });
    expect(of({ kind: "regex_deny" })).toEqual({ "/config/pattern": "Needed" });
    expect(of({ kind: "json_schema", schema: "[1]" })).toEqual({ "/config/json_schema": "A JSON object, please" });
    expect(of({ kind: "pii", entities: [] })).toEqual({ "/config/entities": "Choose one at least" });
    expect(of({ kind: "llm_judge" })).toEqual({ "/config/instructions": "Needed" });
  });
});
