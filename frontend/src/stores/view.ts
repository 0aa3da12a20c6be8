import { create } from "zustand";
import { persist } from "zustand/middleware";

interface ViewState {
  /** What the palette begins with while it is open, null while it is not. */
  paletteText: string | null;
  openPalette: (text?: string) => void;
  closePalette: () => void;
  navigationOpen: boolean;
  setNavigationOpen: (open: boolean) => void;
  /** Values as people read them, or the JSON of the events. */
  rendering: "rendered" | "raw";
  setRendering: (rendering: "rendered" | "raw") => void;
  /** Width of a trace's details in per cent. */
  detailsWidth: number;
  setDetailsWidth: (detailsWidth: number) => void;
  /** Groups of the navigation whose links are hidden. */
  foldedGroups: readonly string[];
  setGroupFolded: (group: string, folded: boolean) => void;
  agentsView: "cards" | "table";
  setAgentsView: (view: "cards" | "table") => void;
}

/** View state that several places share; the lasting part is kept in the browser. */
export const useViewStore = create<ViewState>()(
  persist(
    (set) => ({
      paletteText: null,
      openPalette: (paletteText = "") => set({ paletteText }),
      closePalette: () => set({ paletteText: null }),
      navigationOpen: false,
      setNavigationOpen: (navigationOpen) => set({ navigationOpen }),
      rendering: "rendered",
      setRendering: (rendering) => set({ rendering }),
      detailsWidth: 40,
      setDetailsWidth: (detailsWidth) => set({ detailsWidth }),
      foldedGroups: [],
      setGroupFolded: (group, folded) =>
        set(({ foldedGroups }) => ({
          foldedGroups: [...foldedGroups.filter((other) => other !== group), ...(folded ? [group] : [])],
        })),
      agentsView: "cards",
      setAgentsView: (agentsView) => set({ agentsView }),
    }),
    {
      name: "dynagent.view",
      skipHydration: true,
      partialize: ({ rendering, agentsView, detailsWidth, foldedGroups }) => ({
        rendering,
        agentsView,
        detailsWidth,
        foldedGroups,
      }),
    },
  ),
);
