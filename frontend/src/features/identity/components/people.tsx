"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Callout } from "@/components/ui/callout";
import { Switch } from "@/components/ui/checkbox";
import { IconButton } from "@/components/ui/icon-button";
import { Select } from "@/components/ui/select";
import { Card, SkeletonRows } from "@/components/ui/surface";
import type { UserOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { identityKeys } from "../api/keys";
import { createUser, makePasswordLink, setUserRole, setUserStatus, usersQuery } from "../api/users";
import { type MadeLink, PasswordLinkDialog } from "./password-link-dialog";
import { SmallForm } from "./small-form";

const roles = [
  { value: "admin", label: "Admin" },
  { value: "user", label: "Developer" },
  { value: "viewer", label: "Viewer" },
] as const;

/** Everybody: roles, who is switched off, new accounts. One's own account is not changed here. */
export function People({ own }: { own: string }) {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(usersQuery());
  const refresh = () => queryClient.invalidateQueries({ queryKey: identityKeys.users });
  const onError = (problem: unknown) => toast.error(problemText(problem));
  const role = useMutation({
    mutationFn: ({ id, to }: { id: string; to: UserOut["role"] }) => setUserRole(id, to),
    onSuccess: refresh,
    onError,
  });
  const status = useMutation({
    mutationFn: ({ id, disabled }: { id: string; disabled: boolean }) => setUserStatus(id, disabled),
    onSuccess: refresh,
    onError,
  });
  const [made, setMade] = useState<MadeLink | null>(null);
  const link = useMutation({
    mutationFn: async ({ id, username }: { id: string; username: string }) =>
      setMade({ username, url: await makePasswordLink(id) }),
    onError,
  });
  if (error) return <Callout tone="bad">{problemText(error)}</Callout>;
  if (!data) return <SkeletonRows rows={3} />;
  return (
    <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_20rem]">
      <Card className="min-w-0 divide-y self-start">
        {data.users.map((user) => (
          <div key={user.id} className="flex flex-wrap items-center gap-3 px-3 py-2">
            <div className="min-w-0 flex-1 basis-40">
              <p className="flex items-center gap-1.5 truncate font-medium">
                {user.username}
                {!user.has_password && <Badge tone="warn">no password yet</Badge>}
                {user.disabled && <Badge tone="bad">off</Badge>}
              </p>
              <p className="truncate text-xs text-ink-3">{user.email}</p>
            </div>
            {user.id === own ? (
              <Badge tone="accent">{user.role_label}, you</Badge>
            ) : (
              <>
                <IconButton
                  label={`Password link for ${user.username}`}
                  disabled={link.isPending || user.disabled}
                  onClick={() => link.mutate(user)}
                >
                  <Link2 />
                </IconButton>
                <Select
                  label={`Role of ${user.username}`}
                  value={user.role}
                  options={roles}
                  onChange={(value) => role.mutate({ id: user.id, to: value as UserOut["role"] })}
                  className="h-7"
                />
                <Switch
                  label={`${user.username} may sign in`}
                  checked={!user.disabled}
                  onChange={(on) => status.mutate({ id: user.id, disabled: !on })}
                />
              </>
            )}
          </div>
        ))}
      </Card>
      <Card className="self-start p-4">
        <h2 className="mb-3 font-semibold">New account</h2>
        <SmallForm
          label="New account"
          action="Create user"
          clears
          fields={[
            { name: "username", label: "Name" },
            { name: "email", label: "E-mail", type: "email" },
            {
              name: "password",
              label: "First password",
              type: "password",
              autoComplete: "new-password",
              required: false,
              hint: "Leave empty to get a link for setting one",
            },
          ]}
          onSubmit={async ({ username = "", email = "", password = "" }) => {
            const user = await createUser({ username, email, ...(password ? { password } : {}) });
            await refresh();
            if (password) toast.success(`${username} can sign in`);
            else link.mutate(user);
          }}
        />
      </Card>
      <PasswordLinkDialog made={made} onClose={() => setMade(null)} />
    </div>
  );
}
