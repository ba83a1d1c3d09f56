export * from "./attempts.ts";
export * from "./events.ts";
export * from "./held-receipts.ts";
export * from "./inbox.ts";
export * from "./merchants.ts";
export * from "./payments.ts";
export * from "./secrets.ts";
export * from "./sequencers.ts";
