/** An order that waits for its payer, and the trade number under which the channel will say that it was paid. */
export interface SeededOrder {
  attemptNo: string;
  channelTradeNo: string;
  /** Fen. */
  amount: number;
}
