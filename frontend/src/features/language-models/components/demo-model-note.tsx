"use client";

import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import Link from "next/link";

import { healthQuery } from "@/lib/health";
import { modelNamesQuery } from "@/lib/queries";
import { usePermissions } from "@/lib/use-permissions";

const BUILT_IN = new Set(["demo", "auto"]);

/** While nothing but the built-in model answers: what that is, and the way to a real one. */
export function DemoModelNote() {
  const may = usePermissions();
  const health = useQuery(healthQuery()).data;
  const names = useQuery(modelNamesQuery()).data;
  const onlyDemo = health?.parts.model?.detail.endsWith(" demo") && names?.every((name) => BUILT_IN.has(name));
  if (!onlyDemo || !may("models:write")) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-2 rounded-md border border-model/30 bg-model-soft px-3 py-2 text-sm text-ink-2">
      <Sparkles aria-hidden className="size-4 text-model-ink" />
      <span className="min-w-0 flex-1 basis-60">
        The built-in demo model answers: it calls tools and costs nothing, but it does not think.
      </span>
      <Link href="/settings/models" className="font-medium text-accent-ink hover:underline">
        Add a real model
      </Link>
    </p>
  );
}
