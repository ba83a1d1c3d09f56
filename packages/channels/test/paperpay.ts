export { paperpay } from "./paperpay/plugin.ts";
export { type PaperpayPeer, startPaperpay } from "./paperpay-peer/peer.ts";
