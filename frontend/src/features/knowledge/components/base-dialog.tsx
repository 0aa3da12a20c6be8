"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { KnowledgeBaseBody, KnowledgeBaseDetails } from "@/lib/api";
import { problemText, toProblem } from "@/lib/problem";

import { changeBase, createBase } from "../api/bases";
import { useChange } from "../hooks/use-change";

type Language = NonNullable<KnowledgeBaseBody["language"]>;

interface Draft {
  name: string;
  description: string;
  embedding_model: string;
  language: Language;
  chunk_size: number;
  chunk_overlap: number;
}

/** How words are reduced to their stems; `simple` for all other languages, Chinese and Japanese included. */
const languages: readonly Language[] = [
  "simple",
  "arabic",
  "armenian",
  "basque",
  "catalan",
  "danish",
  "dutch",
  "english",
  "estonian",
  "finnish",
  "french",
  "german",
  "greek",
  "hindi",
  "hungarian",
  "indonesian",
  "irish",
  "italian",
  "lithuanian",
  "nepali",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "serbian",
  "spanish",
  "swedish",
  "tamil",
  "turkish",
  "yiddish",
];

const texts = [
  ["name", "Name", "What it is called in lists and in the form of agents."],
  ["embedding_model", "Embedding model", "Empty: the built-in one. `none`: words only. Or a model of yours by name."],
] as const;

const numbers = [
  ["chunk_size", "Characters of a chunk", 100, 8000],
  ["chunk_overlap", "Shared by two chunks", 0, 4000],
] as const;

/** Make a knowledge base, or change one; how documents are cut and embedded counts from the next indexing on. */
export function BaseDialog({ base, onClose }: { base?: KnowledgeBaseDetails; onClose: () => void }) {
  const router = useRouter();
  const [draft, setDraft] = useState<Draft>(() => ({
    name: base?.name ?? "",
    description: base?.description ?? "",
    embedding_model: base?.embedding_model ?? "",
    language: languages.find((one) => one === base?.language) ?? "english",
    chunk_size: base?.chunk_size ?? 1000,
    chunk_overlap: base?.chunk_overlap ?? 100,
  }));
  const { mutate, isPending, error } = useChange(async () => {
    const body = { ...draft, name: draft.name.trim(), embedding_model: draft.embedding_model.trim() || null };
    return base ? changeBase(base.kb_id, body) : createBase(body);
  });
  const problem = error ? toProblem(error) : undefined;
  const errorOf = (field: string) => problem?.errors.find(({ pointer }) => pointer === `/${field}`)?.detail;
  const save = () =>
    mutate(undefined, {
      onSuccess: (saved) => {
        onClose();
        if (!base) router.push(`/knowledge/${saved.kb_id}`);
      },
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={base ? `Settings of ${base.name}` : "New knowledge base"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={isPending || !draft.name.trim()} onClick={save}>
            {base ? "Save" : "Create"}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3 pb-2"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {error && problem?.errors.length === 0 && <Callout tone="bad">{problemText(error)}</Callout>}
        {texts.map(([field, label, hint]) => (
          <Field key={field} id={field} label={label} hint={hint} error={errorOf(field)} required={field === "name"}>
            <Input
              {...fieldAria(field, errorOf(field))}
              value={draft[field]}
              maxLength={200}
              autoComplete="off"
              onChange={(event) => setDraft({ ...draft, [field]: event.target.value })}
            />
          </Field>
        ))}
        <Field id="language" label="Language" hint="Of the documents; `simple` where it is not listed.">
          <Select
            id="language"
            label="Language"
            value={draft.language}
            options={languages.map((value) => ({ value, label: value }))}
            onChange={(value) => setDraft({ ...draft, language: languages.find((one) => one === value) ?? "simple" })}
          />
        </Field>
        <Field id="description" label="Description" error={errorOf("description")}>
          <Textarea
            {...fieldAria("description", errorOf("description"))}
            value={draft.description}
            maxLength={4000}
            onChange={(event) => setDraft({ ...draft, description: event.target.value })}
          />
        </Field>
        <div className="grid grid-cols-2 gap-3">
          {numbers.map(([field, label, min, max]) => (
            <Field key={field} id={field} label={label} error={errorOf(field)}>
              <Input
                {...fieldAria(field, errorOf(field))}
                type="number"
                inputMode="numeric"
                min={min}
                max={max}
                value={draft[field]}
                onChange={(event) => setDraft({ ...draft, [field]: event.target.valueAsNumber || 0 })}
              />
            </Field>
          ))}
        </div>
      </form>
    </Dialog>
  );
}
