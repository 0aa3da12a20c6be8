"use client";

import { useQuery } from "@tanstack/react-query";

import { Field } from "@/components/ui/field";
import { Select, type SelectOption } from "@/components/ui/select";
import { agentsQuery, modelNamesQuery, toolsQuery } from "@/lib/queries";

import { workflowNamesQuery } from "../../api/list-workflows";
import type { ErrorPolicy } from "../../model/draft";
import { NumberField } from "./json-control";

export interface ChoiceFieldProps {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

/** One of a list. A value that is not in it (any more) stays to be seen. */
export function ChoiceField({
  id,
  label,
  hint,
  error,
  value,
  options,
  onChange,
}: ChoiceFieldProps & { options: readonly SelectOption[] }) {
  const known = options.some((option) => option.value === value);
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <Select
        id={id}
        label={label}
        value={value}
        className="w-full"
        options={known ? options : [...options, { value, label: value }]}
        onChange={onChange}
      />
    </Field>
  );
}

const named = (names: readonly string[]): SelectOption[] => names.map((name) => ({ value: name, label: name }));

/** A model, or nothing. */
export function ModelField({ none = "the agent's own", ...props }: ChoiceFieldProps & { none?: string }) {
  const { data = [] } = useQuery(modelNamesQuery());
  return <ChoiceField {...props} options={[{ value: "", label: none }, ...named(data)]} />;
}

/** A tool by its name. */
export function ToolField(props: ChoiceFieldProps) {
  const { data } = useQuery(toolsQuery());
  const tools = named((data?.tools ?? []).map(({ name }) => name));
  return <ChoiceField {...props} options={[{ value: "", label: "Choose …" }, ...tools]} />;
}

/** One of the caller's workflows. */
export function WorkflowField(props: ChoiceFieldProps) {
  const { data } = useQuery(workflowNamesQuery());
  const workflows = (data?.workflows ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return <ChoiceField {...props} options={[{ value: "", label: "Choose …" }, ...workflows]} />;
}

/** One of the caller's agents. */
export function AgentField(props: ChoiceFieldProps) {
  const { data } = useQuery(agentsQuery());
  const agents = (data?.agents ?? []).map(({ id, name, display_name }) => ({ value: id, label: display_name || name }));
  return <ChoiceField {...props} options={[{ value: "", label: "Choose …" }, ...agents]} />;
}

const policies: SelectOption[] = [
  { value: "fail", label: "the run fails" },
  { value: "continue", label: "the run goes on without it" },
  { value: "retry", label: "it is tried again" },
  { value: "fallback", label: "another agent does it" },
];

/** What a failed step means. */
export function PolicyFields({
  id,
  label,
  error,
  value,
  onChange,
}: {
  id: string;
  label: string;
  error?: string | undefined;
  value: ErrorPolicy;
  onChange: (value: ErrorPolicy) => void;
}) {
  const policy = value.policy ?? "fail";
  return (
    <>
      <ChoiceField
        id={id}
        label={label}
        error={error}
        value={policy}
        options={policies}
        onChange={(next) => onChange({ policy: next as NonNullable<ErrorPolicy["policy"]> })}
      />
      {policy === "retry" && (
        <NumberField
          id={`${id}-retries`}
          label="Further tries"
          hint="1 to 10"
          value={value.retries ?? 1}
          onChange={(retries) => onChange({ ...value, retries: retries ?? 1 })}
        />
      )}
      {policy === "fallback" && (
        <AgentField
          id={`${id}-agent`}
          label="Agent that stands in"
          value={value.fallback_agent_id ?? ""}
          onChange={(agent) => onChange({ ...value, fallback_agent_id: agent || null })}
        />
      )}
    </>
  );
}
