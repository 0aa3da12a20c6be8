import { Field, fieldAria } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";

import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

const parts = [
  { field: "role", label: "Role", tip: 'Who the agent is: "Senior data analyst".', placeholder: "Senior data analyst" },
  {
    field: "goal",
    label: "Goal",
    tip: "What it is to reach, so that it knows when it is done.",
    placeholder: "Answer with numbers that can be checked",
  },
  {
    field: "backstory",
    label: "Backstory",
    tip: "What it has lived through: tone, experience, what it never does.",
    placeholder: "You have worked with these tables for years and never guess.",
  },
] as const;

/** Instructions, and role, goal and backstory for those who think in them; together they are the system prompt. */
export function Instructions() {
  const { agent, updateAgent, errorOf } = useAgentBuilder();
  return (
    <BuilderPart
      title="Instructions"
      text="Together these are the system prompt: instructions first, then role, goal and backstory where given."
    >
      <Field
        id="instructions"
        label="Instructions"
        tip="Say what to do, in which order, with which tools, and what the answer should look like. Examples help more than adjectives."
        error={errorOf("instructions")}
        className="@md:col-span-2"
      >
        <Textarea
          {...fieldAria("instructions", errorOf("instructions"))}
          value={agent.instructions}
          className="max-h-96 min-h-32"
          placeholder="Use the calculator for every computation. Answer in one sentence."
          onChange={(event) => updateAgent({ instructions: event.target.value })}
        />
      </Field>
      {parts.map(({ field, label, tip, placeholder }) => (
        <Field
          key={field}
          id={field}
          label={label}
          tip={tip}
          error={errorOf(field)}
          className={field === "backstory" ? "@md:col-span-2" : ""}
        >
          <Textarea
            {...fieldAria(field, errorOf(field))}
            value={agent[field]}
            className="max-h-60 min-h-9"
            placeholder={placeholder}
            onChange={(event) => updateAgent({ [field]: event.target.value })}
          />
        </Field>
      ))}
    </BuilderPart>
  );
}
