import { create } from "zustand";
import { persist } from "zustand/middleware";

interface ViewState {
  paletteOpen: boolean;
  setPaletteOpen: (open: boolean) => void;
  navigationOpen: boolean;
  setNavigationOpen: (open: boolean) => void;
  /** Values as people read them, or the JSON of the events. */
  rendering: "rendered" | "raw";
  setRendering: (rendering: "rendered" | "raw") => void;
  /** Width of a trace's details in per cent. */
  detailsWidth: number;
  setDetailsWidth: (detailsWidth: number) => void;
  agentsView: "cards" | "table";
  setAgentsView: (view: "cards" | "table") => void;
}

/** View state that several places share; the lasting part is kept in the browser. */
export const useViewStore = create<ViewState>()(
  persist(
    (set) => ({
      paletteOpen: false,
      setPaletteOpen: (paletteOpen) => set({ paletteOpen }),
      navigationOpen: false,
      setNavigationOpen: (navigationOpen) => set({ navigationOpen }),
      rendering: "rendered",
      setRendering: (rendering) => set({ rendering }),
      detailsWidth: 40,
      setDetailsWidth: (detailsWidth) => set({ detailsWidth }),
      agentsView: "cards",
      setAgentsView: (agentsView) => set({ agentsView }),
    }),
    {
      name: "dynagent.view",
      skipHydration: true,
      partialize: ({ rendering, agentsView, detailsWidth }) => ({ rendering, agentsView, detailsWidth }),
    },
  ),
);
