/** The kinds of nodes: how they are called, what a new one says, and the fields of its configuration. */
import type { Config, NodeKind } from "./draft";

/** How a value is edited. */
export type Control =
  | "line"
  | "text"
  | "number"
  | "switch"
  | "json"
  | "values"
  | "condition"
  | "policy"
  | "model"
  | "tool"
  | "workflow"
  | "moment"
  | { options: readonly (readonly [value: string, label: string])[] };

export interface ConfigField {
  name: string;
  label: string;
  control: Control;
  hint?: string;
  /** What a switch back to nothing means; absent: an empty text. */
  empty?: null;
}

interface KindFacts {
  label: string;
  words: string;
  config: () => Config;
  fields: readonly ConfigField[];
}

const inputs: ConfigField = {
  name: "inputs",
  label: "Inputs",
  control: "values",
  hint: "Name → path in the state, such as steps.research.output.",
};
const timeout: ConfigField = { name: "timeout_s", label: "Time limit (s)", control: "number" };
const onError: ConfigField = { name: "on_error", label: "When it fails", control: "policy" };

/** What a task may be told besides its words; of an agent's node the same. */
export const taskFields: readonly ConfigField[] = [
  { name: "model", label: "Model", control: "model", hint: "Instead of the agent's own." },
  { name: "output_schema", label: "Output schema", control: "json", hint: "JSON Schema that the answer must fit." },
  inputs,
  onError,
  timeout,
];

export const kinds: Record<NodeKind, KindFacts> = {
  agent: {
    label: "Agent",
    words: "An agent does a task",
    config: () => ({ description: "", expected_output: "", human_input_required: false, inputs: {} }),
    fields: [
      {
        name: "description",
        label: "Task",
        control: "text",
        hint: "{{ inputs.topic }} and {{ steps.name.output }} stand for values.",
      },
      { name: "expected_output", label: "Expected output", control: "text" },
      { name: "human_input_required", label: "A person checks the result", control: "switch" },
      ...taskFields,
    ],
  },
  tool: {
    label: "Tool",
    words: "A tool is called, without a model",
    config: () => ({ tool: "", arguments: {}, inputs: {} }),
    fields: [
      { name: "tool", label: "Tool", control: "tool" },
      { name: "arguments", label: "Arguments", control: "json", hint: "A JSON object; texts in it may be templates." },
      inputs,
      onError,
      timeout,
    ],
  },
  decision: {
    label: "Decision",
    words: "Goes on along the edges whose condition holds",
    config: () => ({ take: "first" }),
    fields: [
      {
        name: "take",
        label: "Takes",
        control: {
          options: [
            ["first", "the first edge that holds"],
            ["all", "every edge that holds"],
          ],
        },
      },
    ],
  },
  aggregator: {
    label: "Aggregator",
    words: "Joins the results of several steps",
    config: () => ({ combine: "object", separator: "\n\n", wait: "all" }),
    fields: [
      {
        name: "combine",
        label: "Joins them as",
        control: {
          options: [
            ["object", "an object by name"],
            ["list", "a list"],
            ["text", "one text"],
          ],
        },
      },
      { name: "separator", label: "Between texts", control: "text" },
      {
        name: "wait",
        label: "Waits for",
        control: {
          options: [
            ["all", "all that come"],
            ["any", "the first that comes"],
          ],
        },
      },
    ],
  },
  loop: {
    label: "Loop",
    words: "Repeats the nodes within",
    config: () => ({ until: null, max_rounds: 3, on_limit: "continue", output: null }),
    fields: [
      { name: "until", label: "Until", control: "condition" },
      { name: "max_rounds", label: "Rounds at most", control: "number", hint: "1 to 100" },
      {
        name: "on_limit",
        label: "After the last round",
        control: {
          options: [
            ["continue", "go on"],
            ["fail", "fail"],
          ],
        },
      },
      { name: "output", label: "Output", control: "line", hint: "Path; empty: that of the last step.", empty: null },
    ],
  },
  timer: {
    label: "Timer",
    words: "Waits, without holding anything",
    config: () => ({ delay_s: 60, until: null, cron: null, time_zone: "UTC" }),
    fields: [
      { name: "delay_s", label: "Seconds", control: "number", hint: "Exactly one of seconds, moment and cron." },
      {
        name: "until",
        label: "Until the moment",
        control: "moment",
        hint: "With its zone: 2027-01-31T09:00:00Z",
        empty: null,
      },
      { name: "cron", label: "Until the next time of", control: "line", hint: "Cron: 0 9 * * 1-5", empty: null },
      { name: "time_zone", label: "Time zone of the cron", control: "line" },
    ],
  },
  human_input: {
    label: "Human input",
    words: "A person is asked",
    config: () => ({ prompt: "", form: { type: "string" }, timeout_s: null }),
    fields: [
      { name: "prompt", label: "Question", control: "text" },
      { name: "form", label: "Form", control: "json", hint: "JSON Schema of the answer." },
      timeout,
    ],
  },
  workflow: {
    label: "Workflow",
    words: "Another workflow as one step",
    config: () => ({ workflow_id: "", inputs: {} }),
    fields: [{ name: "workflow_id", label: "Workflow", control: "workflow" }, inputs, onError, timeout],
  },
};

/** The kinds besides agents, which are placed from their own pool. */
export const otherKinds = (Object.keys(kinds) as NodeKind[]).filter((kind) => kind !== "agent");
