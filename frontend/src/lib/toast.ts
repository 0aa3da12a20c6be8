/** Short messages in the corner. The library comes with the first one. */

const load = () => import("sonner").then((module) => module.toast);

export const toast = {
  success: (text: string): void => void load().then((show) => show.success(text)),
  error: (text: string): void => void load().then((show) => show.error(text)),
};
