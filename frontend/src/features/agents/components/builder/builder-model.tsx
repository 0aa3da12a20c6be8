import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Slider } from "@/components/ui/slider";

import { modelFitQuery } from "../../api/check-model-fit";
import { allTools } from "../../model/tool-settings";
import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

/** Which model answers, and how freely. */
export function Model() {
  const { agent, updateAgent, errorOf, knownModels } = useAgentBuilder();
  const model = useDeferredValue(agent.model);
  const warnings = useQuery(modelFitQuery(model, allTools(agent).length > 0)).data ?? [];
  // As it is typed, commas and blanks included.
  const [fallbacks, setFallbacks] = useState(() => agent.fallback_models.join(", "));
  return (
    <BuilderPart
      title="Model"
      text="Leave empty to use the server's default model: a real one when a key is set, the demo model otherwise."
    >
      <Field
        id="model"
        label="Model"
        tip="The name under which the server knows the model, for example gpt-4o-mini."
        error={errorOf("model")}
      >
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
          {warnings.map((warning) => (
            <p key={warning} className="first-letter:uppercase">
              {warning}.
            </p>
          ))}
        </Callout>
      )}
      <Field
        id="temperature"
        label={`Temperature: ${agent.temperature ?? "the model's own"}`}
        tip="0 answers the same way every time, 1 more freely, 2 wildly. Agents with tools do well between 0 and 0.3."
        error={errorOf("temperature")}
      >
        <Slider
          label="Temperature"
          value={agent.temperature ?? 0.2}
          min={0}
          max={2}
          step={0.1}
          onChange={(value) => updateAgent({ temperature: Math.round(value * 10) / 10 })}
        />
        {agent.temperature !== null && (
          <Button size="sm" variant="ghost" onClick={() => updateAgent({ temperature: null })}>
            Leave it to the model
          </Button>
        )}
      </Field>
      <Field
        id="fallback_models"
        label="Fallback models"
        tip="Asked in this order when the first one does not answer."
        error={errorOf("fallback_models")}
        hint="Separate names with commas"
        className="@md:col-span-2"
      >
        <Input
          {...fieldAria("fallback_models", errorOf("fallback_models"))}
          value={fallbacks}
          placeholder="None"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setFallbacks(event.target.value);
            updateAgent({
              fallback_models: event.target.value
                .split(",")
                .map((name) => name.trim())
                .filter(Boolean),
            });
          }}
        />
      </Field>
    </BuilderPart>
  );
}
