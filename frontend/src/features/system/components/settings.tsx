"use client";

import { useQuery } from "@tanstack/react-query";
import { BookOpen, CircleCheck, RefreshCw } from "lucide-react";
import type { ReactNode } from "react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { ThemeSwitch } from "@/components/layout/theme-switch";
import { Badge } from "@/components/ui/badge";
import { Button, buttonStyles } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { LogoMark } from "@/components/ui/logo";
import { Segmented } from "@/components/ui/segmented";
import { Card, Kbd, SkeletonRows } from "@/components/ui/surface";
import type { HealthOut } from "@/lib/api";
import { duration } from "@/lib/format";
import { healthQuery } from "@/lib/health";
import { problemText } from "@/lib/problem";
import { useMounted } from "@/lib/use-mounted";
import { useViewStore } from "@/stores/view";

const tones = { ok: "quiet", warn: "warn", fail: "bad" } as const;
const words = { ok: "works", warn: "look at it", fail: "fails" };

/** Looks, the state of every part, what this is. */
export function Settings() {
  const health = useQuery(healthQuery());
  // The navigation asks the same: its answer may be here before this part of the HTML is taken over.
  const mounted = useMounted();
  const data = mounted ? health.data : undefined;
  const error = mounted ? health.error : null;
  const isFetching = mounted && health.isFetching;
  const { rendering, setRendering } = useViewStore();
  return (
    <>
      <PageHeader title="Settings" />
      <PageBody className="flex max-w-3xl flex-col gap-5">
        <Group title="Appearance">
          <Line name="Theme" text="As the system has it, unless you choose.">
            <ThemeSwitch />
          </Line>
          <Line name="Trace details" text="How values of a step are shown at first.">
            <Segmented
              label="Trace details"
              value={rendering}
              onChange={setRendering}
              options={[
                { value: "rendered", label: "Rendered" },
                { value: "raw", label: "Raw" },
              ]}
            />
          </Line>
        </Group>
        <Group
          title="Health"
          action={
            <Button size="sm" disabled={isFetching} onClick={() => void health.refetch()}>
              <RefreshCw className={isFetching ? "animate-spin" : ""} /> Ask again
            </Button>
          }
        >
          {!data && !error && <SkeletonRows rows={4} />}
          {error && (
            <Callout tone="bad" className="m-3" title="The server does not answer">
              {problemText(error)}
            </Callout>
          )}
          {data && <Parts health={data} />}
        </Group>
        <Group title="Keyboard">
          <Line name="Search and commands">
            <Keys keys={["Ctrl", "K"]} />
          </Line>
          <Line name="Through the steps of a trace">
            <Keys keys={["↑", "↓"]} />
          </Line>
          <Line name="Fold and unfold a step">
            <Keys keys={["←", "→"]} />
          </Line>
          <Line name="Ask">
            <Keys keys={["Enter"]} />
          </Line>
        </Group>
        <Group title="About">
          <div className="flex flex-wrap items-center gap-3 p-3">
            <LogoMark className="size-9" />
            <div className="flex-1">
              <p className="font-semibold">Dynagent {data?.version}</p>
              <p className="text-ink-2">
                Agents made at run time, their Python tools, and live traces that are never lost.
              </p>
            </div>
            <a href="/docs" className={buttonStyles()}>
              <BookOpen /> API reference
            </a>
          </div>
        </Group>
      </PageBody>
    </>
  );
}

function Parts({ health }: { health: HealthOut }) {
  return Object.entries(health.parts).map(([name, part]) => (
    <Line
      key={name}
      name={name.replaceAll("_", " ")}
      text={
        <>
          {part.detail}
          {part.advice && <span className="block text-warn-ink">{part.advice}</span>}
        </>
      }
    >
      <span className="nums text-xs text-ink-3">{duration(part.latency_ms)}</span>
      <Badge tone={tones[part.status]}>
        {part.status === "ok" && <CircleCheck />}
        {words[part.status]}
      </Badge>
    </Line>
  ));
}

function Group({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className="mb-1.5 flex min-h-7 items-center justify-between">
        <h2 className="font-semibold">{title}</h2>
        {action}
      </div>
      <Card className="divide-y">{children}</Card>
    </section>
  );
}

function Line({ name, text, children }: { name: string; text?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium first-letter:uppercase">{name}</p>
        {text && <div className="text-xs break-words text-ink-3">{text}</div>}
      </div>
      {children}
    </div>
  );
}

function Keys({ keys }: { keys: string[] }) {
  return (
    <span className="flex gap-1">
      {keys.map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  );
}
