import type { AppRouter } from "@payhub/contract";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "eventsource";
import type { Settings } from "../options.ts";
import { createRetryLink } from "./retry-link.ts";
import { createCallFetch, createSignedFetch } from "./signed-fetch.ts";

/** payhub's procedures over HTTP, signed; subscriptions over server-sent events. Nothing is sent yet. */
export function connect(settings: Settings) {
  const url = `${settings.url}/trpc`;
  const signedFetch = createSignedFetch(settings);
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({ url, EventSource, eventSourceOptions: { fetch: signedFetch } }),
        false: [createRetryLink(settings), httpLink({ url, fetch: createCallFetch(signedFetch) })],
      }),
    ],
  });
}
