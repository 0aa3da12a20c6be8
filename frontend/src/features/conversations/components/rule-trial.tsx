"use client";

import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";

import { fieldStyles } from "@/components/ui/input";
import { cn } from "@/lib/cn";

import { type PolicyDraft, verdict } from "../model/rules";

/** Whether two agents could talk by the rules as they are written here, before they are saved. */
export function RuleTrial({ draft, names }: { draft: PolicyDraft; names: string }) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const asked = from.trim() !== "" && to.trim() !== "";
  const { allowed, rule } = verdict(draft, from.trim(), to.trim());
  const why =
    rule !== null ? `by rule ${rule + 1}` : allowed ? "if the other depends on it" : "as no rule is about them";
  return (
    <div
      role="group"
      aria-label="Try the rules"
      className="flex flex-wrap items-center gap-2 rounded-md bg-sunken p-2.5 text-sm"
    >
      <span>Could</span>
      <input
        aria-label="Try: who"
        value={from}
        list={names}
        placeholder="an agent"
        onChange={(event) => setFrom(event.target.value)}
        className={cn(fieldStyles, "h-7 w-36")}
      />
      <span>talk to</span>
      <input
        aria-label="Try: to whom"
        value={to}
        list={names}
        placeholder="another"
        onChange={(event) => setTo(event.target.value)}
        className={cn(fieldStyles, "h-7 w-36")}
      />
      <span role="status" className="inline-flex items-center gap-1.5 font-medium [&_svg]:size-4">
        {asked && (
          <>
            {allowed ? (
              <CircleCheck aria-hidden className="text-good-ink" />
            ) : (
              <CircleX aria-hidden className="text-bad-ink" />
            )}
            {allowed ? "Yes" : "No"}, {why}
          </>
        )}
      </span>
    </div>
  );
}
