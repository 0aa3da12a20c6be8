import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";

import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Slider } from "@/components/ui/slider";

import { modelFitQuery } from "../api/check-model-fit";
import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

/** Which model answers, and how freely. */
export function Model() {
  const { agent, updateAgent, errorOf, knownModels } = useAgentBuilder();
  const model = useDeferredValue(agent.model);
  const warnings = useQuery(modelFitQuery(model, agent.tools.length > 0)).data ?? [];
  return (
    <BuilderPart title="Model" text="Left empty, the server's default answers: a real model when a key is set, the demo model otherwise.">
      <Field id="model" label="Model" tip="The name under which the server knows the model, for example gpt-4o-mini." error={errorOf("model")}>
        <Input
          {...fieldAria("model", errorOf("model"))}
          value={agent.model ?? ""}
          list="known-models"
          placeholder="Server's default"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => updateAgent({ model: event.target.value.trim() || null })}
        />
        <datalist id="known-models">
          {knownModels.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Field>
      {warnings.length > 0 && (
        <Callout tone="warn" title={`${model} may not be able to do this`}>
          {warnings.map((warning) => <p key={warning} className="first-letter:uppercase">{warning}.</p>)}
        </Callout>
      )}
      <Field
        id="temperature"
        label={`Temperature: ${agent.temperature}`}
        tip="0 answers the same way every time, 1 more freely, 2 wildly. Agents with tools do well between 0 and 0.3."
        error={errorOf("temperature")}
      >
        <Slider label="Temperature" value={agent.temperature} min={0} max={2} step={0.1} onChange={(value) => updateAgent({ temperature: Math.round(value * 10) / 10 })} />
      </Field>
    </BuilderPart>
  );
}
