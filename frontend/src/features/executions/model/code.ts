/** An execution as commands for a terminal, and an agent as a few lines of a program. */

/** Whose installation, and whether it wants a key. */
export interface Place {
  origin: string;
  /** Sign-in is required: programs send an access key, here from the environment. */
  keyed: boolean;
}

/** Run a question and stream it. */
export function curlRun({ origin, keyed }: Place, agentId: string, query: string): string {
  return `curl -N ${quote(`${origin}/api/stream/${agentId}?query=${encodeURIComponent(query)}`)}${shellKey(keyed)}`;
}

/** Start a question without waiting for it. */
export function curlStart({ origin, keyed }: Place, agentId: string, query: string): string {
  const body = JSON.stringify({ agent_id: agentId, query, mode: "async" });
  return `curl -X POST ${quote(`${origin}/api/v1/executions`)}${shellKey(keyed)} -H 'Content-Type: application/json' -d ${quote(body)}`;
}

/** See a trace in the terminal. */
export function curlFollow({ origin, keyed }: Place, executionId: string): string {
  return `curl -N ${quote(`${origin}/api/v1/executions/${executionId}/stream`)}${shellKey(keyed)}`;
}

/** Ask an agent from Python and print its events as they come. */
export function pythonRun({ origin, keyed }: Place, agentId: string, query: string): string {
  const [imports, headers] = keyed
    ? ["import json\nimport os\n", `\n    headers={"Authorization": f"Bearer {os.environ['DYNAGENT_KEY']}"},`]
    : ["import json\n", ""];
  return `${imports}
import httpx

with httpx.stream(
    "GET",
    ${JSON.stringify(`${origin}/api/stream/${agentId}`)},
    params={"query": ${JSON.stringify(query)}},${headers}
    timeout=None,
) as stream:
    stream.raise_for_status()
    for line in stream.iter_lines():
        if line.startswith("data:"):
            event = json.loads(line[5:])
            print(event["type"], event.get("line") or event.get("content") or event.get("result") or "")
`;
}

/** Ask an agent from JavaScript and wait for its answer. */
export function javascriptRun({ origin, keyed }: Place, agentId: string, query: string): string {
  const headers = keyed
    ? `{ "Content-Type": "application/json", Authorization: \`Bearer \${process.env.DYNAGENT_KEY}\` }`
    : `{ "Content-Type": "application/json" }`;
  return `const response = await fetch(${JSON.stringify(`${origin}/api/v1/executions`)}, {
  method: "POST",
  headers: ${headers},
  body: JSON.stringify({ agent_id: ${JSON.stringify(agentId)}, query: ${JSON.stringify(query)}, mode: "sync" }),
});
if (!response.ok) throw new Error((await response.json()).detail);
const { result, trace, usage } = await response.json();
console.log(trace.join("\\n"), result, usage);
`;
}

function shellKey(keyed: boolean): string {
  return keyed ? ` -H "Authorization: Bearer $DYNAGENT_KEY"` : "";
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
