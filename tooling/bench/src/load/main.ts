import type { ChannelParty } from "../channel-party.ts";
import { answerParent } from "../process/worker.ts";
import type { SeededOrder } from "../seeded-order.ts";
import { callbackRequests } from "./callback-requests.ts";
import { createRequests, type Shop } from "./create-requests.ts";
import { type Fired, fire, type PreparedRequest } from "./fire.ts";

export type LoadVerbs = {
  /** Makes the requests of the next runs, in place of the ones before. */
  prepareCreates: (input: { shop: Shop; count: number }) => Promise<void>;
  prepareCallbacks: (input: {
    party: ChannelParty;
    accountNo: string;
    orders: readonly SeededOrder[];
  }) => Promise<void>;
  /** Sends the prepared requests, from the first on. */
  fire: (input: { url: string; clients: number; seconds: number }) => Promise<Fired>;
};

let requests: PreparedRequest[] = [];

answerParent({
  async prepareCreates({ shop, count }) {
    requests = createRequests(shop, count);
  },
  async prepareCallbacks({ party, ...callbacks }) {
    requests = await callbackRequests(party, callbacks);
  },
  fire: (input) => fire(requests, input),
} satisfies LoadVerbs);
