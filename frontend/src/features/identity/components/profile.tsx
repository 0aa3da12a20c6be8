"use client";

import { useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";

import { PageHeader } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import type { ProfileOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { openSession } from "@/lib/session";
import { toast } from "@/lib/toast";
import { useSession } from "@/lib/use-session";
import { useSharedQuery } from "@/lib/use-shared-query";

import { changePassword, profileQuery, updateProfile } from "../api/account";
import { identityKeys } from "../api/keys";
import { logOut, logOutEverywhere } from "../api/sessions";
import { useLeave } from "../hooks/use-leave";
import { Part } from "./part";
import { Sessions } from "./sessions";
import { SmallForm } from "./small-form";

/** One's own account: name, password, sessions. */
export function Profile() {
  const { data: profile, error } = useSharedQuery(profileQuery());
  const { user } = useSession();
  const leave = useLeave();
  return (
    <>
      <PageHeader
        title="Profile"
        facts={profile && <Badge tone="accent">{profile.role_label}</Badge>}
        actions={
          user && (
            <>
              <Button variant="ghost" onClick={() => leave(logOutEverywhere)}>
                Sign out everywhere
              </Button>
              <Button onClick={() => leave(logOut)}>
                <LogOut /> Sign out
              </Button>
            </>
          )
        }
      />
      {error && (
        <Callout tone="bad" className="m-4">
          {problemText(error)}
        </Callout>
      )}
      {!profile && !error && <SkeletonRows />}
      {profile && (
        <div className="grid max-w-4xl gap-4 p-4 md:grid-cols-2">
          <ProfileForms profile={profile} canSignIn={user !== null} />
        </div>
      )}
    </>
  );
}

function ProfileForms({ profile, canSignIn }: { profile: ProfileOut; canSignIn: boolean }) {
  const queryClient = useQueryClient();
  const { email, first_name, last_name } = profile;
  return (
    <>
      <Part title={profile.username}>
        <SmallForm
          label="Profile"
          action="Save"
          initial={{ email, first_name, last_name }}
          fields={[
            { name: "email", label: "E-mail", type: "email" },
            { name: "first_name", label: "First name", required: false },
            { name: "last_name", label: "Last name", required: false },
          ]}
          onSubmit={async (values) => {
            await updateProfile(values);
            await queryClient.invalidateQueries({ queryKey: identityKeys.account });
            toast.success("Saved");
          }}
        />
      </Part>
      {canSignIn && (
        <Part title="Password">
          <SmallForm
            label="Password"
            action="Change password"
            clears
            fields={[
              {
                name: "current_password",
                label: "Current password",
                type: "password",
                autoComplete: "current-password",
              },
              {
                name: "new_password",
                label: "New password",
                type: "password",
                autoComplete: "new-password",
                hint: "At least 10 characters. Other sessions are ended.",
              },
            ]}
            onSubmit={async ({ current_password = "", new_password = "" }) => {
              openSession(await changePassword({ current_password, new_password }));
              toast.success("Password changed");
            }}
          />
        </Part>
      )}
      {canSignIn && <Sessions />}
    </>
  );
}
