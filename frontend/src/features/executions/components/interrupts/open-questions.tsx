"use client";

import { CircleCheckBig } from "lucide-react";
import Link from "next/link";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { AgentIcon, TraceIcon } from "@/components/ui/icons";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { OpenQuestionOut } from "@/lib/api";
import { oneLine } from "@/lib/format";
import { isRecord } from "@/lib/is-record";
import { problemText } from "@/lib/problem";
import { openQuestionsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useNow } from "@/lib/use-now";
import { useSharedQuery } from "@/lib/use-shared-query";

import { decisions, questionTitle } from "../../model/answer";
import { AnswerForm } from "./answer-form";
import { Arguments } from "../detail/detail-parts";

/** The inbox: everything that runs wait for: one card per call that a person has to decide about. */
export function OpenQuestions() {
  const { data, error, isPending, refetch } = useSharedQuery(openQuestionsQuery());
  const now = useNow(30_000);
  return (
    <>
      <PageHeader
        title="Inbox"
        facts={data && <span className="nums text-ink-3">{data.total}</span>}
        description="Runs that wait for a decision. They cost nothing meanwhile, and the time does not count against their limit."
      />
      {isPending && <SkeletonRows rows={4} />}
      {error && (
        <Callout
          tone="bad"
          className="m-4"
          title="The questions could not be loaded"
          action={
            <Button size="sm" onClick={refetch}>
              Try again
            </Button>
          }
        >
          {problemText(error)}
        </Callout>
      )}
      {data && data.interrupts.length === 0 && (
        <EmptyState icon={<CircleCheckBig />} title="Nothing waits for you">
          An agent can be told to ask before it calls a tool: tick “Needs approval” beside the tool in its form. Its
          question then appears here, and in the trace.
        </EmptyState>
      )}
      {data && data.interrupts.length > 0 && (
        <PageBody className="max-w-4xl">
          <ul className="flex flex-col gap-4">
            {data.interrupts.map((question) => (
              <li key={question.id}>
                <QuestionCard question={question} now={now} />
              </li>
            ))}
          </ul>
          {data.total > data.interrupts.length && (
            <p className="mt-3 text-ink-3">
              {data.total - data.interrupts.length} more appear when these are answered.
            </p>
          )}
        </PageBody>
      )}
    </>
  );
}

function QuestionCard({ question, now }: { question: OpenQuestionOut; now: number }) {
  const { execution_id, query, value, reason, created_at } = question;
  const values = value.arguments;
  return (
    <Card className="min-w-0 overflow-hidden" data-testid="question">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b px-4 py-2.5">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold">
            <Title question={question} />
          </h2>
          <p className="truncate text-xs text-ink-3">{oneLine(query, 200)}</p>
        </div>
        <Link
          href={`/runs/${execution_id}`}
          className="inline-flex items-center gap-1 text-xs text-accent-ink hover:underline"
        >
          <TraceIcon className="size-3.5" /> Trace
        </Link>
        <Ago at={created_at} now={now} className="nums text-xs text-ink-3" />
      </div>
      <div className="flex min-w-0 flex-col gap-3 p-4">
        {reason === "in_doubt" && (
          <Callout tone="warn">The worker went away during this call; whether it took place is not known.</Callout>
        )}
        {isRecord(values) && <Arguments values={values} />}
        <AnswerForm
          executionId={execution_id}
          question={question}
          onAnswered={() => toast.success("Answered. Run resumed.")}
        />
      </div>
    </Card>
  );
}

function Title({ question: { agent_id, agent_name, value, reason, response_schema } }: { question: OpenQuestionOut }) {
  const agent = (
    <Link href={`/agents/${agent_id}`} className="hover:underline">
      <AgentIcon className="mr-1 inline size-3.5 align-[-2px] text-accent-ink" />
      {agent_name}
    </Link>
  );
  if (decisions(response_schema).length === 0)
    return (
      <>
        {agent}: {questionTitle({ value, response_schema }, reason)}
      </>
    );
  const tool = (
    <code className="rounded-sm bg-tool-soft px-1 py-px font-mono text-xs font-medium text-tool-ink">
      {typeof value.tool === "string" ? value.tool : "this tool"}
    </code>
  );
  return reason === "in_doubt" ? (
    <>
      Did {agent} get through with {tool}?
    </>
  ) : (
    <>
      May {agent} call {tool}?
    </>
  );
}
