"use client";

import { PageBody, PageHeader } from "@/components/layout/page";

import { AccessKeys } from "./access-keys";

/** Keys for programs. */
export function AccessKeysPage() {
  return (
    <>
      <PageHeader title="Access keys" description="What programs use to call the API in your name." />
      <PageBody className="max-w-5xl">
        <AccessKeys />
      </PageBody>
    </>
  );
}
