"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Callout } from "@/components/ui/callout";
import { Card } from "@/components/ui/surface";
import { openSession } from "@/lib/session";
import { useMounted } from "@/lib/use-mounted";

import { completeSetup } from "../api/sessions";
import { SmallForm } from "./small-form";

/** Become the first administrator, by the one-time link. Its token stands behind the #: it is never part of a request for a page. */
export function FirstSetup() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const mounted = useMounted();
  const token = mounted ? (new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "") : "";
  return (
    <>
      <PageHeader title="First setup" description="Become the administrator of this installation. The link works once." />
      <PageBody className="max-w-md">
        {mounted && !token && <Callout tone="warn" className="mb-3">There is no token in this link. Copy all of it, as the server printed it.</Callout>}
        <Card className="p-4">
          <SmallForm
            label="First setup"
            action="Become administrator"
            fields={[
              { name: "username", label: "Name", autoComplete: "username" },
              { name: "email", label: "E-mail", type: "email", autoComplete: "email" },
              { name: "password", label: "Password", type: "password", autoComplete: "new-password", hint: "At least 10 characters" },
            ]}
            onSubmit={async ({ username = "", email = "", password = "" }) => {
              openSession(await completeSetup({ token, username, email, password }));
              queryClient.clear();
              router.push("/");
            }}
          />
        </Card>
      </PageBody>
    </>
  );
}
