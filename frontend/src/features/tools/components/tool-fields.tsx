"use client";

import { CodeEditor } from "@/components/ui/code-editor";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

import type { Finding } from "../model/findings";
import type { ToolDraft } from "../model/tool-draft";
import { Findings } from "./findings";
import { ToolGrants } from "./tool-grants";

export interface ToolFieldsProps {
  draft: ToolDraft;
  findings: readonly Finding[];
  errorOf: (field: keyof ToolDraft) => string | undefined;
  onChange: (change: Partial<ToolDraft>) => void;
  /** A stored tool keeps its name. */
  named?: boolean;
  /** Whether the grants are open from the start. */
  grantsOpen?: boolean;
}

const MAX_CODE = 2000;

/** The fields of a tool, new or stored; what the screen objects to stands at its line and below the source. */
export function ToolFields({ draft, findings, errorOf, onChange, named = false, grantsOpen = false }: ToolFieldsProps) {
  const codeError = findings.length > 0 ? undefined : errorOf("code");
  return (
    <>
      <div
        className={
          named ? "grid gap-3 sm:grid-cols-[minmax(0,1fr)_14rem]" : "grid gap-3 sm:grid-cols-[14rem_minmax(0,1fr)]"
        }
      >
        {!named && (
          <Field
            id="tool-name"
            label="Name"
            required
            error={errorOf("name")}
            hint="Letters, digits, underscores"
            tip="The model calls the tool by this name: 3 to 31 characters."
          >
            <Input
              {...fieldAria("tool-name", errorOf("name"))}
              value={draft.name}
              autoFocus
              spellCheck={false}
              autoComplete="off"
              placeholder="reverse_string"
              className="font-mono text-xs"
              onChange={(event) => onChange({ name: event.target.value })}
            />
          </Field>
        )}
        <Field
          id="tool-description"
          label="Description"
          required
          error={errorOf("description")}
          tip="The model decides by this sentence when to call it."
        >
          <Input
            {...fieldAria("tool-description", errorOf("description"))}
            value={draft.description}
            placeholder="Reverse the characters in a string"
            onChange={(event) => onChange({ description: event.target.value })}
          />
        </Field>
        {named && (
          <Field id="tool-tags" label="Tags" error={errorOf("tags")} hint="With commas">
            <Input
              {...fieldAria("tool-tags", errorOf("tags"))}
              value={draft.tags}
              placeholder="none"
              spellCheck={false}
              onChange={(event) => onChange({ tags: event.target.value })}
            />
          </Field>
        )}
      </div>
      <Field
        id="tool-code"
        label="Source"
        required
        error={codeError}
        hint={`${draft.code.length} of ${MAX_CODE} characters. os, sys and subprocess cannot be imported.`}
      >
        <CodeEditor
          id="tool-code"
          label="Source"
          value={draft.code}
          onChange={(code) => onChange({ code })}
          marks={findings}
        />
      </Field>
      <Findings findings={findings} />
      <ToolGrants draft={draft} onChange={onChange} errorOf={errorOf} open={grantsOpen} tags={!named} />
    </>
  );
}
