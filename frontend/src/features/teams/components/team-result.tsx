import { JsonView } from "@/components/ui/json-view";
import { Markdown } from "@/components/ui/markdown";
import { Card } from "@/components/ui/surface";

/** What a team came to: the latest output of each agent. */
export function TeamResult({ result }: { result: unknown }) {
  const outputs =
    typeof result === "object" && result !== null && !Array.isArray(result) ? Object.entries(result) : null;
  return (
    <Card className="min-w-0">
      <h2 className="border-b px-4 py-2 font-semibold">Result</h2>
      {outputs === null ? (
        <div className="p-4">
          <Output name="Result" value={result} />
        </div>
      ) : (
        <dl className="grid divide-y">
          {outputs.map(([name, value]) => (
            <div key={name} className="grid min-w-0 gap-x-4 px-4 py-2.5 md:grid-cols-[12rem_minmax(0,1fr)]">
              <dt className="font-medium break-words">{name}</dt>
              <dd className="min-w-0">
                <Output name={name} value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

function Output({ name, value }: { name: string; value: unknown }) {
  return typeof value === "string" ? <Markdown text={value} /> : <JsonView value={value} label={`Output of ${name}`} />;
}
