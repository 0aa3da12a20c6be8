"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

import { guardLeaving } from "@/lib/leaving";

import { ConfirmDialog } from "./confirm-dialog";

/** Asks before a page with unsaved changes is left: by a link or a command of ours with a dialog, by anything else with the browser's own. */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);

  useEffect(() => {
    if (!dirty) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || link.origin !== window.location.origin)
        return;
      if (link.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(link.pathname + link.search);
    };
    const release = guardLeaving(setTarget);
    window.addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      release();
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [dirty]);

  return (
    <ConfirmDialog
      open={target !== null}
      onOpenChange={(open) => !open && setTarget(null)}
      title="Leave without saving?"
      description="Your changes are not saved yet. They are lost when you leave this page."
      action="Leave"
      keep="Stay"
      onConfirm={() => {
        const href = target;
        setTarget(null);
        if (href) router.push(href);
      }}
    />
  );
}
