"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import { Callout } from "@/components/ui/callout";
import { openSession } from "@/lib/session";
import { useMounted } from "@/lib/use-mounted";

import { completeSetup, setPasswordByLink } from "../api/sessions";
import { Entrance } from "./sign-in";
import { SmallForm } from "./small-form";

const password = {
  name: "password",
  label: "Password",
  type: "password",
  autoComplete: "new-password",
  hint: "At least 10 characters",
} as const;

/** One-time links: become the first administrator, or set a password. What stands behind the # is never part of a request for a page. */
export function FirstSetup() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const mounted = useMounted();
  const given = mounted ? new URLSearchParams(window.location.hash.slice(1)) : null;
  const [token, link] = [given?.get("token") ?? "", given?.get("password") ?? ""];
  const enter = (session: Parameters<typeof openSession>[0]) => {
    openSession(session);
    queryClient.clear();
    router.push("/");
  };
  if (link) {
    return (
      <Entrance title="Set your password" text="The link works once. Sessions you had before are ended.">
        <SmallForm
          label="Set your password"
          action="Set password"
          fields={[password]}
          onSubmit={async ({ password: chosen = "" }) => enter(await setPasswordByLink(link, chosen))}
        />
      </Entrance>
    );
  }
  return (
    <Entrance title="First setup" text="Become the administrator of this installation. The link works once.">
      {given && !token && (
        <Callout tone="warn">There is no token in this link. Copy all of it, as the server printed it.</Callout>
      )}
      <SmallForm
        label="First setup"
        action="Become administrator"
        fields={[
          { name: "username", label: "Name", autoComplete: "username" },
          { name: "email", label: "E-mail", type: "email", autoComplete: "email" },
          password,
        ]}
        onSubmit={async ({ username = "", email = "", password: chosen = "" }) =>
          enter(await completeSetup({ token, username, email, password: chosen }))
        }
      />
    </Entrance>
  );
}
