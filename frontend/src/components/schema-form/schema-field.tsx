"use client";

import { Plus, X } from "lucide-react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { type Draft, draftOf, itemOf, labelOf, partsOf, pointerTo, requiredOf } from "@/lib/schema-draft";

import { SchemaControl, type SchemaFieldProps } from "./schema-control";

/** One place of the form: an object, a list, or a single control. */
export function SchemaField(props: SchemaFieldProps) {
  if (props.node.kind === "group") return <Group {...props} />;
  if (props.node.kind === "list") return <List {...props} />;
  return <SchemaControl {...props} />;
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
      {errors[pointer] && (
        <p role="alert" className="mt-2 text-xs text-bad-ink">
          {errors[pointer]}
        </p>
      )}
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
              <IconButton
                label={`Remove ${label} ${place + 1}`}
                size="iconSm"
                onClick={() => onChange(items.filter((_, at) => at !== place))}
              >
                <X />
              </IconButton>
            </li>
          ))}
        </ol>
      )}
      <Button
        size="sm"
        className="self-start"
        disabled={maxItems !== undefined && items.length >= maxItems}
        aria-label={`Add to ${label}`}
        onClick={() => onChange([...items, draftOf(item)])}
      >
        <Plus /> Add
      </Button>
      {errors[pointer] && (
        <p role="alert" className="text-xs text-bad-ink">
          {errors[pointer]}
        </p>
      )}
    </fieldset>
  );
}
