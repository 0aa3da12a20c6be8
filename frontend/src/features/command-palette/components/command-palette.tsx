"use client";

import dynamic from "next/dynamic";
import { useEffect } from "react";

import { nothing } from "@/lib/nothing";
import { useViewStore } from "@/stores/view";

const PaletteDialog = dynamic(() => import("./palette-dialog").then((module) => module.PaletteDialog).catch(nothing), {
  ssr: false,
});

/** Ctrl+K or ⌘K opens it; its inside is loaded then. */
export function CommandPalette() {
  const { paletteText, openPalette, closePalette } = useViewStore();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      if (useViewStore.getState().paletteText === null) openPalette();
      else closePalette();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [openPalette, closePalette]);
  return paletteText === null ? null : <PaletteDialog initial={paletteText} onClose={closePalette} />;
}
