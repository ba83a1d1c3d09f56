import { holdLease } from "@payhub/store";
import type { ServiceContext } from "./context.ts";

/**
 * Takes a job's lease for `leaseMs` and renews it until the function that it gives is called; undefined while another holds it.
 * `onLost` is called when it turns out to have been taken over. Letting go does not give the lease back.
 */
export async function keepLease(
  { store, clock, log }: Pick<ServiceContext, "store" | "clock" | "log">,
  { job, holder, leaseMs }: { job: string; holder: string; leaseMs: number },
  onLost: () => void,
): Promise<(() => void) | undefined> {
  const hold = () => holdLease(store.db, { job, holder, leaseMs, nowMs: clock.now() });
  if (!(await hold())) return undefined;
  const renewal = setInterval(() => {
    hold().then(
      (held) => held || onLost(),
      (err: unknown) => log.error({ job, err }, "the lead of a running job could not be kept"),
    );
  }, leaseMs / 3);
  return () => clearInterval(renewal);
}
