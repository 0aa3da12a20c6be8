"use client";

import { PageBody, PageHeader } from "@/components/layout/page";
import { NotPermitted } from "@/components/ui/read-only";
import { SkeletonRows } from "@/components/ui/surface";
import { useRefusal } from "@/lib/use-permissions";
import { useSharedQuery } from "@/lib/use-shared-query";

import { profileQuery } from "../api/account";
import { People } from "./people";

/** Everybody, for administrators. */
export function PeoplePage() {
  const { data: profile } = useSharedQuery(profileQuery());
  const refused = useRefusal("users:read");
  return (
    <>
      <PageHeader title="People" description="Who may use this installation, and what each of them may do." />
      <PageBody className="max-w-5xl">
        {refused !== undefined && <NotPermitted reason={refused} />}
        {refused === undefined && (profile ? <People own={profile.id} /> : <SkeletonRows rows={3} />)}
      </PageBody>
    </>
  );
}
