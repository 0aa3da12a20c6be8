"use client";

import dynamic from "next/dynamic";
import { useEffect } from "react";

import { useViewStore } from "@/stores/view";

const PaletteDialog = dynamic(() => import("./palette-dialog").then((module) => module.PaletteDialog), { ssr: false });

/** Ctrl+K or ⌘K opens it; its inside is loaded then. */
export function CommandPalette() {
  const { paletteOpen, setPaletteOpen } = useViewStore();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      setPaletteOpen(!useViewStore.getState().paletteOpen);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [setPaletteOpen]);
  return paletteOpen ? <PaletteDialog onClose={() => setPaletteOpen(false)} /> : null;
}
