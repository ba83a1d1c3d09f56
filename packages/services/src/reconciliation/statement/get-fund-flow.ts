import { boundsOfDay, type FundFlowDay, PayhubError } from "@payhub/domain";
import { type FundFlowFilter, sumFundFlows, sumHeldReceipts, sumMerchantDays } from "@payhub/store";
import type { ServiceContext } from "../../context.ts";
import { daysOf } from "./period.ts";

const ROWS_AT_MOST = 10_000;

/** Tells for each merchant and day where the money went, by our books, and what the channels' fund-flow bills say beside it. */
export async function getFundFlow(ctx: ServiceContext, wanted: FundFlowFilter): Promise<FundFlowDay[]> {
  const rows = new Map<string, FundFlowDay>();
  const rowOf = (businessDay: string, merchantNo: string) => {
    const key = `${businessDay} ${merchantNo}`;
    const row = rows.get(key) ?? emptyDay(businessDay, merchantNo);
    rows.set(key, row);
    if (rows.size > ROWS_AT_MOST) {
      throw new PayhubError("INVALID_INPUT", `more than ${ROWS_AT_MOST} rows; ask for fewer days or one merchant`);
    }
    return row;
  };
  for (const businessDay of daysOf(wanted)) {
    const { merchantNo } = wanted;
    for (const held of await sumHeldReceipts(ctx.store.db, { ...boundsOfDay(businessDay), merchantNo })) {
      const row = rowOf(businessDay, held.merchantNo);
      row.heldCount = held.count;
      row.heldAmount = held.amount;
      row.heldLeftAmount = held.leftAmount;
    }
  }
  for (const sums of await sumMerchantDays(ctx.store.db, wanted, ROWS_AT_MOST + 1)) {
    const row = rowOf(sums.businessDay, sums.merchantNo);
    row.gross = sums.payments;
    row.refunds = sums.refunds;
    row.fees = sums.fees;
    row.net = sums.payments - sums.refunds - sums.fees;
  }
  for (const { merchantNo, businessDay, ...flow } of await sumFundFlows(ctx.store.db, wanted)) {
    rowOf(businessDay, merchantNo).channelFlows.push(flow);
  }
  return [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

function emptyDay(businessDay: string, merchantNo: string): FundFlowDay {
  return {
    merchantNo,
    businessDay,
    gross: 0,
    refunds: 0,
    fees: 0,
    net: 0,
    heldCount: 0,
    heldAmount: 0,
    heldLeftAmount: 0,
    channelFlows: [],
  };
}
