"use client";

import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useEffect, useMemo, useState } from "react";

import type { CommandSource, FoundCommand } from "@/lib/feature";
import { useFeatures } from "@/lib/features-context";
import { leaveTo } from "@/lib/leaving";
import { usePermissions } from "@/lib/use-permissions";
import { usePlaces } from "@/lib/use-places";

import type { Command } from "../model/match";

const themes = ["light", "dark", "system"] as const;

/** Everything that can be jumped to or done from anywhere. */
export function useCommands(): Command[] {
  const router = useRouter();
  const { setTheme } = useTheme();
  const places = usePlaces();
  const features = useFeatures();
  const may = usePermissions();
  const found = useFound();
  return useMemo(() => {
    const go = (href: string) => () => leaveTo(href, router.push);
    const allowed = ({ permission }: Pick<FoundCommand, "permission">) => permission === undefined || may(permission);
    return [
      ...places
        .filter(({ external }) => !external)
        .map(({ href, label }) => ({ id: href, group: "Go to", label, run: go(href) })),
      ...features
        .flatMap(({ creations = [] }) => creations)
        .filter(allowed)
        .map(({ what, label, words = "", href }) => ({
          id: `new-${what}`,
          group: "Create",
          label,
          words,
          run: go(href),
        })),
      ...found.filter(allowed).map(({ href, ...command }) => ({ ...command, run: go(href) })),
      ...themes.map((theme) => ({
        id: `theme-${theme}`,
        group: "Theme",
        label: `${theme.charAt(0).toUpperCase()}${theme.slice(1)} theme`,
        run: () => setTheme(theme),
      })),
    ];
  }, [places, features, may, found, router, setTheme]);
}

/** What the features find, as their answers come in. */
function useFound(): FoundCommand[] {
  const features = useFeatures();
  const [sources, setSources] = useState<readonly CommandSource[]>([]);
  useEffect(() => {
    let left = false;
    void Promise.all(features.map(({ commands }) => commands?.())).then((loaded) => {
      if (!left) setSources(loaded.filter((source) => source !== undefined));
    });
    return () => {
      left = true;
    };
  }, [features]);
  return useQueries({ queries: sources.map((source) => source()), combine: all });
}

const all = (answers: UseQueryResult<readonly FoundCommand[]>[]) => answers.flatMap(({ data = [] }) => data);
