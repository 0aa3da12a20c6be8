import { describe, expect, it } from "vitest";

import type { JsonSchema } from "./json-schema";
import {
  type Draft,
  draftOf,
  formNode,
  labelOf,
  optionsOf,
  partsOf,
  pointerTo,
  readDraft,
  requiredOf,
} from "./schema-draft";

const schema: JsonSchema = {
  type: "object",
  properties: {
    query: { type: "string", minLength: 2 },
    limit: { type: "integer", minimum: 1, maximum: 10, default: 3 },
    exact: { type: "boolean", default: true },
    order: { enum: ["new", "old", 3], default: "new" },
    sites: {
      anyOf: [{ type: "array", items: { type: "string", format: "uri" }, maxItems: 2 }, { type: "null" }],
      default: null,
    },
    place: { $ref: "#/$defs/Place", description: "Where" },
    extra: { type: "object" },
    either: { anyOf: [{ type: "integer" }, { type: "string" }] },
  },
  required: ["query"],
  $defs: {
    Place: {
      type: "object",
      properties: { town: { type: "string" }, floor: { type: "number", multipleOf: 0.5 } },
      required: ["town"],
    },
  },
};
const form = formNode(schema);
const blank = draftOf(form) as Record<string, Draft>;
const read = (change: Record<string, Draft>) => readDraft(form, { ...blank, ...change });

describe("a form from a JSON Schema", () => {
  it("has a control of the right kind for every part, with the words of the outer schema", () => {
    expect(partsOf(form).map(({ name, node }) => `${name} ${node.kind}`)).toEqual([
      "query text",
      "limit number",
      "exact boolean",
      "order choice",
      "sites list",
      "place group",
      "extra json",
      "either json",
    ]);
    expect(partsOf(form).find(({ name }) => name === "place")?.node.schema.description).toBe("Where");
  });

  it("starts with the defaults, or with a value", () => {
    expect(blank).toEqual({
      query: "",
      limit: "3",
      exact: true,
      order: '"new"',
      sites: [],
      place: { town: "", floor: "" },
      extra: "",
      either: "",
    });
    expect(
      draftOf(form, { query: "x", sites: ["https://a.example"], place: { town: "Ulm", floor: 2 }, extra: { a: 1 } }),
    ).toMatchObject({
      query: "x",
      limit: "3",
      sites: ["https://a.example"],
      place: { town: "Ulm", floor: "2" },
      extra: '{\n  "a": 1\n}',
    });
  });

  it("reads JSON and leaves out what is empty", () => {
    expect(read({ query: "hi" })).toEqual({ value: { query: "hi", limit: 3, exact: true, order: "new" }, errors: {} });
    const full = read({
      query: "hi",
      limit: "",
      order: "3",
      sites: ["https://a.example"],
      place: { town: "Ulm", floor: "1.5" },
      extra: '{"a": [1]}',
      either: "7",
    });
    expect(full).toEqual({
      value: {
        query: "hi",
        exact: true,
        order: 3,
        sites: ["https://a.example"],
        place: { town: "Ulm", floor: 1.5 },
        extra: { a: [1] },
        either: 7,
      },
      errors: {},
    });
    expect(read({ query: "hi", either: "seven" }).value).toMatchObject({ either: "seven" });
  });

  it("says what does not fit, by JSON pointer", () => {
    const { errors } = read({
      query: "x",
      limit: "11",
      sites: ["https://a.example", "nowhere", "x:y"],
      place: { town: "", floor: "1.3" },
      extra: "{",
    });
    expect(errors).toEqual({
      "/query": "At least 2 characters (1 so far)",
      "/limit": "At most 10",
      "/sites": "At most 2",
      "/sites/1": "An address with its scheme, please: https://…",
      "/place/town": "Needed",
      "/place/floor": "A multiple of 0.5",
      "/extra": "Not valid JSON",
    });
    expect(read({ query: "", limit: "1.5", exact: false }).errors).toEqual({
      "/query": "Needed",
      "/limit": "A whole number, please",
    });
    expect(read({ query: "hi", limit: "many" }).errors).toEqual({ "/limit": "Not a number" });
  });

  it("needs what a choice makes necessary", () => {
    const node = formNode({
      type: "object",
      properties: { verdict: { enum: ["take", "leave"] }, price: { type: "number" } },
      required: ["verdict"],
      allOf: [{ if: { properties: { verdict: { const: "take" } } }, then: { required: ["price"] } }],
    });
    expect([...requiredOf(node, { verdict: '"leave"', price: "" })]).toEqual(["verdict"]);
    expect(readDraft(node, { verdict: '"take"', price: "" }).errors).toEqual({ "/price": "Needed" });
    expect(readDraft(node, { verdict: '"leave"', price: "" })).toEqual({ value: { verdict: "leave" }, errors: {} });
  });

  it("names choices by their titles and takes the only one there is", () => {
    const titled = formNode({
      oneOf: [
        { const: 1, title: "Low" },
        { const: 2, title: "High" },
      ],
    });
    expect([titled.kind, optionsOf(titled)]).toEqual([
      "choice",
      [
        { value: "1", label: "Low" },
        { value: "2", label: "High" },
      ],
    ]);
    const only = formNode({ const: "yes" });
    expect(readDraft(only, draftOf(only))).toEqual({ value: "yes", errors: {} });
  });

  it("sends a cleared default as null where that is a value, and times with their zone", () => {
    const node = formNode({
      type: "object",
      properties: {
        limit: { anyOf: [{ type: "integer" }, { type: "null" }], default: 5 },
        at: { type: "string", format: "date-time" },
      },
    });
    expect(readDraft(node, { limit: "", at: "" }).value).toEqual({ limit: null });
    expect(readDraft(node, { limit: "1", at: "2026-01-31T09:30" }).value).toEqual({
      limit: 1,
      at: new Date("2026-01-31T09:30").toISOString(),
    });
    expect(draftOf(formNode({ type: "string", format: "date-time" }), new Date("2026-01-31T09:30").toISOString())).toBe(
      "2026-01-31T09:30",
    );
  });

  it("calls parts by their titles, by words, or by their names, and points at them", () => {
    const node = formNode({ type: "string" });
    expect([
      labelOf("first_name", node, "titles"),
      labelOf("first_name", node, "names"),
      labelOf("x", formNode({ title: "The name" }), "titles"),
    ]).toEqual(["First name", "first_name", "The name"]);
    expect(pointerTo("/a", "b/c~d")).toBe("/a/b~1c~0d");
  });

  it("ends in JSON where it would nest for ever", () => {
    const tree: JsonSchema = {
      $ref: "#/$defs/Node",
      $defs: { Node: { type: "object", properties: { name: { type: "string" }, next: { $ref: "#/$defs/Node" } } } },
    };
    let node = formNode(tree, tree);
    const kinds = [];
    for (let depth = 0; depth < 6 && node.kind === "group"; depth++) {
      kinds.push(node.kind);
      node = partsOf(node).find(({ name }) => name === "next")?.node ?? node;
    }
    expect(kinds.length).toBe(4);
    expect(node.kind).toBe("json");
  });
});
