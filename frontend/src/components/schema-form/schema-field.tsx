"use client";

import { Plus, X } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { type Draft, type DraftErrors, draftOf, type FormNode, itemOf, labelOf, optionsOf, partsOf, pointerTo, requiredOf } from "@/lib/schema-draft";

export interface SchemaFieldProps {
  id: string;
  label: string;
  node: FormNode;
  draft: Draft;
  pointer: string;
  errors: DraftErrors;
  naming: "titles" | "names";
  required: boolean;
  /** An item of a list: its label is only spoken. */
  item?: boolean;
  onChange: (draft: Draft) => void;
}

/** The control of one place of the form, by its kind. */
export function SchemaField(props: SchemaFieldProps) {
  const { id, label, node, draft, pointer, errors, required, item = false, onChange } = props;
  const { kind, schema } = node;
  if (kind === "group") return <Group {...props} />;
  if (kind === "list") return <List {...props} />;
  const error = errors[pointer] ?? (kind === "json" ? below(pointer, errors) : undefined);
  const shared = { id, label, hint: schema.description, error, required, labelHidden: item };
  const text = typeof draft === "string" ? draft : "";
  if (kind === "boolean") {
    return (
      <Field {...shared}>
        <Switch id={id} label={label} checked={draft === true} onChange={onChange} />
      </Field>
    );
  }
  if (kind === "choice") {
    return (
      <Field {...shared}>
        <Select id={id} label={label} value={text} options={[{ value: "", label: required ? "Choose …" : "–" }, ...optionsOf(node)]} onChange={onChange} className="w-full" />
      </Field>
    );
  }
  if (kind === "number") {
    return (
      <Field {...shared}>
        <Input {...fieldAria(id, error)} inputMode="decimal" value={text} placeholder={example(schema.examples)} onChange={(event) => onChange(event.target.value)} className="max-w-40" />
      </Field>
    );
  }
  const type = kind === "text" ? (inputTypes[schema.format ?? ""] ?? (item ? "text" : undefined)) : undefined;
  if (type) {
    return (
      <Field {...shared}>
        <Input {...fieldAria(id, error)} type={type} value={text} autoComplete="off" placeholder={example(schema.examples)} onChange={(event) => onChange(event.target.value)} className={type.startsWith("date") || type === "time" ? "max-w-56" : undefined} />
      </Field>
    );
  }
  const json = kind === "json";
  return (
    <Field {...shared}>
      <Textarea {...fieldAria(id, error)} value={text} spellCheck={!json} placeholder={json ? "JSON" : example(schema.examples)} className={json ? "font-mono text-xs" : "min-h-9"} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

const inputTypes: Record<string, string> = { email: "email", uri: "url", date: "date", time: "time", "date-time": "datetime-local", password: "password" };

function example(examples: readonly unknown[] | undefined): string | undefined {
  return examples?.[0] === undefined ? undefined : String(examples[0]);
}

/** What is wrong inside a value that is written as JSON, with its place. */
function below(pointer: string, errors: DraftErrors): string | undefined {
  const inside = Object.entries(errors).find(([place]) => place.startsWith(`${pointer}/`));
  return inside && `${inside[0].slice(pointer.length + 1)}: ${inside[1]}`;
}

/** An object inside a form: its parts under its name. */
function Group({ id, label, node, draft, pointer, errors, naming, required, onChange }: SchemaFieldProps) {
  const values = (typeof draft === "object" ? draft : {}) as Readonly<Record<string, Draft>>;
  const needed = requiredOf(node, draft);
  return (
    <fieldset className="min-w-0 rounded-md border px-3 pt-1 pb-3">
      <legend className="px-1 text-xs font-medium text-ink-2">
        {label}
        {required && <span className="text-bad-ink"> *</span>}
      </legend>
      {node.schema.description && <p className="mb-2 text-xs text-ink-3">{node.schema.description}</p>}
      <div className="flex min-w-0 flex-col gap-3">
        {partsOf(node).map(({ name, node: part }) => (
          <SchemaField
            key={name}
            id={`${id}-${name}`}
            label={labelOf(name, part, naming)}
            node={part}
            draft={values[name] ?? ""}
            pointer={pointerTo(pointer, name)}
            errors={errors}
            naming={naming}
            required={needed.has(name)}
            onChange={(value) => onChange({ ...values, [name]: value })}
          />
        ))}
      </div>
      {errors[pointer] && <p role="alert" className="mt-2 text-xs text-bad-ink">{errors[pointer]}</p>}
    </fieldset>
  );
}

/** A list inside a form: its items one below the other, to be added and taken away. */
function List({ id, label, node, draft, pointer, errors, naming, required, onChange }: SchemaFieldProps) {
  const items = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  const item = itemOf(node);
  const { maxItems, description } = node.schema;
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 text-xs font-medium text-ink-2">
        {label}
        {required && <span className="text-bad-ink"> *</span>}
      </legend>
      {description && <p className="-mt-1 text-xs text-ink-3">{description}</p>}
      {items.length > 0 && (
        <ol aria-label={label} className="flex min-w-0 flex-col gap-1.5">
          {items.map((value, place) => (
            <li key={place} className="flex min-w-0 items-start gap-1">
              <div className="min-w-0 flex-1">
                <SchemaField
                  id={`${id}-${place}`}
                  label={`${label} ${place + 1}`}
                  node={item}
                  draft={value}
                  pointer={pointerTo(pointer, place)}
                  errors={errors}
                  naming={naming}
                  required
                  item
                  onChange={(next) => onChange(items.map((other, at) => (at === place ? next : other)))}
                />
              </div>
              <IconButton label={`Remove ${label} ${place + 1}`} size="iconSm" onClick={() => onChange(items.filter((_, at) => at !== place))}>
                <X />
              </IconButton>
            </li>
          ))}
        </ol>
      )}
      <Button size="sm" className="self-start" disabled={maxItems !== undefined && items.length >= maxItems} aria-label={`Add to ${label}`} onClick={() => onChange([...items, draftOf(item)])}>
        <Plus /> Add
      </Button>
      {errors[pointer] && <p role="alert" className="text-xs text-bad-ink">{errors[pointer]}</p>}
    </fieldset>
  );
}
