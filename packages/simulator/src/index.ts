export type { AlipayCredentials, AlipayMerchant } from "./alipay/merchant.ts";
export { createAlipayMerchant } from "./alipay/merchant.ts";
export type { AlipayOptions } from "./alipay/simulator.ts";
export type { BillKind, BillMatch, BillSpoil, Bills } from "./core/bills.ts";
export type { Callback, CallbackSender, CallbackTopic, Delivery } from "./core/callbacks.ts";
export type { Call } from "./core/calls.ts";
export type { Channel, LedgerEntry, LedgerRefund, Operation, SimulatorUrls } from "./core/channel.ts";
export type { SimClock } from "./core/clock.ts";
export type { SimulatorErrorCode } from "./core/error.ts";
export { SimulatorError } from "./core/error.ts";
export type { CallbackFault, Fault, Faults, RefundOutcome } from "./core/faults.ts";
export type { InvocationParams, PayerActions, PayerCodeOptions, PayerView } from "./core/payer.ts";
export type { Simulator, SimulatorOptions } from "./start.ts";
export { startSimulator } from "./start.ts";
export type {
  CreateWechatpayMerchantOptions,
  PlatformCertificate,
  SubMerchant,
  WechatpayCredentials,
  WechatpayMerchant,
} from "./wechatpay/merchant.ts";
export { createPlatformCertificate, createWechatpayMerchant } from "./wechatpay/merchant.ts";
export type { WechatpayOptions } from "./wechatpay/trade.ts";
