import type { AppRouter } from "@payhub/contract";
import { TRPCClientError } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, it, vi } from "vitest";
import { resolveOptions } from "../options.ts";
import { createRetryLink } from "./retry-link.ts";

const settings = resolveOptions({ url: "http://pay.example.com", appId: "APP1", secret: "sk_test" });

/** Sends one operation into the link over a network that is down; answers how often it was tried until it gave up. */
async function triesOf(own: { signal?: AbortSignal; context?: Record<string, unknown> }): Promise<number> {
  vi.useFakeTimers();
  let tries = 0;
  const op = { id: 1, type: "query", path: "payments.get", input: {}, context: {}, signal: null, ...own } as const;
  const failed = new Promise((resolve) => {
    createRetryLink(settings)({})({
      op,
      next: () =>
        observable((observer) => {
          tries++;
          observer.error(new TRPCClientError<AppRouter>("down"));
        }),
    }).subscribe({ error: resolve });
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await failed;
  vi.useRealTimers();
  return tries;
}

it("repeats four times unless told otherwise", async () => {
  expect(await triesOf({})).toBe(5);
});

it("repeats nothing for a caller that does so itself", async () => {
  expect(await triesOf({ context: { once: true } })).toBe(1);
});

it("repeats nothing once the caller gave up", async () => {
  expect(await triesOf({ signal: AbortSignal.abort() })).toBe(1);
});
