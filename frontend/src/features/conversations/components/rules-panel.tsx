"use client";

import { useQuery } from "@tanstack/react-query";

import { PageBody } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { NotPermitted } from "@/components/ui/read-only";
import { SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { rulesQuery } from "../api/rules";
import { RulesForm } from "./rules-form";

/** The rules of the whole server; those who may not change them see them. */
export function RulesPanel() {
  const unseen = useRefusal("communication_rules:read");
  const { data, error, refetch } = useQuery({ ...rulesQuery(), enabled: unseen === undefined });
  if (unseen !== undefined) return <NotPermitted reason={unseen} />;
  if (error)
    return (
      <Callout
        tone="bad"
        className="m-4"
        title="The rules could not be loaded"
        action={
          <Button size="sm" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {problemText(error)}
      </Callout>
    );
  if (!data) return <SkeletonRows />;
  return (
    <PageBody className="max-w-4xl">
      <RulesForm key={JSON.stringify(data)} policy={data} />
    </PageBody>
  );
}
