"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { ReadOnly } from "@/components/ui/read-only";
import { Select } from "@/components/ui/select";
import { Card } from "@/components/ui/surface";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import type { CommunicationPolicyOut } from "@/lib/api";
import { focusInvalid } from "@/lib/focus-invalid";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { conversationKeys } from "../api/keys";
import { setRules } from "../api/rules";
import { ANY, bodyOf, draftOf, MAX_RULES, moved, type PolicyDraft, policyErrors, type RuleDraft } from "../model/rules";
import { RuleRow } from "./rule-row";
import { RuleTrial } from "./rule-trial";

const NAMES = "rule-agents";
const defaults = [
  { value: "dependencies", label: "May talk as they depend on each other" },
  { value: "none", label: "May not talk" },
];

/** Who may talk to whom, how long a message may be and how long it is kept. */
export function RulesForm({ policy }: { policy: CommunicationPolicyOut }) {
  const queryClient = useQueryClient();
  const agents = useQuery(agentsQuery());
  const forbidden = useRefusal("communication_rules:write");
  const [stored] = useState(() => draftOf(policy));
  const [draft, setDraft] = useState(stored);
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState(0);
  const save = useMutation({
    mutationFn: () => setRules(bodyOf(draft)),
    onSuccess: (saved) => {
      toast.success("Rules saved: they count from the next turn or step on");
      queryClient.setQueryData(conversationKeys.rules, saved);
    },
  });
  const errors = policyErrors(draft);
  const said = save.error ? problemsUnder(toProblem(save.error), "") : {};
  const errorOf = (pointer: string) => said[pointer] ?? (tried ? errors[pointer] : undefined);
  const dirty = JSON.stringify(bodyOf(draft)) !== JSON.stringify(bodyOf(stored));
  const change = (update: Partial<PolicyDraft>) => {
    setDraft((before) => ({ ...before, ...update }));
    if (save.error) save.reset();
  };
  const put = (place: number, rule: RuleDraft) =>
    change({ rules: draft.rules.map((other, at) => (at === place ? rule : other)) });
  const add = () => {
    setMade(made + 1);
    change({ rules: [...draft.rules, { key: `new-${made}`, from: ANY, to: ANY, allowed: false }] });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    focusInvalid(event.currentTarget);
    if (Object.keys(errors).length === 0) save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Rules" className="flex flex-col gap-4">
      <ReadOnly reason={forbidden}>
        <Card className="flex flex-col gap-3 p-4">
          <div>
            <h2 className="font-semibold">Who may talk to whom</h2>
            <p className="text-sm text-ink-2">
              The first rule that is about two agents counts, from the top. They hold for all agents of this server.
            </p>
          </div>
          {draft.rules.length > 0 && (
            <ol aria-label="Rules in their order" className="flex flex-col gap-2">
              {draft.rules.map((rule, place) => (
                <RuleRow
                  key={rule.key}
                  rule={rule}
                  place={place}
                  last={place === draft.rules.length - 1}
                  names={NAMES}
                  errorOf={(field) => errorOf(`/rules/${place}/${field}`)}
                  onChange={(next) => put(place, next)}
                  onMove={(by) => change({ rules: moved(draft.rules, place, by) })}
                  onRemove={() => change({ rules: draft.rules.filter((_, at) => at !== place) })}
                />
              ))}
            </ol>
          )}
          <datalist id={NAMES}>
            <option value={ANY}>Any agent</option>
            {(agents.data?.agents ?? []).map(({ id, name }) => (
              <option key={id} value={name} />
            ))}
          </datalist>
          {forbidden === undefined && (
            <Button className="self-start" disabled={draft.rules.length >= MAX_RULES} onClick={add}>
              <Plus /> Add a rule
            </Button>
          )}
          <Field id="policy-default" label="All others">
            <Select
              id="policy-default"
              label="All others"
              value={draft.default}
              options={defaults}
              onChange={(value) => change({ default: value === "none" ? "none" : "dependencies" })}
              className="w-full max-w-80"
            />
          </Field>
          <RuleTrial draft={draft} names={NAMES} />
        </Card>
        <Card className="grid gap-3 p-4 sm:grid-cols-2">
          <h2 className="font-semibold sm:col-span-2">Messages</h2>
          <Field
            id="policy-chars"
            label="Longest message (characters)"
            error={errorOf("/max_message_chars")}
            hint="What is longer is cut as it is stored; 100 to 1,000,000"
          >
            <Input
              {...fieldAria("policy-chars", errorOf("/max_message_chars"))}
              inputMode="numeric"
              value={draft.maxChars}
              onChange={(event) => change({ maxChars: event.target.value })}
            />
          </Field>
          <Field
            id="policy-days"
            label="Kept for (days)"
            error={errorOf("/keep_messages_days")}
            hint="Older messages are removed; 1 to 36,500"
          >
            <Input
              {...fieldAria("policy-days", errorOf("/keep_messages_days"))}
              inputMode="numeric"
              value={draft.keepDays}
              onChange={(event) => change({ keepDays: event.target.value })}
            />
          </Field>
        </Card>
      </ReadOnly>
      {save.error && Object.keys(said).length === 0 && (
        <Callout tone="bad" title="Not saved">
          {problemText(save.error)}
        </Callout>
      )}
      <div className="flex items-center gap-3">
        <Button
          type="submit"
          variant="primary"
          refused={forbidden}
          disabled={save.isPending || (!dirty && forbidden === undefined)}
        >
          {save.isPending ? "Saving …" : "Save rules"}
        </Button>
        {dirty && (
          <Button variant="ghost" onClick={() => setDraft(stored)}>
            Discard changes
          </Button>
        )}
      </div>
      <UnsavedGuard dirty={dirty && !save.isPending && !save.isSuccess} />
    </form>
  );
}
