import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

const numbers = [
  {
    field: "max_iter",
    label: "Max iterations",
    tip: "How often the agent may go round: think, call tools, think again. Then it must answer with what it has.",
    placeholder: "15",
    step: 1,
  },
  {
    field: "max_rpm",
    label: "Model calls per minute",
    tip: "Slows the agent down instead of running into the provider's limit. Empty: no limit of ours.",
    placeholder: "No limit",
    step: 1,
  },
  {
    field: "run_timeout_s",
    label: "Run timeout (s)",
    tip: "After this many seconds the run ends as timed out. Empty: the server's default.",
    placeholder: "Server's default",
    step: "any",
  },
  {
    field: "call_timeout_s",
    label: "Time limit of a call (s)",
    tip: "For one model or tool call. Empty: the server's default.",
    placeholder: "Server's default",
    step: "any",
  },
] as const;

const switches = [
  {
    field: "memory_flag",
    label: "Memory",
    tip: "Earlier turns of the same chat are given to the model; off: each turn stands alone.",
  },
  {
    field: "verbose_flag",
    label: "Verbose",
    tip: "The trace also tells the plan, and every request to the model with its numbers.",
  },
] as const;

const overflows = [
  { value: "", label: "Server's default" },
  { value: "summary", label: "Summarise the oldest turns" },
  { value: "cut", label: "Leave the oldest turns out" },
  { value: "fail", label: "End the run with an error" },
] as const;

type Overflow = "summary" | "cut" | "fail";

function isOverflow(value: string): value is Overflow {
  return value === "summary" || value === "cut" || value === "fail";
}

/** How long, how often, how much. */
export function Limits() {
  const { agent, updateAgent, errorOf } = useAgentBuilder();
  return (
    <BuilderPart title="Limits" text="Limits per run.">
      {numbers.map(({ field, label, tip, placeholder, step }) => (
        <Field key={field} id={field} label={label} tip={tip} error={errorOf(field)}>
          <Input
            {...fieldAria(field, errorOf(field))}
            type="number"
            inputMode="decimal"
            step={step}
            value={agent[field] === null || Number.isNaN(agent[field]) ? "" : agent[field]}
            placeholder={placeholder}
            onChange={(event) =>
              updateAgent({
                [field]: event.target.value === "" ? (field === "max_iter" ? 15 : null) : event.target.valueAsNumber,
              })
            }
          />
        </Field>
      ))}
      <Field
        id="context_overflow"
        label="Chats longer than the model's window"
        tip="What becomes of the oldest turns when the model has no room for them. Nothing is lost from the log."
        error={errorOf("context_overflow")}
      >
        <Select
          id="context_overflow"
          label="Chats longer than the model's window"
          value={agent.context_overflow ?? ""}
          options={overflows}
          onChange={(chosen) => updateAgent({ context_overflow: isOverflow(chosen) ? chosen : null })}
        />
      </Field>
      {switches.map(({ field, label, tip }) => (
        <div key={field} className="flex items-start gap-2.5">
          <Switch id={field} label={label} checked={agent[field]} onChange={(on) => updateAgent({ [field]: on })} />
          <div>
            <p className="text-xs font-medium text-ink-2">{label}</p>
            <p className="text-xs text-ink-3">{tip}</p>
          </div>
        </div>
      ))}
    </BuilderPart>
  );
}
