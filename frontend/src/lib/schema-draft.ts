/** A value while it is being written in a form made from a JSON Schema: what each control holds ↔ the JSON that is sent. */
import { isRecord } from "./is-record";
import { formType, isNullable, type JsonSchema, plain, violation } from "./json-schema";

/** Text for words, numbers, choices and JSON; on or off; parts by place or by name. */
export type Draft = string | boolean | readonly Draft[] | { readonly [name: string]: Draft };

export type NodeKind = "text" | "number" | "boolean" | "choice" | "list" | "group" | "json";

/** One place of a form. */
export interface FormNode {
  kind: NodeKind;
  schema: JsonSchema;
  /** Whether null is a value, too. */
  nullable: boolean;
  /** Where references are looked up. */
  root: JsonSchema;
  /** How deep it stands; what is nested too deep is written as JSON. */
  depth: number;
}

/** JSON pointer from the form's root → the first broken rule there. */
export type DraftErrors = Record<string, string>;

const DEEPEST = 4;

/** The form's root, or the part of a form that a schema describes. */
export function formNode(schema: JsonSchema, root: JsonSchema = schema, depth = 0): FormNode {
  const own = plain(schema, root);
  return { kind: kindOf(own, depth), schema: own, nullable: isNullable(schema), root, depth };
}

/** The parts of a group: what must be there first, in the order in which the schema asks for it (databases do not keep that of properties). */
export function partsOf({ schema, root, depth }: FormNode): { name: string; node: FormNode }[] {
  const { properties = {}, required = [] } = schema;
  const names = new Set([...required.filter((name) => name in properties), ...Object.keys(properties)]);
  return [...names].map((name) => ({ name, node: formNode(properties[name] ?? {}, root, depth + 1) }));
}

/** How a part is called: by its title, by its name as words, or as it is called in code. */
export function labelOf(name: string, { schema }: FormNode, naming: "titles" | "names"): string {
  if (naming === "names") return name;
  const text = name.replaceAll(/[_-]+/g, " ").trim();
  return schema.title ?? text.charAt(0).toUpperCase() + text.slice(1);
}

/** The JSON pointer of a part of what a pointer names. */
export function pointerTo(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** What an item of a list looks like. */
export function itemOf({ schema, root, depth }: FormNode): FormNode {
  return formNode(schema.items ?? {}, root, depth + 1);
}

/** What can be chosen: the JSON of each option, and how it is called. */
export function optionsOf({ schema }: FormNode): { value: string; label: string }[] {
  const options =
    schema.enum ??
    (schema.const !== undefined
      ? [schema.const]
      : (schema.oneOf ?? schema.anyOf ?? []).flatMap(({ const: value }) => (value === undefined ? [] : [value])));
  const titles = new Map(
    (schema.oneOf ?? schema.anyOf ?? []).map(({ const: value, title }) => [JSON.stringify(value), title]),
  );
  return options.map((option) => ({
    value: JSON.stringify(option),
    label: titles.get(JSON.stringify(option)) ?? (typeof option === "string" ? option : JSON.stringify(option)),
  }));
}

/** What a new form shows: a value where there is one, else the schema's defaults. */
export function draftOf(node: FormNode, value: unknown = node.schema.default): Draft {
  const { kind, schema } = node;
  switch (kind) {
    case "group": {
      const values = isRecord(value) ? value : {};
      return Object.fromEntries(
        partsOf(node).map(({ name, node: part }) => [name, draftOf(part, values[name] ?? part.schema.default)]),
      );
    }
    case "list": {
      const items = Array.isArray(value) ? value : [];
      return items.map((item) => draftOf(itemOf(node), item));
    }
    case "boolean":
      return value === true;
    case "choice":
      // A single option is no choice: it is taken.
      return value === undefined || value === null
        ? schema.const !== undefined
          ? JSON.stringify(schema.const)
          : ""
        : JSON.stringify(value);
    case "json":
      return value === undefined || value === null
        ? ""
        : typeof value === "string" && allowsText(node)
          ? value
          : JSON.stringify(value, null, 2);
    default:
      if (value === undefined || value === null) return "";
      return schema.format === "date-time" ? localTime(String(value)) : String(value);
  }
}

/** The JSON of a form, and the broken rules by JSON pointer. Empty optional parts are left out (undefined). */
export function readDraft(
  node: FormNode,
  draft: Draft,
  { required = true, pointer = "" } = {},
): { value: unknown; errors: DraftErrors } {
  if (node.kind === "group") return readGroup(node, draft, required, pointer);
  if (node.kind === "list") return readList(node, draft, required, pointer);
  const read = readLeaf(node, draft);
  if ("error" in read) return { value: undefined, errors: { [pointer]: read.error } };
  // An empty answer to a text that must be there is a text, as long as the schema lets it be empty.
  const value =
    read.value === undefined && required && node.kind === "text" && node.schema.minLength === 0 ? "" : read.value;
  const broken = violation(node.schema, value, required);
  return { value, errors: broken ? { [pointer]: broken } : {} };
}

/** The names that must be there, with those that what was chosen makes necessary (`if … then`). */
export function requiredOf({ schema }: FormNode, draft: Draft): ReadonlySet<string> {
  const needed = new Set(schema.required ?? []);
  for (const rule of [schema, ...(schema.allOf ?? [])]) {
    const holds =
      rule.if &&
      Object.entries(rule.if.properties ?? {}).every(([name, { const: only, enum: some }]) => {
        const chosen = isGroup(draft) ? draft[name] : undefined;
        return [...(some ?? []), ...(only === undefined ? [] : [only])].some(
          (option) => JSON.stringify(option) === chosen || option === chosen,
        );
      });
    if (holds) for (const name of rule.then?.required ?? []) needed.add(name);
  }
  return needed;
}

function readGroup(
  node: FormNode,
  draft: Draft,
  required: boolean,
  pointer: string,
): { value: unknown; errors: DraftErrors } {
  if (!required && JSON.stringify(draft) === JSON.stringify(draftOf(node))) return { value: undefined, errors: {} };
  const needed = requiredOf(node, draft);
  const value: Record<string, unknown> = {};
  const errors: DraftErrors = {};
  for (const { name, node: part } of partsOf(node)) {
    const given = isGroup(draft) ? (draft[name] ?? draftOf(part)) : draftOf(part);
    const read = readDraft(part, given, { required: needed.has(name), pointer: pointerTo(pointer, name) });
    if (read.value !== undefined) value[name] = read.value;
    Object.assign(errors, read.errors);
  }
  return { value, errors };
}

function readList(
  node: FormNode,
  draft: Draft,
  required: boolean,
  pointer: string,
): { value: unknown; errors: DraftErrors } {
  const items = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  const filled = Array.isArray(node.schema.default) && node.schema.default.length > 0;
  if (items.length === 0 && !required && !filled) return { value: undefined, errors: {} };
  const read = items.map((item, place) => readDraft(itemOf(node), item, { pointer: pointerTo(pointer, place) }));
  const value = read.map((item) => item.value);
  const errors: DraftErrors = Object.assign({}, ...read.map((item) => item.errors)) as DraftErrors;
  const broken = violation(node.schema, value, required);
  return { value, errors: broken ? { ...errors, [pointer]: broken } : errors };
}

function readLeaf(node: FormNode, draft: Draft): { value: unknown } | { error: string } {
  const { kind, schema } = node;
  if (kind === "boolean") return { value: draft === true };
  const text = typeof draft === "string" ? draft : "";
  if (text.trim() === "" && (kind !== "text" || text === "")) {
    const cleared = node.nullable && schema.default !== undefined && schema.default !== null;
    return { value: cleared ? null : undefined };
  }
  if (kind === "number") return { value: Number(text) };
  if (kind === "text")
    return {
      value: schema.format === "date-time" && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : text,
    };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return allowsText(node) ? { value: text } : { error: "Not valid JSON" };
  }
}

function kindOf(schema: JsonSchema, depth: number): NodeKind {
  const branches = schema.oneOf ?? schema.anyOf;
  if (schema.const !== undefined || (branches?.length && branches.every((branch) => branch.const !== undefined)))
    return "choice";
  const type = formType(schema);
  if (type === "enum") return "choice";
  if (branches && !schema.properties) return "json";
  if (type === "string") return "text";
  if (type === "integer" || type === "number") return "number";
  if (type === "boolean") return "boolean";
  if (depth >= DEEPEST) return "json";
  if (schema.properties && Object.keys(schema.properties).length > 0) return "group";
  return schema.type === "array" && isRecord(schema.items) ? "list" : "json";
}

/** Whether words that are no JSON are a value, too: a schema without a type, or one that names text among others. */
function allowsText({ schema, root }: FormNode): boolean {
  const branches = (schema.anyOf ?? schema.oneOf)?.map((branch) => plain(branch, root));
  if (branches) return branches.some(({ type }) => type === "string");
  return schema.type === undefined
    ? schema.properties === undefined && schema.items === undefined
    : Array.isArray(schema.type) && schema.type.includes("string");
}

/** `2026-01-31T09:30` on the reader's own clock, as fields for day and time have it. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? iso
    : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function isGroup(draft: Draft): draft is { readonly [name: string]: Draft } {
  return isRecord(draft);
}
