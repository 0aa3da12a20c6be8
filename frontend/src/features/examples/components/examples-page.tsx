"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";
import { modelNamesQuery } from "@/lib/queries";

import { examplesQuery } from "../api/examples";
import { ExampleCard } from "./example-card";

/** What several agents can do together, to be imported and tried; everything runs without a key. */
export function ExamplesPage() {
  const { data, error, refetch } = useQuery(examplesQuery());
  const models = useQuery(modelNamesQuery());
  const [model, setModel] = useState("");
  return (
    <>
      <PageHeader
        title="Examples"
        description="Agents, teams and workflows to begin with. Each is imported as yours, and runs without a key."
      />
      <PageBody className="flex max-w-6xl flex-col gap-4">
        <Field id="example-model" label="Model of their agents" hint="Empty: the server's default" className="max-w-80">
          <Input
            {...fieldAria("example-model")}
            value={model}
            list="example-models"
            placeholder="The server's default"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setModel(event.target.value)}
          />
          <datalist id="example-models">
            {(models.data ?? []).map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </Field>
        {!data && !error && <SkeletonRows />}
        {error && (
          <Callout
            tone="bad"
            title="The examples could not be loaded"
            action={
              <Button size="sm" onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {problemText(error)}
          </Callout>
        )}
        <ul aria-label="Examples" className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
          {(data ?? []).map((example) => (
            <li key={example.id} className="flex min-w-0">
              <ExampleCard example={example} model={model.trim() || null} />
            </li>
          ))}
        </ul>
      </PageBody>
    </>
  );
}
