"use client";

import { useState } from "react";

import { SchemaForm } from "@/components/schema-form/schema-form";
import type { JsonSchema } from "@/lib/json-schema";
import { draftOf, formNode, readDraft } from "@/lib/schema-draft";

import { decisions } from "../../model/answer";
import { AnswerFrame, type AnswerFormProps } from "./answer-frame";
import { DecisionForm } from "./decision-form";

/** Lets a person answer; the run goes on when nothing is open any more. A decision about a call has a form of its own, any other schema is drawn as it is. */
export function AnswerForm(props: AnswerFormProps) {
  const choices = decisions(props.question.response_schema);
  return choices.length > 0 ? <DecisionForm {...props} choices={choices} /> : <SchemaAnswer {...props} />;
}

function SchemaAnswer(props: AnswerFormProps) {
  const schema = props.question.response_schema as JsonSchema;
  const [draft, setDraft] = useState(() => draftOf(formNode(schema)));
  return (
    <AnswerFrame {...props} read={readDraft(formNode(schema), draft)}>
      {(errors, changed) => (
        <>
          {schema.description && <p className="text-sm text-ink-2">{schema.description}</p>}
          <SchemaForm
            schema={schema}
            draft={draft}
            errors={errors}
            onChange={(next) => {
              setDraft(next);
              changed();
            }}
          />
        </>
      )}
    </AnswerFrame>
  );
}
