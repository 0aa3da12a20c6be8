"use client";

import { createContext, useContext } from "react";

import type { Feature } from "./feature";

const FeaturesContext = createContext<readonly Feature[]>([]);

/** Gives the features to all that is below it. */
export const FeaturesProvider = FeaturesContext.Provider;

export function useFeatures(): readonly Feature[] {
  return useContext(FeaturesContext);
}
