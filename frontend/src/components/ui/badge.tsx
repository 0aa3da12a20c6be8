import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

const badgeStyles = cva(
  "inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-1.5 text-2xs font-medium whitespace-nowrap [&_svg]:size-3",
  {
    variants: {
      tone: {
        plain: "bg-node-soft text-node-ink",
        accent: "bg-accent-soft text-accent-ink",
        good: "bg-good-soft text-good-ink",
        bad: "bg-bad-soft text-bad-ink",
        warn: "bg-warn-soft text-warn-ink",
        model: "bg-model-soft text-model-ink",
        tool: "bg-tool-soft text-tool-ink",
        /** No ground: for what is as it should be, so that the eye falls on the rest. */
        quiet: "px-0 text-ink-2 [&_svg]:text-good",
        outline: "border border-line text-ink-2",
      },
    },
    defaultVariants: { tone: "plain" },
  },
);

/** A small word about a thing: its status, kind or a tag. */
export function Badge({ tone, className, ...rest }: ComponentProps<"span"> & VariantProps<typeof badgeStyles>) {
  return <span className={cn(badgeStyles({ tone }), className)} {...rest} />;
}
