import type { KeyObject } from "node:crypto";
import type { Agent } from "undici";
import type { ChannelRuntime } from "../channel.ts";
import type { WechatpayCredentials } from "./credentials.ts";
import type { KeyRing } from "./keys.ts";

/** One account's line to WeChat Pay: its keys parsed once, its connections kept alive. */
export interface Line {
  runtime: ChannelRuntime;
  /** The newest version: every call is made with it. */
  credentials: WechatpayCredentials;
  /** The appids of all live versions and scenes. */
  ownAppids: ReadonlySet<string>;
  privateKey: KeyObject;
  /** One per live version, newest first. */
  apiV3Keys: readonly Uint8Array[];
  agent: Agent;
  keys: KeyRing;
}
