"use client";

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

import type { CodeEditorProps, EditorMark } from "./code-editor";

const theme = EditorView.theme({
  "&": {
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    fontSize: "12.5px",
    borderRadius: "6px",
    border: "1px solid var(--control-line)",
    maxHeight: "28rem",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6", fontVariantLigatures: "none" },
  ".cm-gutters": {
    backgroundColor: "var(--sunken)",
    color: "var(--ink-3)",
    border: "none",
    borderRadius: "6px 0 0 6px",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--hover) 60%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--accent) 25%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--surface)", border: "1px solid var(--line)", color: "var(--ink)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--model-ink)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good-ink)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--tool-ink)" },
  {
    tag: [tags.function(tags.definition(tags.variableName)), tags.function(tags.variableName), tags.className],
    color: "var(--accent-ink)",
  },
  { tag: tags.comment, color: "var(--ink-3)", fontStyle: "italic" },
]);

/** CodeMirror with our colours; `marks` are underlined and shown in the gutter. Escape, then Tab leaves it. */
export function CodeMirrorEditor({ id, label, value, onChange, marks = [], readOnly = false }: CodeEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    if (!box.current) return;
    const view = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: value,
        extensions: extensions(label, id, readOnly, (text) => changed.current?.(text)),
      }),
    });
    editor.current = view;
    return () => view.destroy();
    // The editor owns its text from here on; what comes from outside is put in by the next effect.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [label, id, readOnly]);

  useEffect(() => {
    const view = editor.current;
    if (view && view.state.doc.toString() !== value)
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const view = editor.current;
    if (!view) return;
    view.dispatch(
      setDiagnostics(
        view.state,
        marks.map((mark) => diagnostic(view.state, mark)),
      ),
    );
    const first = marks[0];
    if (first)
      view.dispatch({ effects: EditorView.scrollIntoView(diagnostic(view.state, first).from, { y: "center" }) });
  }, [marks]);

  return <div ref={box} className="min-w-0" />;
}

function extensions(label: string, id: string | undefined, readOnly: boolean, onText: (text: string) => void) {
  return [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    bracketMatching(),
    indentOnInput(),
    indentUnit.of("    "),
    python(),
    syntaxHighlighting(colours),
    theme,
    keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
    EditorState.readOnly.of(readOnly),
    EditorView.theme({
      ".cm-content": { minHeight: readOnly ? "0" : "14rem" },
      ".cm-gutters": { minHeight: readOnly ? "0" : "14rem" },
    }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, ...(id ? { id } : {}) }),
    EditorView.updateListener.of((update) => update.docChanged && onText(update.state.doc.toString())),
  ];
}

function diagnostic(state: EditorState, mark: EditorMark): Diagnostic {
  const line = state.doc.line(Math.min(Math.max(1, mark.line), state.doc.lines));
  const from = Math.min(line.from + Math.max(0, mark.column), line.to);
  const word = /^\w+/.exec(state.sliceDoc(from, line.to))?.[0].length ?? 0;
  return {
    from,
    to: Math.max(from, Math.min(line.to, from + Math.max(1, word))),
    severity: "error",
    message: mark.message,
  };
}
