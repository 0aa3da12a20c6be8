"use client";

import { useQuery } from "@tanstack/react-query";

import { Checkbox } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { modelNamesQuery } from "@/lib/queries";

import { entityNames, type GuardrailDraft } from "../../model/guardrail-draft";

interface GuardrailConfigProps {
  draft: GuardrailDraft;
  errorOf: (pointer: string) => string | undefined;
  onChange: (update: Partial<GuardrailDraft>) => void;
}

const entityWords = { email: "E-mail addresses", phone: "Phone numbers", card: "Card numbers", iban: "Bank accounts" };

/** The fields that a kind of guardrail has for itself, and which tools it is about. */
export function GuardrailConfig({ draft, errorOf, onChange }: GuardrailConfigProps) {
  return (
    <div className="flex flex-col gap-3 rounded-md bg-sunken p-3 sm:col-span-2">
      <KindFields draft={draft} errorOf={errorOf} onChange={onChange} />
      {draft.stage === "tool_call" && (
        <Line
          id="guardrail-tools"
          label="Only calls of these tools"
          hint="Names with commas; empty: all"
          value={draft.tools}
          error={errorOf("/config/tools")}
          onChange={(tools) => onChange({ tools })}
        />
      )}
    </div>
  );
}

function KindFields({ draft, errorOf, onChange }: GuardrailConfigProps) {
  switch (draft.kind) {
    case "max_length":
      return (
        <Line
          id="guardrail-chars"
          label="Characters at most"
          value={draft.maxChars}
          error={errorOf("/config/max_chars")}
          onChange={(maxChars) => onChange({ maxChars })}
        />
      );
    case "regex_allow":
    case "regex_deny":
      return (
        <Line
          id="guardrail-pattern"
          label="Regular expression"
          hint="Without lookaround and back references, so that it takes linear time"
          mono
          value={draft.pattern}
          error={errorOf("/config/pattern")}
          onChange={(pattern) => onChange({ pattern })}
        />
      );
    case "json_schema":
      return (
        <Text
          id="guardrail-schema"
          label="JSON Schema"
          mono
          value={draft.schema}
          error={errorOf("/config/json_schema")}
          onChange={(schema) => onChange({ schema })}
        />
      );
    case "pii":
      return <Entities draft={draft} error={errorOf("/config/entities")} onChange={onChange} />;
    case "prompt_injection":
      return (
        <Text
          id="guardrail-phrases"
          label="Further phrases"
          hint="One in each line, besides the known ones; case, accents and blanks do not matter"
          value={draft.phrases}
          error={errorOf("/config/phrases")}
          onChange={(phrases) => onChange({ phrases })}
        />
      );
    case "llm_judge":
      return <Judge draft={draft} errorOf={errorOf} onChange={onChange} />;
  }
}

function Judge({ draft, errorOf, onChange }: GuardrailConfigProps) {
  const models = useQuery(modelNamesQuery());
  return (
    <>
      <Text
        id="guardrail-instructions"
        label="What the judge objects to"
        hint="A judge that cannot be asked lets nothing pass"
        value={draft.instructions}
        error={errorOf("/config/instructions")}
        onChange={(instructions) => onChange({ instructions })}
      />
      <Line
        id="guardrail-model"
        label="Model"
        hint="Empty: the server's default"
        list="guardrail-models"
        value={draft.model}
        error={errorOf("/config/model")}
        onChange={(model) => onChange({ model })}
      />
      <datalist id="guardrail-models">
        {(models.data ?? []).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

function Entities({
  draft,
  error,
  onChange,
}: Pick<GuardrailConfigProps, "draft" | "onChange"> & { error: string | undefined }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-xs font-medium text-ink-2">Looks for</legend>
      {entityNames.map((entity) => (
        <div key={entity} className="flex items-center gap-2 text-sm">
          <Checkbox
            id={`guardrail-${entity}`}
            label={entityWords[entity]}
            checked={draft.entities.includes(entity)}
            onChange={(on) =>
              onChange({
                entities: entityNames.filter((name) => (name === entity ? on : draft.entities.includes(name))),
              })
            }
          />
          <label htmlFor={`guardrail-${entity}`}>{entityWords[entity]}</label>
        </div>
      ))}
      {error && (
        <p role="alert" className="text-xs text-bad-ink">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface TextProps {
  id: string;
  label: string;
  hint?: string;
  mono?: boolean;
  list?: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function Line({ id, label, hint, mono, list, value, error, onChange }: TextProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <Input
        {...fieldAria(id, error)}
        value={value}
        list={list}
        autoComplete="off"
        spellCheck={false}
        className={mono ? "font-mono text-xs" : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function Text({ id, label, hint, mono, value, error, onChange }: TextProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <Textarea
        {...fieldAria(id, error)}
        value={value}
        spellCheck={!mono}
        className={mono ? "max-h-60 font-mono text-xs" : "max-h-60"}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
