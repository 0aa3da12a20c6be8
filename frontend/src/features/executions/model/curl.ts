/** An execution as commands for a terminal. */

/** Run the same question again and stream it. */
export function curlRun(origin: string, agentId: string, query: string): string {
  return `curl -N ${quote(`${origin}/api/stream/${agentId}?query=${encodeURIComponent(query)}`)}`;
}

/** Start the same question again without waiting for it. */
export function curlStart(origin: string, agentId: string, query: string): string {
  const body = JSON.stringify({ agent_id: agentId, query, mode: "async" });
  return `curl -X POST ${quote(`${origin}/api/v1/executions`)} -H 'Content-Type: application/json' -d ${quote(body)}`;
}

/** See this trace in the terminal. */
export function curlFollow(origin: string, executionId: string): string {
  return `curl -N ${quote(`${origin}/api/v1/executions/${executionId}/stream`)}`;
}

/** A word for a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
