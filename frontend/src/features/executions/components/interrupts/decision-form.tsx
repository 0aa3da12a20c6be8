"use client";

import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";

import { SchemaForm } from "@/components/schema-form/schema-form";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { toolsQuery } from "@/lib/queries";
import { type Draft, draftOf, type FormNode } from "@/lib/schema-draft";

import { argumentsNode, errorsOf, readDecision } from "../../model/answer";
import { AnswerFrame, type AnswerFormProps } from "./answer-frame";

interface DecisionFormProps extends AnswerFormProps {
  choices: readonly { value: string; label: string }[];
}

/** A decision about one call: yes, with other arguments (in the form of its tool), with a result of one's own, no. */
export function DecisionForm({ choices, ...props }: DecisionFormProps) {
  const prefix = useId();
  const [{ decision, result, reason }, setWords] = useState({
    decision: choices[0]?.value ?? "",
    result: "",
    reason: "",
  });
  const [node, draft, setArguments] = useArguments(props.question.value);
  const read = readDecision({ decision, arguments: draft, result, reason }, node);
  return (
    <AnswerFrame {...props} read={read}>
      {(errors, changed) => {
        const put = (update: Partial<{ decision: string; result: string; reason: string }>) => {
          setWords((before) => ({ ...before, ...update }));
          changed();
        };
        const [wrongResult, wrongReason] = [errors["/result"], errors["/reason"]];
        return (
          <>
            <Segmented
              label="Decision"
              value={decision}
              options={choices}
              onChange={(value) => put({ decision: value })}
              className="h-auto flex-wrap self-start [&_button]:h-6"
            />
            {decision === "edit" && (
              <SchemaForm
                schema={node.schema}
                draft={draft}
                errors={errorsOf(errors, "arguments")}
                naming="names"
                empty="It takes no arguments."
                onChange={(next) => {
                  setArguments(next);
                  changed();
                }}
              />
            )}
            {decision === "respond" && (
              <Field id={`${prefix}result`} label="Result" hint="JSON, or plain text" error={wrongResult}>
                <Textarea
                  {...fieldAria(`${prefix}result`, wrongResult)}
                  value={result}
                  onChange={({ target }) => put({ result: target.value })}
                />
              </Field>
            )}
            {decision === "reject" && (
              <Field id={`${prefix}reason`} label="Reason" hint="Sent to the model" error={wrongReason}>
                <Input
                  {...fieldAria(`${prefix}reason`, wrongReason)}
                  value={reason}
                  onChange={({ target }) => put({ reason: target.value })}
                />
              </Field>
            )}
            {[errors[""], errors["/decision"]].map(
              (text) =>
                text && (
                  <Callout key={text} tone="bad">
                    {text}
                  </Callout>
                ),
            )}
          </>
        );
      }}
    </AnswerFrame>
  );
}

/** The call's own arguments, to be changed: in its tool's form as soon as that is known. */
function useArguments(value: Record<string, unknown>): [FormNode, Draft, (draft: Draft) => void] {
  const { data } = useQuery(toolsQuery());
  const tool = data?.tools.find(({ name, aliases }) => name === value.tool || aliases?.includes(String(value.tool)));
  const node = useMemo(() => argumentsNode(tool?.parameters), [tool?.parameters]);
  const [written, setWritten] = useState<{ node: FormNode; draft: Draft } | null>(null);
  const draft = written?.node === node ? written.draft : draftOf(node, value.arguments ?? {});
  return [node, draft, (next) => setWritten({ node, draft: next })];
}
