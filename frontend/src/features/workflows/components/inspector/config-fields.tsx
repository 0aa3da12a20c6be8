"use client";

import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";

import type { Condition, Config, ErrorPolicy } from "../../model/draft";
import type { ConfigField } from "../../model/kinds";
import { type Finding, markAt } from "../../model/marks";
import { ChoiceField, ModelField, PolicyFields, ToolField, WorkflowField } from "./choice-fields";
import { ConditionControl } from "./condition-control";
import { JsonField, NumberField } from "./json-control";
import { ValuesControl } from "./values-control";

interface ConfigFieldsProps {
  /** What the ids of the controls begin with. */
  prefix: string;
  fields: readonly ConfigField[];
  config: Config;
  findings?: readonly Finding[] | undefined;
  onChange: (change: Config) => void;
}

/** The configuration of a node or a task, one control per field. */
export function ConfigFields({ prefix, fields, config, findings, onChange }: ConfigFieldsProps) {
  return fields.map((field) => (
    <ConfigControl
      key={field.name}
      id={`${prefix}-${field.name}`}
      field={field}
      value={config[field.name]}
      error={markAt(findings, field.name)}
      onChange={(value) => onChange({ [field.name]: value })}
    />
  ));
}

interface ConfigControlProps {
  id: string;
  field: ConfigField;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function ConfigControl({ id, field, value, error, onChange }: ConfigControlProps) {
  const { label, hint, control, empty } = field;
  const shared = { id, label, hint, error };
  const text = typeof value === "string" ? value : "";
  const typed = (next: string) => onChange(next === "" && empty === null ? null : next);
  if (typeof control === "object") {
    const options = control.options.map(([option, words]) => ({ value: option, label: words }));
    return <ChoiceField {...shared} value={text} options={options} onChange={onChange} />;
  }
  switch (control) {
    case "text":
      return (
        <Field {...shared}>
          <Textarea {...fieldAria(id, error)} value={text} onChange={(event) => typed(event.target.value)} />
        </Field>
      );
    case "number":
      return <NumberField {...shared} value={typeof value === "number" ? value : null} onChange={onChange} />;
    case "switch":
      return (
        <div className="flex items-center justify-between gap-2">
          <span className="text-xs font-medium text-ink-2">{label}</span>
          <Switch id={id} label={label} checked={value === true} onChange={onChange} />
        </div>
      );
    case "json":
      return <JsonField {...shared} value={value} onChange={onChange} />;
    case "values":
      return (
        <fieldset className="flex min-w-0 flex-col gap-1">
          <legend className="mb-1 text-xs font-medium text-ink-2">{label}</legend>
          <p className="-mt-1 text-xs text-ink-3">{hint}</p>
          <ValuesControl label={label} value={(value ?? {}) as Record<string, string>} onChange={onChange} />
          {error && (
            <p role="alert" className="text-xs text-bad-ink">
              {error}
            </p>
          )}
        </fieldset>
      );
    case "condition":
      return (
        <ConditionControl
          id={id}
          label={label}
          none="the last round"
          error={error}
          value={(value ?? null) as Condition | null}
          onChange={onChange}
        />
      );
    case "policy":
      return (
        <PolicyFields id={id} label={label} error={error} value={(value ?? {}) as ErrorPolicy} onChange={onChange} />
      );
    case "model":
      return <ModelField {...shared} value={text} onChange={(next) => onChange(next || null)} />;
    case "tool":
      return <ToolField {...shared} value={text} onChange={onChange} />;
    case "workflow":
      return <WorkflowField {...shared} value={text} onChange={onChange} />;
    default:
      return (
        <Field {...shared}>
          <Input {...fieldAria(id, error)} value={text} onChange={(event) => typed(event.target.value)} />
        </Field>
      );
  }
}
