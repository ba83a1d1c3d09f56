/** Who receives the money. */
export interface Merchant {
  merchantNo: string;
  name: string;
  createdAt: number;
  updatedAt: number;
}

/** One merchant's credentials at one channel. `retired` takes no new payment; old ones still settle. */
export interface ChannelAccount {
  accountNo: string;
  merchantNo: string;
  channel: string;
  name: string;
  status: "active" | "retired";
  /** The fee agreed with the channel, per 10,000 of an order; null when nobody said. */
  feeRate: number | null;
  createdAt: number;
  updatedAt: number;
}

/** A business system that calls payhub. */
export interface App {
  appId: string;
  name: string;
  status: "active" | "disabled";
  /** `console`: the operators' and finance's own, which may see every app's orders. */
  role: "business" | "console";
  /** How long the same order waits before it is initiated again over an attempt that could not be closed. */
  initiationGapMs: number;
  /** Calls a second, over all processes. */
  callsPerSecond: number;
  createdAt: number;
  updatedAt: number;
}
