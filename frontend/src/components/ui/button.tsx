import { cva, type VariantProps } from "class-variance-authority";
import Link from "next/link";
import type { ComponentProps, MouseEvent } from "react";

import { cn } from "@/lib/cn";

import { Tooltip } from "./tooltip";

export const buttonStyles = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-accent text-on-accent hover:not-disabled:not-aria-disabled:bg-accent/95",
        secondary: "border border-line-strong bg-surface text-ink hover:not-disabled:not-aria-disabled:bg-hover",
        ghost: "text-ink-2 hover:not-disabled:not-aria-disabled:bg-hover hover:not-disabled:not-aria-disabled:text-ink",
        danger: "bg-bad-ink text-white dark:text-sunken hover:not-disabled:not-aria-disabled:opacity-90",
        dangerGhost: "text-bad-ink hover:not-disabled:not-aria-disabled:bg-bad-soft",
      },
      size: {
        sm: "h-7 px-2.5 text-xs",
        md: "h-8 px-3 text-sm",
        lg: "h-9 px-4 text-base",
        icon: "size-7",
        iconSm: "size-6 [&_svg]:size-3.5",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

export interface Refusable {
  /** Why it cannot be used by the one who looks: it then does nothing and says this. It stays in its place, and in reach of the keyboard. */
  refused?: string | undefined;
}

export type ButtonProps = ComponentProps<"button"> & VariantProps<typeof buttonStyles> & Refusable;

/** A push button; `type` is "button" unless said otherwise, so that it never submits a form by accident. */
export function Button({ className, variant, size, type = "button", refused, onClick, ...rest }: ButtonProps) {
  const styles = cn(buttonStyles({ variant, size }), className);
  if (refused === undefined) return <button type={type} className={styles} onClick={onClick} {...rest} />;
  return (
    <Tooltip text={refused}>
      <button
        type={type}
        className={styles}
        {...rest}
        aria-disabled
        onClick={(event: MouseEvent) => event.preventDefault()}
      />
    </Tooltip>
  );
}

export type ButtonLinkProps = ComponentProps<typeof Link> & VariantProps<typeof buttonStyles> & Refusable;

/** A link that looks like a button; a refused one is a button that leads nowhere. */
export function ButtonLink({ className, variant, size, refused, children, ...rest }: ButtonLinkProps) {
  if (refused === undefined)
    return (
      <Link className={cn(buttonStyles({ variant, size }), className)} {...rest}>
        {children}
      </Link>
    );
  return (
    <Button className={className} variant={variant} size={size} refused={refused} aria-label={rest["aria-label"]}>
      {children}
    </Button>
  );
}
