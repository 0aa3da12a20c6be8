"use client";

import { type ReactNode, useRef } from "react";

import { Button, type ButtonProps } from "@/components/ui/button";

/** A button that lets one choose files. */
export function ChooseFiles({
  onFiles,
  children,
  ...rest
}: Omit<ButtonProps, "onClick"> & { onFiles: (files: File[]) => void; children: ReactNode }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button {...rest} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-hidden
        tabIndex={-1}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // So that the same file can be chosen again.
          event.target.value = "";
        }}
      />
    </>
  );
}
