import { type Difference, PayhubError } from "@payhub/domain";
import type { Viewer } from "../../context.ts";

/** Whose money a viewer asks for: any app's for a console, its own for a business app. Refuses another app's with `FORBIDDEN`. */
export function appSeenBy({ appId, role }: Viewer, wanted: string | undefined): string | undefined {
  if (role === "console") return wanted;
  if (wanted === undefined || wanted === appId) return appId;
  throw new PayhubError("FORBIDDEN", "an app sees its own money only; leave appId out");
}

/** A difference as a viewer sees it: who works on it is the operators' own business. */
export function differenceSeenBy<Seen extends Difference>({ role }: Viewer, difference: Seen): Seen {
  if (role === "console") return difference;
  return { ...difference, assignee: null, pendingFix: null, pendingBy: null, endedBy: null };
}
