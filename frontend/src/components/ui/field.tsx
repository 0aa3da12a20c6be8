import { Info } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

import { Tooltip } from "./tooltip";

export interface FieldProps {
  id: string;
  label: string;
  /** Explained in a tooltip beside the label. */
  tip?: ReactNode;
  /** Always visible below the control. */
  hint?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  /** Spoken only. */
  labelHidden?: boolean;
  className?: string;
  children: ReactNode;
}

/** Label, control, hint and error of one value. The control must carry `id` and, when in error, `fieldAria(id, error)`. */
export function Field({ id, label, tip, hint, error, required, labelHidden = false, className, children }: FieldProps) {
  return (
    <div className={cn("flex min-w-0 flex-col gap-1", className)}>
      <div className={labelHidden ? "sr-only" : "flex items-center gap-1"}>
        <label htmlFor={id} className="text-xs font-medium text-ink-2">
          {label}
          {required && <span className="text-bad-ink"> *</span>}
        </label>
        {tip && (
          <Tooltip text={tip}>
            <button type="button" aria-label={`About ${label}`} className="rounded-sm text-ink-3 hover:text-ink">
              <Info className="size-3" />
            </button>
          </Tooltip>
        )}
      </div>
      {children}
      {error ? (
        <p id={`${id}-note`} role="alert" className="text-xs text-bad-ink">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="text-xs text-ink-3">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** The attributes that tie a control to its Field. */
export function fieldAria(
  id: string,
  error?: string,
): { id: string; "aria-invalid": boolean | undefined; "aria-describedby": string } {
  return { id, "aria-invalid": error ? true : undefined, "aria-describedby": `${id}-note` };
}
