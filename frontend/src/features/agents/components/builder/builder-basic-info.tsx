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
