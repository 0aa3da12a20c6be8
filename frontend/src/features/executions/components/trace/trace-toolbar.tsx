import {
  ArrowDownToLine,
  ChevronsDownUp,
  ChevronsUpDown,
  CircleX,
  ListTree,
  Pause,
  Rows3,
  ZoomIn,
  ZoomOut,
} from "lucide-react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { SearchInput } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";

import type { TraceView } from "../../hooks/use-trace-view";

/** What can be done with the list: its form, a search, following, folding, the way to the error. */
export function TraceToolbar({ view, live }: { view: TraceView; live: boolean }) {
  return (
    <div
      role="toolbar"
      aria-label="Trace"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-1.5 border-b px-3 py-1"
    >
      <Segmented
        label="View"
        value={view.mode}
        onChange={view.setMode}
        options={[
          {
            value: "steps",
            label: (
              <>
                <ListTree /> Steps
              </>
            ),
          },
          {
            value: "events",
            label: (
              <>
                <Rows3 /> Events
              </>
            ),
          },
        ]}
      />
      <SearchInput
        label="Search in the trace"
        value={view.search}
        onChange={(event) => view.setSearch(event.target.value)}
        className="min-w-28 flex-1 [&_input]:h-7 [&_input]:text-xs"
      />
      {view.hasError && (
        <Button size="sm" variant="dangerGhost" aria-label="Jump to error" onClick={view.jumpToError} className="nums">
          <CircleX />{" "}
          {view.errors > 1 ? `${view.errorPlace ? `${view.errorPlace} of ` : ""}${view.errors} errors` : "Error"}
        </Button>
      )}
      {live && (
        <Button
          size="sm"
          variant={view.follow ? "secondary" : "ghost"}
          aria-pressed={view.follow}
          onClick={() => view.setFollow(!view.follow)}
        >
          {view.follow ? <Pause /> : <ArrowDownToLine />}
          {view.follow ? "Pause" : "Follow"}
        </Button>
      )}
      {view.mode === "steps" && (view.zoom !== null || (view.selected !== null && !view.selected.startsWith("#"))) && (
        <IconButton
          label={view.zoom === null ? "Zoom to this step" : "Show the whole run"}
          onClick={() => view.setZoom(view.zoom === null ? view.selected : null)}
        >
          {view.zoom === null ? <ZoomIn /> : <ZoomOut />}
        </IconButton>
      )}
      {view.mode === "steps" && (
        <IconButton
          label={view.allCollapsed ? "Expand all" : "Collapse all"}
          onClick={view.allCollapsed ? view.expandAll : view.collapseAll}
        >
          {view.allCollapsed ? <ChevronsUpDown /> : <ChevronsDownUp />}
        </IconButton>
      )}
    </div>
  );
}
