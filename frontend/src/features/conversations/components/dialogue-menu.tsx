"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Download, Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { ConversationOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { saveFile } from "@/lib/save-file";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { archiveConversation, removeConversation } from "../api/change-conversation";
import { type ExportFormat, exportConversation, exportFormats } from "../api/export-conversation";
import { conversationKeys } from "../api/keys";

const formats = Object.keys(exportFormats) as ExportFormat[];
const onError = (error: unknown) => toast.error(problemText(error));

/** Save a dialogue as a file, archive it, remove it. */
export function DialogueMenu({ dialogue, onRemoved }: { dialogue: ConversationOut; onRemoved: () => void }) {
  const { conversation_id: id, participants, status } = dialogue;
  const [asking, setAsking] = useState(false);
  const refused = useRefusal("conversations:write");
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: conversationKeys.all });
  const save = useMutation({
    mutationFn: (format: ExportFormat) => exportConversation(id, format),
    onError,
    onSuccess: (text, format) => saveFile(`${participants.join("-")}.${format}`, text, exportFormats[format].type),
  });
  const archive = useMutation({
    mutationFn: () => archiveConversation(id, status === "active"),
    onError,
    onSuccess: async (changed) => {
      await refresh();
      toast.success(changed.status === "archived" ? "Dialogue archived" : "Dialogue is active again");
    },
  });
  const remove = useMutation({
    mutationFn: () => removeConversation(id),
    onError,
    onSuccess: async () => {
      onRemoved();
      queryClient.removeQueries({ queryKey: conversationKeys.one(id) });
      await refresh();
      toast.success("Dialogue removed");
    },
  });
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label="Actions for this dialogue">
            <Ellipsis />
          </Button>
        }
      >
        {formats.map((format) => (
          <MenuItem key={format} onSelect={() => save.mutate(format)}>
            <Download /> Save as {exportFormats[format].label}
          </MenuItem>
        ))}
        {refused === undefined && (
          <>
            <MenuItem onSelect={() => archive.mutate()}>
              {status === "active" ? <Archive /> : <ArchiveRestore />}
              {status === "active" ? "Archive" : "Take out of the archive"}
            </MenuItem>
            <MenuItem danger onSelect={() => setAsking(true)}>
              <Trash2 /> Remove …
            </MenuItem>
          </>
        )}
      </Menu>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Remove this dialogue?"
        description="All its messages are removed, for good. The runs in which they were said stay."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
