import { useState } from "react";

import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

const DEFAULT = "default";
const onTimeout = [
  { value: DEFAULT, label: "As the server is set" },
  { value: "reject", label: "The call counts as refused" },
  { value: "fail", label: "The run fails" },
];

/** Other agents that it needs or that step in, and how long it waits for people. */
export function Others() {
  const { agent, updateAgent, errorOf } = useAgentBuilder();
  // As it is typed, commas and blanks included.
  const [dependencies, setDependencies] = useState(() => agent.dependencies.join(", "));
  return (
    <BuilderPart title="Other agents and people" text="Whom it needs, who steps in, how long it waits.">
      <Field
        id="dependencies"
        label="Depends on"
        tip="Agents that must be there and active for a run to start."
        hint="Names or slugs with commas"
        error={errorOf("dependencies")}
      >
        <Input
          {...fieldAria("dependencies", errorOf("dependencies"))}
          value={dependencies}
          placeholder="None"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setDependencies(event.target.value);
            updateAgent({
              dependencies: event.target.value
                .split(",")
                .map((name) => name.trim())
                .filter(Boolean),
            });
          }}
        />
      </Field>
      <Field
        id="fallback_agent_id"
        label="Fallback agent"
        tip="The id of the agent that takes over when this one's model fails."
        error={errorOf("fallback_agent_id")}
      >
        <Input
          {...fieldAria("fallback_agent_id", errorOf("fallback_agent_id"))}
          value={agent.fallback_agent_id ?? ""}
          placeholder="None"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => updateAgent({ fallback_agent_id: event.target.value.trim() || null })}
        />
      </Field>
      <Field
        id="approval_timeout_s"
        label="Time to answer a question (s)"
        tip="How long a call that needs approval waits for a person. Empty: the server's default."
        error={errorOf("approval_timeout_s")}
      >
        <Input
          {...fieldAria("approval_timeout_s", errorOf("approval_timeout_s"))}
          type="number"
          inputMode="decimal"
          step="any"
          value={agent.approval_timeout_s ?? ""}
          placeholder="Server's default"
          onChange={(event) =>
            updateAgent({ approval_timeout_s: event.target.value === "" ? null : event.target.valueAsNumber })
          }
        />
      </Field>
      <Field id="on_approval_timeout" label="When nobody answers" error={errorOf("on_approval_timeout")}>
        <Select
          label="When nobody answers"
          value={agent.on_approval_timeout ?? DEFAULT}
          options={onTimeout}
          onChange={(value) =>
            updateAgent({ on_approval_timeout: value === "reject" || value === "fail" ? value : null })
          }
        />
      </Field>
    </BuilderPart>
  );
}
