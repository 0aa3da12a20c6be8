"use client";

import { Code } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CodeBlock } from "@/components/ui/json-view";
import { Segmented } from "@/components/ui/segmented";
import { useSession } from "@/lib/use-session";

import { curlRun, javascriptRun, type Place, pythonRun } from "../../model/code";

const languages = [
  { value: "curl", label: "curl", write: curlRun, text: "Streams every event of the run, as it happens." },
  {
    value: "python",
    label: "Python",
    write: pythonRun,
    text: "Prints every event as it happens; httpx is all it needs.",
  },
  {
    value: "javascript",
    label: "JavaScript",
    write: javascriptRun,
    text: "Waits for the end and prints the answer, the calls and what they took.",
  },
] as const;
const QUESTION = "What is 6*7?";

/** Ask this agent from a program: ready to be pasted. */
export function CodeButton({ agentId }: { agentId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Code /> Use in code
      </Button>
      {open && <CodeDialog agentId={agentId} onClose={() => setOpen(false)} />}
    </>
  );
}

function CodeDialog({ agentId, onClose }: { agentId: string; onClose: () => void }) {
  const { user } = useSession();
  const [language, setLanguage] = useState<(typeof languages)[number]["value"]>("curl");
  const place: Place = { origin: window.location.origin, keyed: user !== null };
  const { write, label, text } = languages.find(({ value }) => value === language) ?? languages[0];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Use in code"
      description="The same agent, asked by a program. Each run appears under Runs, with its trace."
      className="w-[min(42rem,calc(100vw-1.5rem))]"
    >
      <div className="flex min-w-0 flex-col gap-2">
        <Segmented
          label="Language"
          value={language}
          options={languages}
          onChange={setLanguage}
          className="self-start"
        />
        <CodeBlock text={write(place, agentId, QUESTION)} label={`${label} code`} />
        <p className="text-xs text-ink-3">
          {text}{" "}
          {place.keyed && (
            <>
              DYNAGENT_KEY is one of your{" "}
              <Link href="/settings/access-keys" className="text-accent-ink underline underline-offset-2">
                access keys
              </Link>
              , with the scope <code className="font-mono">executions:run</code>.{" "}
            </>
          )}
          <a href="/docs" className="text-accent-ink underline underline-offset-2">
            All of the API
          </a>
        </p>
      </div>
    </Dialog>
  );
}
