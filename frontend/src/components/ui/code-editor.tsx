"use client";

import dynamic from "next/dynamic";

import { Skeleton } from "./surface";

/** A mark at a place of the source: 1-based line, 0-based column. */
export interface EditorMark {
  line: number;
  column: number;
  message: string;
}

export interface CodeEditorProps {
  id?: string;
  label: string;
  value: string;
  onChange?: (value: string) => void;
  marks?: readonly EditorMark[];
  readOnly?: boolean;
}

/** A Python editor. CodeMirror is loaded when the first one is shown. */
export const CodeEditor = dynamic<CodeEditorProps>(
  () => import("./code-mirror").then((module) => module.CodeMirrorEditor),
  {
    ssr: false,
    loading: () => <Skeleton className="h-60 rounded-md" />,
  },
);
