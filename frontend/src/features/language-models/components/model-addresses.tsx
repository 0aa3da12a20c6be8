"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Network, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { AddressOut } from "@/lib/api";
import { dateTime } from "@/lib/format";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { usePermissions } from "@/lib/use-permissions";

import { modelKeys } from "../api/keys";
import { addressesQuery, allowAddress, forbidAddress } from "../api/trials";

const shown = ({ host, port }: AddressOut) => `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Where models may be besides the public internet; administrators allow addresses and take them back. */
export function ModelAddresses() {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(addressesQuery());
  const mayChange = usePermissions()("users:write");
  const [removing, setRemoving] = useState<AddressOut | null>(null);
  const forbid = useMutation({
    mutationFn: forbidAddress,
    onError: (problem) => toast.error(problemText(problem)),
    onSuccess: async () => {
      setRemoving(null);
      await queryClient.invalidateQueries({ queryKey: modelKeys.all });
    },
  });
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <Card className="min-w-0 divide-y self-start">
        {error && (
          <Callout tone="bad" className="m-3">
            {problemText(error)}
          </Callout>
        )}
        {!data && !error && <SkeletonRows rows={2} />}
        {data?.length === 0 && (
          <EmptyState icon={<Network />} title="No private addresses allowed">
            Models are asked at public addresses only. Allow the host and port of a local server, such as Ollama or vLLM
            in your network, and everybody's models may be there.
          </EmptyState>
        )}
        {data?.map((address) => (
          <div key={shown(address)} className="flex items-center gap-3 px-3 py-2">
            <div className="min-w-0 flex-1">
              <code className="font-mono break-words">{shown(address)}</code>
              <p className="text-xs text-ink-3">allowed {dateTime(address.allowed_at)}</p>
            </div>
            {mayChange && (
              <IconButton label={`Forbid ${shown(address)}`} variant="dangerGhost" onClick={() => setRemoving(address)}>
                <Trash2 />
              </IconButton>
            )}
          </div>
        ))}
      </Card>
      {mayChange && <AllowAddress />}
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={`Forbid ${removing ? shown(removing) : "the address"}?`}
        description="Models at this address are refused from their next call on."
        action="Forbid"
        busy={forbid.isPending}
        onConfirm={() => removing && forbid.mutate(removing)}
      />
    </div>
  );
}

function AllowAddress() {
  const queryClient = useQueryClient();
  const [url, setUrl] = useState("");
  const allow = useMutation({
    mutationFn: () => allowAddress(url.trim()),
    onSuccess: async () => {
      setUrl("");
      await queryClient.invalidateQueries({ queryKey: modelKeys.all });
    },
  });
  const said = allow.error
    ? (fieldProblems(toProblem(allow.error)).endpoint_url ?? problemText(allow.error))
    : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    allow.mutate();
  };
  return (
    <Card className="self-start p-4">
      <h2 className="mb-3 font-semibold">Allow an address</h2>
      <form aria-label="Allow an address" onSubmit={submit} className="flex flex-col gap-3">
        <Field
          id="address-url"
          label="Endpoint"
          required
          error={said}
          hint="Its host and port are allowed for all models; the audit log tells of it"
        >
          <Input
            {...fieldAria("address-url", said)}
            type="url"
            value={url}
            placeholder="http://10.0.0.5:11434/v1"
            onChange={(event) => {
              setUrl(event.target.value);
              allow.reset();
            }}
          />
        </Field>
        <Button type="submit" variant="primary" disabled={allow.isPending || !url.trim()}>
          Allow
        </Button>
      </form>
    </Card>
  );
}
