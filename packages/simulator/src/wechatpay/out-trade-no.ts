/** Finds the order number in a request that may still turn out to be malformed; for scripts and the call log only. */
export function outTradeNoOf(body: Buffer): string | undefined {
  return /"out_trade_no"\s*:\s*"([^"\\]{1,64})"/.exec(body.toString("utf8"))?.[1];
}
