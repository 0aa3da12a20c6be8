"use client";

import { Unplug } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import type { StreamState } from "@/lib/event-stream";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";

/** Says when the stream is interrupted and when the next try comes. Nothing is shown while all is well. */
export function ConnectionBanner({
  stream,
  resumed,
  onReconnect,
}: {
  stream: StreamState;
  resumed: boolean;
  onReconnect: () => void;
}) {
  const now = useNow(250, stream.phase === "waiting");
  if (stream.phase === "refused") {
    return (
      <Callout
        tone="bad"
        className="m-3"
        title={stream.status === 404 ? "There is no such run" : "The trace cannot be followed"}
      >
        {problemText(stream.body)}
      </Callout>
    );
  }
  if (stream.phase === "connecting" && resumed) return <Bar text="Connecting again …" />;
  if (stream.phase !== "waiting") return null;
  const seconds = Math.max(0, Math.ceil((stream.retryAt - now) / 1000));
  return (
    <Bar
      text={`Connection lost – next try in ${seconds} s (number ${stream.attempt}). The run goes on; nothing is missed.`}
    >
      <Button size="sm" onClick={onReconnect}>
        Try now
      </Button>
    </Bar>
  );
}

function Bar({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <div
      role="status"
      data-testid="connection-banner"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-2 border-b border-warn/50 bg-warn-soft px-4 py-1 text-sm text-warn-ink"
    >
      <Unplug aria-hidden className="size-4" />
      <span className="flex-1">{text}</span>
      {children}
    </div>
  );
}
