export { alipay } from "./alipay/plugin.ts";
export type {
  BillCapability,
  BillItem,
  BillOutcome,
  BillRequest,
  CancelOutcome,
  ChannelConnection,
  ChannelPlugin,
  ChannelRuntime,
  ChargeOutcome,
  ChargeRequest,
  CloseOutcome,
  Declined,
  HttpAnswer,
  NotificationOutcome,
  QueryOutcome,
  QueryRequest,
  RawNotification,
  RefundCapability,
  RefundDeclined,
  RefundOutcome,
  RefundQueryOutcome,
  RefundRequest,
  RejectionReason,
  SceneCapability,
  Unknown,
  Unsent,
} from "./channel.ts";
export { BillUnreadable } from "./channel.ts";
export { type ChannelRegistry, channelOf, createRegistry, sceneOf } from "./registry.ts";
export { wechatpay } from "./wechatpay/plugin.ts";
