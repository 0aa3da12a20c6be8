import type { ReactNode } from "react";

/** A titled group of fields: title and explanation on the left where there is room. */
export function BuilderPart({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="@container min-w-0 border-b px-4 py-4 last-of-type:border-b-0 md:px-5">
      <legend className="sr-only">{title}</legend>
      <div className="grid gap-x-6 gap-y-3 @2xl:grid-cols-[11rem_minmax(0,1fr)]">
        <div>
          <h2 className="font-semibold">{title}</h2>
          {text && <p className="mt-0.5 text-xs text-ink-3">{text}</p>}
        </div>
        <div className="grid min-w-0 gap-3 @md:grid-cols-2">{children}</div>
      </div>
    </fieldset>
  );
}
