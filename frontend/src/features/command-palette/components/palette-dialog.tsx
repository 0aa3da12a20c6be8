"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useState } from "react";

import { Kbd } from "@/components/ui/surface";
import { cn } from "@/lib/cn";

import { type Command, matchCommands } from "../model/match";
import { useCommands } from "./use-commands";

const optionId = (place: number) => `command-${place}`;

/** A list of commands that narrows while one types. */
export function PaletteDialog({ initial, onClose }: { initial: string; onClose: () => void }) {
  const commands = useCommands();
  const [typed, setTyped] = useState(initial);
  const [place, setPlace] = useState(0);
  const found = matchCommands(commands, typed);
  const current = Math.min(place, Math.max(0, found.length - 1));

  useEffect(() => document.getElementById(optionId(current))?.scrollIntoView({ block: "nearest" }), [current]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setPlace((current + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setPlace((current - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") run(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/35 dark:bg-black/60" />
        <Dialog.Popup className="fixed top-[14vh] left-1/2 z-50 flex max-h-[60vh] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line-strong bg-surface shadow-pop">
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <div className="flex items-center gap-2.5 border-b px-3.5">
            <Search aria-hidden className="size-4 text-ink-3" />
            <input
              role="combobox"
              aria-expanded
              aria-controls="commands"
              aria-activedescendant={found.length > 0 ? optionId(current) : undefined}
              aria-label="Search and commands"
              autoFocus
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setPlace(0);
              }}
              onKeyDown={onKeyDown}
              placeholder="Agents, tools, runs, commands …"
              className="h-11 flex-1 bg-transparent text-base outline-none"
            />
            <Kbd>Esc</Kbd>
          </div>
          <div id="commands" role="listbox" aria-label="Commands" className="overflow-y-auto p-1.5">
            {found.map((command, index) => (
              <Option
                key={command.id}
                command={command}
                id={optionId(index)}
                current={index === current}
                first={found[index - 1]?.group !== command.group}
                onPick={() => run(command)}
                onPoint={() => setPlace(index)}
              />
            ))}
            {found.length === 0 && <p className="px-3 py-8 text-center text-ink-3">Nothing fits “{typed}”.</p>}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface OptionProps {
  command: Command;
  id: string;
  current: boolean;
  first: boolean;
  onPick: () => void;
  onPoint: () => void;
}

function Option({ command, id, current, first, onPick, onPoint }: OptionProps) {
  return (
    // The keyboard is served by the field above.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={current}
      onClick={onPick}
      onMouseMove={onPoint}
      className={cn("flex h-8 cursor-default items-center gap-3 rounded-md px-2.5", current && "bg-hover")}
    >
      <span className={cn("w-18 shrink-0 text-2xs text-ink-3", !first && "invisible")}>{command.group}</span>
      <span className="min-w-0 flex-1 truncate">{command.label}</span>
      {command.hint && <span className="text-2xs text-ink-3">{command.hint}</span>}
    </div>
  );
}
