import { Callout } from "@/components/ui/callout";
import { JsonView } from "@/components/ui/json-view";
import type { SimulatedResult, SimulatedStep, SimulationOut } from "@/lib/api";
import { pretty } from "@/lib/format";

import { StepStatusSign } from "../canvas/step-status";
import { Panel } from "../inspector/panel";

/** The state at one round: what has just ended, what is due and would be asked, what came of it all. */
export function RoundView({ simulation, place }: { simulation: SimulationOut; place: number }) {
  const round = simulation.rounds[place];
  if (!round) return null;
  const atEnd = place === simulation.rounds.length - 1;
  const ended = Object.entries(round.ended);
  return (
    <>
      {atEnd && simulation.error && (
        <Callout tone="bad" className="m-3" title={simulation.error.code}>
          {simulation.error.message}
        </Callout>
      )}
      {atEnd && simulation.missing.length > 0 && (
        <Callout tone="warn" className="m-3" title="An output is needed to go on">
          {simulation.missing.join(", ")}
        </Callout>
      )}
      {atEnd && simulation.status === "completed" && (
        <Panel title="Result">
          <Value label="Result" value={simulation.output} />
        </Panel>
      )}
      <Panel title="Due now">
        {round.due.length === 0 && <p className="text-sm text-ink-3">Nothing is due any more.</p>}
        {round.due.map((step) => (
          <Due key={step.key} step={step} />
        ))}
      </Panel>
      {ended.length > 0 && (
        <Panel title="Just ended">
          {ended.map(([key, result]) => (
            <Ended key={key} name={key} result={result} />
          ))}
        </Panel>
      )}
    </>
  );
}

function Due({ step: { key, name, part, prompt, values } }: { step: SimulatedStep }) {
  return (
    <details className="min-w-0 rounded-md border px-2.5 py-1.5" open>
      <summary className="cursor-pointer text-sm font-medium">
        {name}
        {part && <span className="font-normal text-ink-3"> · {part}</span>}
        {key !== name && <code className="ml-1.5 font-mono text-2xs font-normal text-ink-3">{key}</code>}
      </summary>
      {prompt && <p className="mt-1 text-xs break-words whitespace-pre-wrap text-ink-2">{prompt}</p>}
      {Object.keys(values).length > 0 && <JsonView value={values} label={`Values of ${name}`} className="mt-1.5" />}
    </details>
  );
}

function Ended({ name, result: { status, output, error } }: { name: string; result: SimulatedResult }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <p className="flex items-center gap-2 text-sm">
        <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
        <StepStatusSign status={status} worded />
      </p>
      {error && <p className="text-xs break-words text-bad-ink">{error.message}</p>}
      {status === "completed" && <Value label={`Output of ${name}`} value={output} />}
    </div>
  );
}

function Value({ label, value }: { label: string; value: unknown }) {
  return typeof value === "string" ? (
    <p className="text-xs break-words whitespace-pre-wrap text-ink-2">{pretty(value)}</p>
  ) : (
    <JsonView value={value} label={label} />
  );
}
