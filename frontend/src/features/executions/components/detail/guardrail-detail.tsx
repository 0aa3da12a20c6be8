import { Callout } from "@/components/ui/callout";

import { verdictLine } from "../../model/guardrail-words";
import type { Step } from "../../model/trace";
import { Facts } from "./detail-parts";

const kinds: Record<string, string> = {
  max_length: "length",
  regex_allow: "required pattern",
  regex_deny: "forbidden pattern",
  json_schema: "JSON Schema",
  pii: "personal data",
  prompt_injection: "injected orders",
  llm_judge: "judged by a model",
};
const effects: Record<string, string> = {
  block: "The run ended here.",
  redact: "What was found was taken out before it went on.",
  warn: "The run went on.",
  ask: "A person is asked whether it may go on.",
};

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** What a guardrail said of a text or a call. What was found is never repeated here. */
export function GuardrailDetail({ step: { opened } }: { step: Step }) {
  if (opened.type !== "guardrail") return null;
  const { passed, action, kind, stage, tool, guardrail_id } = opened;
  return (
    <>
      <Callout tone={passed ? "info" : action === "block" ? "bad" : "warn"} title={sentence(verdictLine(opened))}>
        {passed ? "Nothing was found." : effects[action]}
      </Callout>
      <Facts
        facts={[
          ["Looks for", kinds[kind] ?? kind],
          ["Stage", stage.replaceAll("_", " ")],
          ["Call of", tool],
          ["When it finds something", action],
          [
            "Guardrail",
            <code key="guardrail" className="font-mono text-xs">
              {guardrail_id}
            </code>,
          ],
        ]}
      />
    </>
  );
}
