"use client";

import { Ellipsis, Pause, Play, StepForward, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { ScheduleOut } from "@/lib/api";
import { useRefusal } from "@/lib/use-permissions";

import { useScheduleActions } from "../hooks/use-schedule-actions";

/** Run now, pause or go on, remove; nothing for those who may not. */
export function ScheduleMenu({ schedule, onRemoved }: { schedule: ScheduleOut; onRemoved?: () => void }) {
  const { pause, run, remove } = useScheduleActions();
  const [removing, setRemoving] = useState(false);
  const { id, name, paused } = schedule;
  if (useRefusal("executions:run") !== undefined) return null;
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${name}`}>
            <Ellipsis />
          </Button>
        }
      >
        <MenuItem onSelect={() => run.mutate(schedule)}>
          <Play /> Run now
        </MenuItem>
        <MenuItem onSelect={() => pause.mutate({ id, paused: !paused })}>
          {paused ? (
            <>
              <StepForward /> Go on
            </>
          ) : (
            <>
              <Pause /> Pause
            </>
          )}
        </MenuItem>
        <MenuItem danger onSelect={() => setRemoving(true)}>
          <Trash2 /> Remove …
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove ${name}?`}
        description="It will not run again. The runs that it has started stay."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(schedule, {
            onSuccess: () => {
              setRemoving(false);
              onRemoved?.();
            },
          })
        }
      />
    </>
  );
}
