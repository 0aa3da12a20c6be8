"use client";

import type { ReactNode } from "react";

import { Button, type ButtonProps } from "./button";
import { Tooltip } from "./tooltip";

/** A button that is only an icon: its label is spoken and shown as a tooltip. */
export function IconButton({
  label,
  children,
  size = "icon",
  variant = "ghost",
  ...rest
}: ButtonProps & { label: string; children: ReactNode }) {
  const button = (
    <Button aria-label={label} size={size} variant={variant} {...rest}>
      {children}
    </Button>
  );
  // A refused one says why instead, by itself.
  return rest.refused === undefined ? <Tooltip text={label}>{button}</Tooltip> : button;
}
