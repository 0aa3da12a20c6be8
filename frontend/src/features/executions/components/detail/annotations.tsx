"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Input, Textarea } from "@/components/ui/input";
import { Markdown } from "@/components/ui/markdown";
import type { AnnotationsOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { annotate, type AnnotationChange, annotationsQuery } from "../../api/annotations";
import { executionKeys } from "../../api/keys";
import { Section } from "./detail-parts";

/** Thumbs, tags and notes on a run; those on another user's run are only shown. */
export function Annotations({ executionId, owner = null }: { executionId: string; owner?: string | null }) {
  const queryClient = useQueryClient();
  const { data } = useQuery(annotationsQuery(executionId, owner));
  const change = useMutation({
    mutationFn: (wanted: AnnotationChange) => annotate(executionId, wanted),
    onSuccess: (said) => queryClient.setQueryData(executionKeys.annotations(executionId), said),
    onError: (error) => toast.error(problemText(error)),
  });
  const forbidden = useRefusal("annotations:write");
  if (!data) return null;
  const refused = owner === null ? forbidden : "Another user's run is only shown.";
  const shared = { said: data, onChange: change.mutate, refused };
  return (
    <Section title="Feedback, tags, notes">
      <Feedback key={`feedback ${data.feedback?.comment}`} {...shared} />
      <Tags key={`tags ${data.tags.join()}`} {...shared} />
      <Notes key={`notes ${data.updated_at}`} {...shared} />
    </Section>
  );
}

interface PartProps {
  said: AnnotationsOut;
  onChange: (change: AnnotationChange) => void;
  refused: string | undefined;
}

function Feedback({ said, onChange, refused }: PartProps) {
  const [comment, setComment] = useState(said.feedback?.comment ?? "");
  const rating = said.feedback?.rating;
  const rate = (wanted: "up" | "down") =>
    onChange({ feedback: wanted === rating ? null : { rating: wanted, comment } });
  return (
    <div className="flex items-center gap-1">
      <IconButton label="Good" aria-pressed={rating === "up"} refused={refused} onClick={() => rate("up")}>
        <ThumbsUp className={rating === "up" ? "fill-current" : undefined} />
      </IconButton>
      <IconButton label="Bad" aria-pressed={rating === "down"} refused={refused} onClick={() => rate("down")}>
        <ThumbsDown className={rating === "down" ? "fill-current" : undefined} />
      </IconButton>
      {rating && (
        <Input
          aria-label="Comment on the rating"
          placeholder="Why?"
          value={comment}
          readOnly={refused !== undefined}
          onChange={(event) => setComment(event.target.value)}
          onBlur={() => {
            if (comment !== (said.feedback?.comment ?? "")) onChange({ feedback: { rating, comment } });
          }}
        />
      )}
    </div>
  );
}

function Tags({ said, onChange, refused }: PartProps) {
  const [text, setText] = useState(said.tags.join(", "));
  const tags = text
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
  return (
    <Input
      aria-label="Tags"
      placeholder="Tags, separated by commas"
      value={text}
      readOnly={refused !== undefined}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => {
        if (tags.join() !== said.tags.join()) onChange({ tags });
      }}
    />
  );
}

function Notes({ said, onChange, refused }: PartProps) {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <>
        {said.notes && <Markdown text={said.notes} />}
        <div>
          <Button size="sm" refused={refused} onClick={() => setDraft(said.notes ?? "")}>
            {said.notes ? "Edit notes" : "Add notes"}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Textarea aria-label="Notes in Markdown" value={draft} onChange={(event) => setDraft(event.target.value)} />
      <div className="flex gap-2">
        <Button
          size="sm"
          variant="primary"
          onClick={() => {
            onChange({ notes: draft.trim() });
            setDraft(null);
          }}
        >
          Save notes
        </Button>
        <Button size="sm" onClick={() => setDraft(null)}>
          Cancel
        </Button>
      </div>
    </>
  );
}
