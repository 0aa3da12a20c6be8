import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

import type { ToolDraft } from "../model/tool-draft";

interface ToolGrantsProps {
  draft: ToolDraft;
  onChange: (change: Partial<ToolDraft>) => void;
  errorOf: (field: keyof ToolDraft) => string | undefined;
  open: boolean;
  tags: boolean;
}

const switches = [
  { field: "repeatable", label: "Safe to retry", text: "A crash may leave a call in doubt: may it be made again?" },
  {
    field: "reuse",
    label: "Reuse the process",
    text: "Several calls in one process: faster, but one call can see what an earlier one left.",
  },
] as const;

/** What the tool may do beyond computing: nothing, unless it is said here. */
export function ToolGrants({ draft, onChange, errorOf, open, tags }: ToolGrantsProps) {
  return (
    <details open={open} className="rounded-md border px-3 py-2">
      <summary className="cursor-default font-medium">Grants and limits</summary>
      <div className="mt-3 grid gap-3 sm:grid-cols-2">
        <Field
          id="tool-network"
          label="Network"
          error={errorOf("network")}
          hint="Hosts it may reach, with commas: api.example.com:443. Beyond the server’s defaults an administrator grants them."
        >
          <Input
            {...fieldAria("tool-network", errorOf("network"))}
            value={draft.network}
            placeholder="none"
            spellCheck={false}
            onChange={(event) => onChange({ network: event.target.value })}
          />
        </Field>
        <Field
          id="tool-secrets"
          label="Secrets"
          error={errorOf("secrets")}
          hint="Names of secrets it may read, with commas. An administrator grants them."
        >
          <Input
            {...fieldAria("tool-secrets", errorOf("secrets"))}
            value={draft.secrets}
            placeholder="none"
            spellCheck={false}
            onChange={(event) => onChange({ secrets: event.target.value })}
          />
        </Field>
        <Field id="tool-timeout" label="Time limit (s)" error={errorOf("timeout_s")}>
          <Input
            {...fieldAria("tool-timeout", errorOf("timeout_s"))}
            inputMode="decimal"
            value={draft.timeout_s}
            onChange={(event) => onChange({ timeout_s: event.target.value })}
          />
        </Field>
        {tags && (
          <Field id="tool-tags" label="Tags" error={errorOf("tags")} hint="With commas">
            <Input
              {...fieldAria("tool-tags", errorOf("tags"))}
              value={draft.tags}
              placeholder="none"
              spellCheck={false}
              onChange={(event) => onChange({ tags: event.target.value })}
            />
          </Field>
        )}
        {switches.map(({ field, label, text }) => (
          <div key={field} className="flex items-start gap-2.5 py-1">
            <Switch label={label} checked={draft[field]} onChange={(on) => onChange({ [field]: on })} />
            <div>
              <p className="text-xs font-medium text-ink-2">{label}</p>
              <p className="text-xs text-ink-3">{text}</p>
            </div>
          </div>
        ))}
      </div>
    </details>
  );
}
