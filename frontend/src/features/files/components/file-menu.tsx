"use client";

import { Download, Ellipsis, Eye, Paperclip, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { FileOut } from "@/lib/api";
import { useRefusal } from "@/lib/use-permissions";

import { useContent } from "../hooks/use-content";
import { useDeleteFile } from "../hooks/use-delete-file";
import { FileUsesDialog } from "./file-uses-dialog";

const SHOWN = /^(image\/(png|jpeg|gif|webp)|application\/pdf|text\/plain)$/;

/** Open, download, delete; what is attached is deleted only after a second question. */
export function FileMenu({ file }: { file: FileOut }) {
  const [asking, setAsking] = useState(false);
  const [attaching, setAttaching] = useState(false);
  const [used, setUsed] = useState<string | null>(null);
  const { mutate, isPending } = useDeleteFile(setUsed);
  const refused = useRefusal("files:write");
  const content = useContent();
  const { id, name, content_type } = file;
  const close = () => {
    setAsking(false);
    setUsed(null);
  };
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${name}`}>
            <Ellipsis />
          </Button>
        }
      >
        {SHOWN.test(content_type) && (
          <MenuItem onSelect={() => content.open(file)}>
            <Eye /> Open
          </MenuItem>
        )}
        <MenuItem onSelect={() => content.save(file)}>
          <Download /> Download
        </MenuItem>
        {refused === undefined && (
          <MenuItem onSelect={() => setAttaching(true)}>
            <Paperclip /> Attach to …
          </MenuItem>
        )}
        {refused === undefined && (
          <MenuItem danger onSelect={() => setAsking(true)}>
            <Trash2 /> Delete …
          </MenuItem>
        )}
      </Menu>
      {attaching && <FileUsesDialog file={file} onClose={() => setAttaching(false)} />}
      <ConfirmDialog
        open={asking}
        onOpenChange={(open) => !open && close()}
        title={`Delete ${name}?`}
        description={used ? `${used} They go on without it.` : "Its bytes are removed for good."}
        action={used ? "Delete it all the same" : "Delete"}
        busy={isPending}
        onConfirm={() => mutate({ id, name, force: used !== null }, { onSuccess: close })}
      />
    </>
  );
}
