"use client";

import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { LineDiff } from "@/components/ui/line-diff";
import { SkeletonRows } from "@/components/ui/surface";
import { shownPlace, VersionList } from "@/components/ui/version-list";
import type { ToolOut } from "@/lib/api";
import { problemText } from "@/lib/problem";

import { toolVersionsQuery } from "../api/list-tool-versions";
import { useToolActions } from "../hooks/use-tool-actions";
import { type ToolDiff, toolDiff } from "../model/tool-diff";

/** Every version of a tool: what each changed, how it differs from now, and the way back. */
export function ToolVersions({ tool, mayRestore }: { tool: ToolOut; mayRestore: boolean }) {
  const { data, error, isPending } = useQuery(toolVersionsQuery(tool.name));
  const { restore } = useToolActions(tool.name);
  const [chosen, setChosen] = useState<number | null>(null);
  if (isPending) return <SkeletonRows rows={3} />;
  if (error) return <Callout tone="bad">{problemText(error)}</Callout>;
  const versions = data.versions.map((version) => ({ ...version, name: tool.name }));
  const place = shownPlace(versions, chosen, tool.version);
  const shown = versions[place];
  if (!shown) return null;
  const before = versions[place + 1];
  const isCurrent = shown.version === tool.version;
  return (
    <div className="grid min-w-0 gap-4 md:grid-cols-[12rem_minmax(0,1fr)]">
      <VersionList versions={versions} current={tool.version} shown={shown.version} onChoose={setChosen} />
      <div className="flex min-w-0 flex-col gap-4">
        <div className="flex min-h-8 flex-wrap items-center gap-2">
          <h3 className="flex-1 font-semibold">Version {shown.version}</h3>
          {!isCurrent && mayRestore && (
            <Button
              disabled={restore.isPending}
              onClick={() => restore.mutate(shown.version, { onSuccess: () => setChosen(null) })}
            >
              <History /> Restore this version
            </Button>
          )}
        </div>
        <Diffs
          title={before ? `Changed since version ${before.version}` : "The beginning"}
          diffs={before ? toolDiff(before, shown) : []}
          empty={before ? "Nothing that can be seen here." : "The tool was registered with this version."}
        />
        {!isCurrent && (
          <Diffs
            title="What restoring it would change"
            diffs={toolDiff(tool, shown)}
            empty="Nothing: it is the same as the current version."
          />
        )}
      </div>
    </div>
  );
}

function Diffs({ title, diffs, empty }: { title: string; diffs: readonly ToolDiff[]; empty: string }) {
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h4 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">{title}</h4>
      {diffs.length === 0 && <p className="text-sm text-ink-3">{empty}</p>}
      {diffs.map(({ label, lines }) => (
        <div key={label}>
          <p className="mb-1 text-xs font-medium text-ink-2">{label}</p>
          <LineDiff lines={lines} />
        </div>
      ))}
    </section>
  );
}
