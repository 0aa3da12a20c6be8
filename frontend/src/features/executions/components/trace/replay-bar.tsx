"use client";

import { Pause, Play, SkipForward } from "lucide-react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Select } from "@/components/ui/select";
import { Slider } from "@/components/ui/slider";
import { duration } from "@/lib/format";

import type { Replay } from "../../hooks/use-replay";

const speeds = ["0.25", "0.5", "1", "2", "4", "16"].map((value) => ({ value, label: `${value}×` }));

/** Plays a finished run again: at its own speed, faster, slower, or wherever the handle is put. */
export function ReplayBar({ replay }: { replay: Replay }) {
  if (!replay.available) return null;
  const { at, total, playing, active, speed } = replay;
  return (
    <div role="group" aria-label="Replay" className="flex h-11 shrink-0 items-center gap-2 border-t bg-sunken px-3">
      <IconButton label={playing ? "Pause the replay" : "Replay"} variant="secondary" onClick={replay.toggle}>
        {playing ? <Pause /> : <Play />}
      </IconButton>
      <span className="nums hidden w-32 text-xs whitespace-nowrap text-ink-2 sm:inline">
        {duration(at * 1000)} / {duration(total * 1000)}
      </span>
      <Slider
        label="Moment of the run"
        value={at}
        min={0}
        max={total}
        step={Math.max(total / 1000, 0.001)}
        onChange={replay.seek}
        text={(value) => duration(value * 1000)}
        className="min-w-16 flex-1"
      />
      <Select
        label="Speed"
        value={String(speed)}
        options={speeds}
        onChange={(value) => replay.setSpeed(Number(value))}
        className="h-7 w-18 text-xs"
      />
      <Button size="sm" variant="ghost" disabled={!active} onClick={replay.exit}>
        <SkipForward /> <span className="max-sm:sr-only">To the end</span>
      </Button>
    </div>
  );
}
