"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";

import { Ago } from "@/components/ui/ago";
import { Callout } from "@/components/ui/callout";
import { Checkbox } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { CodeBlock } from "@/components/ui/json-view";
import { Select } from "@/components/ui/select";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import { dateTime } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useNow } from "@/lib/use-now";

import { accessKeysQuery, createAccessKey, revokeAccessKey } from "../api/account";
import { identityKeys } from "../api/keys";
import { SmallForm } from "./small-form";

const DAY_MS = 86_400_000;
const lifetimes = [
  { value: "7", label: "in a week" },
  { value: "30", label: "in 30 days" },
  { value: "90", label: "in 90 days" },
  { value: "365", label: "in a year" },
  { value: "never", label: "never" },
];

/** Keys for programs: what each may do, when it was used; a new one is shown once. */
export function AccessKeys() {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(accessKeysQuery());
  const [made, setMade] = useState<string | null>(null);
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set());
  const [days, setDays] = useState("90");
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const now = useNow(30_000);
  const refresh = () => queryClient.invalidateQueries({ queryKey: identityKeys.accessKeys });
  const revoke = useMutation({
    mutationFn: revokeAccessKey,
    onError: (problem) => toast.error(problemText(problem)),
    onSuccess: async () => {
      setRevoking(null);
      await refresh();
    },
  });
  if (error) return <Callout tone="bad">{problemText(error)}</Callout>;
  if (!data) return <SkeletonRows rows={3} />;
  const toggle = (scope: string, on: boolean) =>
    setScopes((before) => new Set(on ? [...before, scope] : [...before].filter((other) => other !== scope)));
  return (
    <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_20rem]">
      <Card className="min-w-0 divide-y self-start">
        {data.access_keys.length === 0 && (
          <EmptyState icon={<KeyRound />} title="No keys yet">
            A key lets a program use the API in your name, as far as you allow:{" "}
            <code className="font-mono text-xs">Authorization: Bearer dyn_…</code>
          </EmptyState>
        )}
        {data.access_keys.map((key) => (
          <div key={key.id} className="flex items-center gap-3 px-3 py-2">
            <div className="min-w-0 flex-1">
              <p className="font-medium">
                {key.name} <code className="font-mono text-xs font-normal text-ink-3">{key.hint}</code>
              </p>
              <p className="text-xs break-words text-ink-3">{key.scopes.join(", ")}</p>
              <p className="text-xs text-ink-3">
                {key.last_used_at ? (
                  <>
                    used <Ago at={key.last_used_at} now={now} />
                  </>
                ) : (
                  "never used"
                )}
                {key.expires_at ? `, ends ${dateTime(key.expires_at)}` : ""}
              </p>
            </div>
            <IconButton label={`Revoke ${key.name}`} variant="dangerGhost" onClick={() => setRevoking(key)}>
              <Trash2 />
            </IconButton>
          </div>
        ))}
      </Card>
      <Card className="self-start p-4">
        <h2 className="mb-3 font-semibold">New key</h2>
        {made && (
          <Callout className="mb-3" title="Copy it now: it is shown this once">
            <CodeBlock text={made} label="Key" className="mt-1" />
          </Callout>
        )}
        <SmallForm
          label="New key"
          action="Create key"
          clears
          fields={[{ name: "name", label: "Name", hint: "What it is for" }]}
          onSubmit={async ({ name = "" }) => {
            const expires_at = days === "never" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
            setMade((await createAccessKey({ name, scopes: [...scopes], expires_at })).key);
            await refresh();
          }}
        >
          <div className="flex flex-col gap-1">
            <span className="text-xs font-medium text-ink-2">Expires</span>
            <Select label="Expires" value={days} options={lifetimes} onChange={setDays} className="w-full" />
          </div>
          <fieldset>
            <legend className="mb-1 text-xs font-medium text-ink-2">Permissions</legend>
            <div className="flex flex-col gap-1">
              {data.possible_scopes.map((scope) => (
                <div key={scope} className="flex items-center gap-2">
                  <Checkbox
                    id={`scope-${scope}`}
                    label={scope}
                    checked={scopes.has(scope)}
                    onChange={(on) => toggle(scope, on)}
                  />
                  <label htmlFor={`scope-${scope}`} className="font-mono text-xs">
                    {scope}
                  </label>
                </div>
              ))}
            </div>
          </fieldset>
        </SmallForm>
      </Card>
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => !open && setRevoking(null)}
        title={`Revoke ${revoking?.name ?? "the key"}?`}
        description="Programs that use it are refused from now on."
        action="Revoke"
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate(revoking.id)}
      />
    </div>
  );
}
