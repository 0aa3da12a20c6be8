/** Bring the first field of a form that is in error to the one who tried to send it, once the page shows what is wrong. */
export function focusInvalid(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
