import { useMemo } from "react";

import { FailurePlace } from "@/components/failure-place";
import { Badge } from "@/components/ui/badge";
import { Callout } from "@/components/ui/callout";
import { CodeBlock, JsonView } from "@/components/ui/json-view";
import { Markdown } from "@/components/ui/markdown";
import { cost, count, duration } from "@/lib/format";
import { isRecord } from "@/lib/is-record";

import { questionTitle } from "../../model/answer";
import type { Step, Trace } from "../../model/trace";
import { AnswerForm } from "../interrupts/answer-form";
import { Arguments, Facts, Section, Value } from "./detail-parts";
import { GuardrailDetail } from "./guardrail-detail";
import { ModelInput } from "./model-input";
import { Children, StepFacts } from "./node-detail";
import { TaskDetail } from "./task-detail";

/** Everything about one step, as people read it. */
export function StepDetail({ trace, step, onSelect }: { trace: Trace; step: Step; onSelect: (id: string) => void }) {
  const children = useMemo(() => trace.steps.filter((other) => other.parentId === step.id), [step, trace.steps]);
  return (
    <>
      {step.error && (
        <Callout tone="bad" title={step.status === "failed" ? "Failed" : undefined}>
          {step.error}
        </Callout>
      )}
      {step.status === "lost" && (
        <Callout tone="warn">The worker went away in the middle of this step; a later attempt takes over.</Callout>
      )}
      {step.kind === "tool" && <ToolDetail step={step} />}
      {step.kind === "model" && <ModelDetail trace={trace} step={step} />}
      {step.kind === "retry" && <RetryDetail step={step} />}
      {step.kind === "guardrail" && <GuardrailDetail step={step} />}
      {step.kind === "task" && <TaskDetail step={step} />}
      {step.kind === "interrupt" && <InterruptDetail step={step} executionId={trace.executionId} />}
      {(step.kind === "node" || step.kind === "interrupt") && <StepFacts trace={trace} step={step} />}
      <Children steps={children} onSelect={onSelect} />
    </>
  );
}

function ToolDetail({ step: { opened, closed, usage } }: { step: Step }) {
  const start = opened.type === "tool_start" ? opened : null;
  const end = closed?.type === "tool_end" ? closed : null;
  return (
    <>
      {end?.error && <FailurePlace place={end.error} />}
      {start && (
        <Section title="Arguments">
          <Arguments values={start.arguments} />
        </Section>
      )}
      {end && !end.error && (
        <Section title="Result">
          <Value value={end.result} label="Result" />
        </Section>
      )}
      {end?.logs && (
        <Section title="Printed">
          <CodeBlock text={end.logs} label="Printed" />
        </Section>
      )}
      <Facts
        facts={[
          ["Duration", end ? duration(end.duration_ms) : "running"],
          ["CPU", end?.cpu_ms === null || end?.cpu_ms === undefined ? null : duration(end.cpu_ms)],
          ["Peak memory", end?.peak_memory_kb ? `${(end.peak_memory_kb / 1024).toFixed(1)} MB` : null],
          ["Model asked", usage?.model],
          ["Tokens", usage ? `${count(usage.input_tokens)} → ${count(usage.output_tokens)}` : null],
          ["Cost", cost(usage?.cost_usd)],
          ["Safe to retry", start ? (start.repeatable === false ? "no" : "yes") : null],
          [
            "Call",
            <code key="call" className="font-mono text-xs">
              {start?.call_id ?? end?.call_id}
            </code>,
          ],
        ]}
      />
    </>
  );
}

function ModelDetail({ trace, step }: { trace: Trace; step: Step }) {
  const message = step.closed?.type === "message" ? step.closed : null;
  const usage = step.usage;
  const seconds = usage ? usage.duration_ms / 1000 : 0;
  return (
    <>
      <ModelInput key={step.id} trace={trace} step={step} />
      {step.text && (
        <Section title={step.final ? "Answer" : "Text"}>
          <Markdown text={step.text} streaming={step.status === "running"} />
        </Section>
      )}
      {message?.tool_calls && message.tool_calls.length > 0 && (
        <Section title="Asks for">
          {message.tool_calls.map((call) => (
            <div key={call.id} className="flex flex-col gap-1">
              <Badge tone="tool" className="self-start">
                {call.name}
              </Badge>
              {call.arguments ? (
                <JsonView value={call.arguments} label={`Arguments of ${call.name}`} />
              ) : (
                <CodeBlock text={call.raw ?? ""} label="Unreadable arguments" />
              )}
            </div>
          ))}
        </Section>
      )}
      <Section title="Usage">
        <Facts
          facts={[
            ["Model", usage?.model ?? message?.model ?? "–"],
            ["Input tokens", usage ? count(usage.input_tokens) : null],
            ["Cached", usage?.cached_input_tokens ? count(usage.cached_input_tokens) : null],
            ["Output tokens", usage ? count(usage.output_tokens) : null],
            ["of these reasoning", usage?.reasoning_tokens ? count(usage.reasoning_tokens) : null],
            ["Token source", usage ? (usage.estimated ? "estimate" : "provider") : null],
            ["Cost", cost(usage?.cost_usd)],
            ["Duration", usage ? duration(usage.duration_ms) : null],
            [
              "First token after",
              usage?.first_token_ms === null || usage?.first_token_ms === undefined
                ? null
                : duration(usage.first_token_ms),
            ],
            [
              "Speed",
              usage && seconds > 0.05 && usage.output_tokens > 0
                ? `${Math.round(usage.output_tokens / seconds)} tokens/s`
                : null,
            ],
            ["Finish reason", message?.finish_reason],
          ]}
        />
      </Section>
    </>
  );
}

function RetryDetail({ step: { opened } }: { step: Step }) {
  if (opened.type !== "retry") return null;
  return (
    <>
      <Callout tone="warn" title={`Try number ${opened.try_number} of the ${opened.what}`}>
        {opened.reason}
      </Callout>
      <Facts
        facts={[
          ["Reason", opened.error_code],
          ["Waits before", opened.delay_s ? duration(opened.delay_s * 1000) : "not at all"],
        ]}
      />
    </>
  );
}

function InterruptDetail({ step: { opened, closed, status }, executionId }: { step: Step; executionId: string }) {
  if (opened.type !== "interrupt") return null;
  const { arguments: values } = opened.value;
  return (
    <>
      <Callout tone="warn" title={questionTitle(opened, opened.reason)}>
        {status === "waiting" ? "The run waits for you; it costs nothing meanwhile." : "Answered."}
      </Callout>
      <Section title="The call">
        {isRecord(values) ? <Arguments values={values} /> : <JsonView value={opened.value} label="Value" />}
      </Section>
      {status === "waiting" && (
        <AnswerForm
          key={opened.interrupt_id}
          executionId={executionId}
          question={{ ...opened, id: opened.interrupt_id }}
        />
      )}
      {closed?.type === "resume" && (
        <Section title="Answer">
          <JsonView value={closed.answer} label="Answer" />
        </Section>
      )}
    </>
  );
}
