import { Field, fieldAria } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";

import type { InputName } from "../../model/inputs";

interface InputFieldsProps {
  names: readonly InputName[];
  texts: Readonly<Record<string, string>>;
  onChange: (texts: Readonly<Record<string, string>>) => void;
}

/** The inputs that a workflow speaks of. */
export function InputFields({ names, texts, onChange }: InputFieldsProps) {
  if (names.length === 0) return <p className="text-sm text-ink-3">This workflow speaks of no inputs.</p>;
  return names.map(({ name, needed }) => (
    <Field key={name} id={`test-input-${name}`} label={name} required={needed}>
      <Textarea
        {...fieldAria(`test-input-${name}`)}
        value={texts[name] ?? ""}
        className="min-h-9"
        onChange={(event) => onChange({ ...texts, [name]: event.target.value })}
      />
    </Field>
  ));
}
