"use client";

import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";

import { addPages, addText } from "../api/documents";
import { useChange } from "../hooks/use-change";

/** Add a web page, with those it links to, or a text. One of both is filled in. */
export function AddDialog({ baseId, onClose }: { baseId: string; onClose: () => void }) {
  const [url, setUrl] = useState("");
  const [pages, setPages] = useState(1);
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const ofPage = url.trim() !== "";
  const { mutate, isPending } = useChange(() =>
    ofPage
      ? addPages(baseId, { url: url.trim(), max_pages: pages, max_depth: pages > 1 ? 3 : 0 })
      : addText(baseId, text, name.trim() || null),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a web page or text"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={isPending || (!ofPage && text.trim() === "")}
            onClick={() => mutate(undefined, { onSuccess: onClose })}
          >
            Add
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 pb-2">
        <div className="grid grid-cols-[1fr_7rem] gap-3">
          <Field id="url" label="Web page" hint="Links in the same folder are followed, up to so many pages.">
            <Input
              id="url"
              value={url}
              maxLength={2000}
              placeholder="https://"
              inputMode="url"
              onChange={(event) => setUrl(event.target.value)}
            />
          </Field>
          <Field id="pages" label="Pages">
            <Input
              id="pages"
              type="number"
              min={1}
              max={1000}
              value={pages}
              onChange={(event) => setPages(Math.max(1, event.target.valueAsNumber || 1))}
            />
          </Field>
        </div>
        {!ofPage && (
          <>
            <Field id="text-name" label="Name of the text">
              <Input id="text-name" value={name} maxLength={255} onChange={(event) => setName(event.target.value)} />
            </Field>
            <Field id="text" label="Text">
              <Textarea id="text" value={text} rows={8} onChange={(event) => setText(event.target.value)} />
            </Field>
          </>
        )}
      </div>
    </Dialog>
  );
}
