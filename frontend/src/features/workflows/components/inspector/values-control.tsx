"use client";

import { Plus, X } from "lucide-react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { useReadOnly } from "@/components/ui/read-only";

interface ValuesControlProps {
  label: string;
  value: Readonly<Record<string, string>>;
  onChange: (value: Record<string, string>) => void;
}

/** Names with paths in the state, one per line. */
export function ValuesControl({ label, value, onChange }: ValuesControlProps) {
  const readOnly = useReadOnly();
  const rows = Object.entries(value);
  const put = (place: number, row: [string, string] | null) => {
    const next = rows.flatMap((old, at): [string, string][] => (at === place ? (row ? [row] : []) : [old]));
    onChange(Object.fromEntries(next));
  };
  const taken = (name: string) => rows.some(([other]) => other === name);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {rows.map(([name, path], place) => (
        <div key={place} className="flex min-w-0 items-center gap-1">
          <Input
            aria-label={`${label}: name ${place + 1}`}
            value={name}
            className="min-w-0 flex-1 font-mono text-xs"
            onChange={(event) => {
              const next = event.target.value;
              // Two of one name would be one: the second waits until it differs.
              if (next === name || !taken(next)) put(place, [next, path]);
            }}
          />
          <Input
            aria-label={`${label}: path ${place + 1}`}
            value={path}
            placeholder="steps.research.output"
            className="min-w-0 flex-[1.5] font-mono text-xs"
            onChange={(event) => put(place, [name, event.target.value])}
          />
          {!readOnly && (
            <IconButton label={`Remove ${name || "line"} from ${label}`} size="iconSm" onClick={() => put(place, null)}>
              <X />
            </IconButton>
          )}
        </div>
      ))}
      {!readOnly && (
        <Button
          size="sm"
          className="self-start"
          aria-label={`Add to ${label}`}
          onClick={() => {
            let name = "value";
            for (let number = 2; taken(name); number++) name = `value_${number}`;
            onChange({ ...value, [name]: "last" });
          }}
        >
          <Plus /> Add
        </Button>
      )}
    </div>
  );
}
