/** Short messages in the corner. The library comes with the first one. */

const load = () => import("sonner").then((module) => module.toast);

export const toast = {
  /** What is done needs no answer: clicks go through to what stands below. */
  success: (text: string): void =>
    void load().then((show) => show.success(text, { duration: 3500, className: "!pointer-events-none" })),
  /** What went wrong stays until it can be read, and can be sent away. */
  error: (text: string): void => void load().then((show) => show.error(text, { duration: 9000, closeButton: true })),
};
