import type { ServiceContext } from "../context.ts";
import { askAboutPayment } from "./ask-payment.ts";
import { askAboutRefund } from "./ask-refund.ts";
import type { Explanation, Question } from "./explanation.ts";

/** Asks the channel about one difference and brings what it proves into the books; undefined when there was no clear answer. */
export function askAbout(ctx: ServiceContext, question: Question): Promise<Explanation | undefined> {
  const { billLine, bookSide } = question.difference;
  const isRefund = (billLine?.kind ?? bookSide?.kind) === "refund";
  return isRefund ? askAboutRefund(ctx, question) : askAboutPayment(ctx, question);
}
