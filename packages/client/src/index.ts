export { createPayhubClient } from "./client.ts";
export type { ConsumeOptions, Consumer, EventHandler } from "./consume/consume.ts";
export { PayhubError, type PayhubErrorCode, type PayhubErrorFields } from "./error.ts";
export type { Clock, PayhubClientOptions } from "./options.ts";
export type { CallOptions, Mutation, Query } from "./procedures.ts";
export type * from "./types.ts";
export type { Subscription, WatchObserver } from "./watch.ts";
