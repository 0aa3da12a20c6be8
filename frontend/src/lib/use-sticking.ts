"use client";

import { useEffect, useState } from "react";

const NEAR_PX = 120;

/** A ref for a pane: it stays at its end while more comes in, unless the reader has scrolled away from it. */
export function useSticking() {
  const [pane, setPane] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const content = pane?.firstElementChild;
    if (!pane || !content) return;
    let near = true;
    const onScroll = () => {
      near = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_PX;
    };
    const watch = new ResizeObserver(() => near && pane.scrollTo({ top: pane.scrollHeight }));
    pane.addEventListener("scroll", onScroll, { passive: true });
    watch.observe(content);
    return () => {
      pane.removeEventListener("scroll", onScroll);
      watch.disconnect();
    };
  }, [pane]);
  return setPane;
}
