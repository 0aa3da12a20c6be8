"use client";

import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Check } from "lucide-react";

import { useReadOnly } from "./read-only";
import { Tooltip } from "./tooltip";

interface ToggleProps {
  id?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Why it cannot be changed by the one who looks. */
  refused?: string | undefined;
}

/** A box to tick; `label` is what a screen reader says when there is no visible label. */
export function Checkbox({ id, label, checked, onChange, refused }: ToggleProps & { label?: string }) {
  const shown = useReadOnly();
  const box = (
    <Base.Root
      id={id}
      disabled={shown || refused !== undefined}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-control-line bg-surface data-checked:border-accent data-checked:bg-accent data-disabled:opacity-60"
    >
      <Base.Indicator>
        <Check className="size-3 text-on-accent" strokeWidth={3} />
      </Base.Indicator>
    </Base.Root>
  );
  return refused === undefined ? box : <Tooltip text={refused}>{box}</Tooltip>;
}

/** An on/off switch. */
export function Switch({ id, label, checked, onChange, refused }: ToggleProps & { label: string }) {
  const shown = useReadOnly();
  const control = (
    <BaseSwitch.Root
      id={id}
      disabled={shown || refused !== undefined}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      className="relative inline-flex h-4.5 w-8 shrink-0 items-center rounded-full bg-control-line transition-colors data-checked:bg-accent data-disabled:opacity-60"
    >
      <BaseSwitch.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-white shadow transition-transform data-checked:translate-x-4" />
    </BaseSwitch.Root>
  );
  return refused === undefined ? control : <Tooltip text={refused}>{control}</Tooltip>;
}
