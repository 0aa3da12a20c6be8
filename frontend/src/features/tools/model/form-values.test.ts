import { describe, expect, it } from "vitest";

import { toProblem } from "@/lib/problem";

import { findingsOf } from "./findings";
import { formFields, initialValues, readValues } from "./form-values";

const schema = {
  type: "object",
  properties: {
    query: { type: "string", minLength: 2 },
    limit: { type: "integer", minimum: 1, maximum: 10, default: 3 },
    exact: { type: "boolean", default: true },
    order: { enum: ["new", "old"], default: "new" },
    sites: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }], default: null },
    place: { $ref: "#/$defs/Place", description: "Where" },
  },
  required: ["query"],
  $defs: { Place: { type: "object", properties: {} } },
};

describe("a form from a JSON Schema", () => {
  const fields = formFields(schema);

  it("knows its fields and starts with the defaults", () => {
    expect(fields.map(({ name, type, required }) => `${name} ${type} ${required}`)).toEqual(["query string true", "limit integer false", "exact boolean false", "order enum false", "sites json false", "place json false"]);
    expect(initialValues(fields)).toEqual({ query: "", limit: "3", exact: true, order: "new", sites: "", place: "" });
  });

  it("reads arguments and leaves out what is empty", () => {
    const values = { ...initialValues(fields), query: "hi", sites: '["a"]' };
    expect(readValues(fields, values)).toEqual({ arguments: { query: "hi", limit: 3, exact: true, order: "new", sites: ["a"] }, errors: {} });
  });

  it("says what does not fit", () => {
    const values = { query: "x", limit: "11", exact: false, order: "new", sites: "[", place: "" };
    expect(readValues(fields, values).errors).toEqual({ query: "At least 2 characters (1 so far)", limit: "At most 10", sites: "Not valid JSON" });
    expect(readValues(fields, { query: "", limit: "1.5" }).errors).toMatchObject({ query: "Needed", limit: "A whole number, please" });
  });
});

describe("findingsOf", () => {
  it("reads what the screen found and is not surprised by anything else", () => {
    const problem = toProblem({ title: "x", status: 422, findings: [{ rule: "import", line: 2, column: 4, message: "no os" }, null, 3, { line: 1 }] });
    expect(findingsOf(problem)).toEqual([{ rule: "import", line: 2, column: 4, message: "no os" }]);
    expect(findingsOf(null)).toEqual([]);
    expect(findingsOf(toProblem(new Error("x")))).toEqual([]);
  });
});
