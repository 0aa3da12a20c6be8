"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NotPermitted } from "@/components/ui/read-only";
import { SkeletonRows } from "@/components/ui/surface";
import type { TemplateOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { useRefusal } from "@/lib/use-permissions";

import { workflowTemplatesQuery } from "../../api/get-workflow";
import { useWorkflowActions } from "../../hooks/use-workflow-actions";
import { processes } from "../../model/draft";
import { blank, playedBy, unplayed } from "../../model/templates";
import { AgentField } from "../inspector/choice-fields";

/** A new workflow: blank, or from a template with an agent for each of its roles. */
export function NewWorkflow() {
  const { data, error } = useQuery(workflowTemplatesQuery());
  const refused = useRefusal("workflows:write");
  const [chosen, setChosen] = useState(blank.id);
  const template = data?.templates.find(({ id }) => id === chosen) ?? blank;
  const options = [
    { id: blank.id, name: blank.name, description: "One agent, and a canvas around it.", process: "Graph" },
    ...(data?.templates ?? []).map(({ id, name, description, definition }) => {
      return { id, name, description, process: processes[definition.process_type ?? "sequential"].label };
    }),
  ];
  return (
    <>
      <PageHeader parent={{ href: "/workflows", label: "Workflows" }} title="New workflow" />
      {refused !== undefined ? (
        <NotPermitted reason={refused} />
      ) : (
        <PageBody className="flex max-w-5xl flex-col gap-5">
          {error && <Callout tone="warn">The templates could not be loaded: {problemText(error)}</Callout>}
          {!data && !error && <SkeletonRows rows={3} />}
          <fieldset className="min-w-0">
            <legend className="mb-2 font-semibold">Begin with</legend>
            <div className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
              {options.map(({ id, name, description, process }) => (
                <button
                  key={id}
                  type="button"
                  aria-pressed={id === chosen}
                  onClick={() => setChosen(id)}
                  className={cn(
                    "flex min-w-0 flex-col gap-0.5 rounded-lg border bg-surface p-3 text-left hover:border-line-strong",
                    id === chosen && "border-accent bg-accent-soft",
                  )}
                >
                  <span className="flex items-center gap-2 font-medium">
                    {name}
                    <span className="ml-auto text-2xs font-normal text-ink-3">{process}</span>
                  </span>
                  <span className="text-xs text-ink-2">{description}</span>
                </button>
              ))}
            </div>
          </fieldset>
          <NewWorkflowForm key={template.id} template={template} />
        </PageBody>
      )}
    </>
  );
}

/** The name, and who plays which part. */
function NewWorkflowForm({ template }: { template: TemplateOut }) {
  const { create } = useWorkflowActions();
  const agentCount = useQuery(agentsQuery()).data?.agents.length;
  const [name, setName] = useState(template === blank ? "" : template.name);
  const [agents, setAgents] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const missing = unplayed(template, agents);
  const said = create.error ? fieldProblems(toProblem(create.error)).name : undefined;
  const nameError = tried && name.trim() === "" ? "Needed" : said;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "" || missing.length > 0) return;
    create.mutate(playedBy(template, name, agents));
  };
  return (
    <form aria-label="New workflow" onSubmit={submit} noValidate className="flex max-w-xl flex-col gap-3">
      <Field id="new-workflow-name" label="Name" required error={nameError}>
        <Input
          {...fieldAria("new-workflow-name", nameError)}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      {agentCount === 0 && (
        <Callout
          tone="warn"
          title="There is no agent yet"
          action={<CreateLink what="agent">Create an agent</CreateLink>}
        >
          Its parts are played by agents. One agent may play several.
        </Callout>
      )}
      {Object.entries(template.roles).map(([role, words]) => (
        <AgentField
          key={role}
          id={`role-${role}`}
          label={role.charAt(0).toUpperCase() + role.slice(1)}
          hint={words}
          error={tried && missing.includes(role) ? "Choose who plays this part" : undefined}
          value={agents[role] ?? ""}
          onChange={(agent) => setAgents((before) => ({ ...before, [role]: agent }))}
        />
      ))}
      <Button type="submit" variant="primary" className="self-start" disabled={create.isPending}>
        {create.isPending ? "Creating …" : "Create workflow"}
      </Button>
    </form>
  );
}
