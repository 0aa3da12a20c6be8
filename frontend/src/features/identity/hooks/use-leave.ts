import { problemText } from "@/lib/problem";
import { closeSession } from "@/lib/session";
import { toast } from "@/lib/toast";

/** How one signs out, here or everywhere: the session closes when the server has ended it. */
export function useLeave(): (how: () => Promise<void>) => void {
  return (how) => void how().then(closeSession, (problem: unknown) => toast.error(problemText(problem)));
}
