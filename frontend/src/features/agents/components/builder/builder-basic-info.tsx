import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";

import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

/** Name and description: how people find the agent. */
export function BasicInfo() {
  const { agent, updateAgent, errorOf, isNew } = useAgentBuilder();
  return (
    <BuilderPart title="Basic information" text="How people find it.">
      <Field id="name" label="Name" required error={errorOf("name")} className="@md:col-span-2">
        <Input
          {...fieldAria("name", errorOf("name"))}
          autoFocus={isNew}
          value={agent.name}
          placeholder="Math helper"
          onChange={(event) => updateAgent({ name: event.target.value })}
        />
      </Field>
      <Field
        id="display_name"
        label="Shown as"
        tip="The name that people see, on its runs too. Empty: the name."
        error={errorOf("display_name")}
        className="@md:col-span-2"
      >
        <Input
          {...fieldAria("display_name", errorOf("display_name"))}
          value={agent.display_name ?? ""}
          placeholder={agent.name || "The name"}
          onChange={(event) => updateAgent({ display_name: event.target.value || null })}
        />
      </Field>
      <Field id="description" label="Description" error={errorOf("description")} className="@md:col-span-2">
        <Textarea
          {...fieldAria("description", errorOf("description"))}
          value={agent.description}
          className="min-h-9"
          placeholder="What it is for, in a sentence"
          onChange={(event) => updateAgent({ description: event.target.value })}
        />
      </Field>
    </BuilderPart>
  );
}
