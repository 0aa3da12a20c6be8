"use client";

import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";

import { toast } from "@/lib/toast";

import { Button, type ButtonProps } from "./button";
import { IconButton } from "./icon-button";

function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => toast.error("The browser did not allow copying"),
    );
  };
  return [copied, copy];
}

/** Copies a text; says so for a moment. With children it is a labelled button, without an icon. */
export function CopyButton({
  text,
  label,
  children,
  ...rest
}: Omit<ButtonProps, "children"> & { text: string | (() => string); label: string; children?: ReactNode }) {
  const [copied, copy] = useCopied();
  const icon = copied ? <Check className="text-good-ink" /> : <Copy />;
  const onClick = () => copy(typeof text === "function" ? text() : text);
  if (children === undefined) {
    return (
      <IconButton label={copied ? "Copied" : label} onClick={onClick} {...rest}>
        {icon}
      </IconButton>
    );
  }
  return (
    <Button onClick={onClick} aria-label={label} {...rest}>
      {icon}
      {children}
    </Button>
  );
}
