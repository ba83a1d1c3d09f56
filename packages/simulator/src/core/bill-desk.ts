import type { BillKind, BillSpoil, Bills } from "./bills.ts";
import type { Book, Collection } from "./book.ts";
import type { Channel } from "./channel.ts";

/** Which bill; `businessDay` as `2026-11-20`, `merchantId` whose request it answers. */
export interface BillName {
  channel: Channel;
  billKind: BillKind;
  businessDay: string;
  merchantId: string;
}

/** Where the channels keep what their bills say, and learn how to spoil them. */
export interface BillDesk extends Bills {
  /** True when a spoil wants this bill not to be ready yet; each question counts. */
  isBeingMade(bill: BillName): boolean;
  /** What the bill says: made at the first question, and the same ever after until it is issued anew (edition 2, 3, …). Plain JSON. */
  issued<Content>(bill: BillName, make: (edition: number) => Content): Content;
  /** How the bill is spoiled, in the order of the script. */
  spoilsOf(bill: BillName): BillSpoil[];
}

/** The bills of one channel, kind and day. */
interface Edition {
  number: number;
  spoils: { merchantId: string | undefined; spoil: BillSpoil }[];
}

/** Opens the desk on the channels' book, so that a restarted simulator issues the same bills. */
export function createBillDesk(book: Book): BillDesk {
  const editions: Collection<Edition> = book.collection("bill.edition");
  const keyOf = ({ channel, billKind, businessDay }: Omit<BillName, "merchantId">) =>
    `${channel}/${billKind}/${businessDay}`;
  const editionOf = (key: string): Edition => editions.get(key) ?? { number: 1, spoils: [] };
  const concerns = (merchantId: string) => (one: Edition["spoils"][number]) =>
    one.merchantId === undefined || one.merchantId === merchantId;

  return {
    spoil({ merchantId, spoil, ...day }) {
      const { number, spoils } = editionOf(keyOf(day));
      editions.put(keyOf(day), { number, spoils: [...spoils, { merchantId, spoil }] });
    },
    reissue(day) {
      editions.put(keyOf(day), { number: editionOf(keyOf(day)).number + 1, spoils: [] });
    },
    isBeingMade(bill) {
      const { number, spoils } = editionOf(keyOf(bill));
      const waiting = spoils
        .filter(concerns(bill.merchantId))
        .find(({ spoil }) => spoil.kind === "not_ready" && spoil.times > 0);
      if (waiting?.spoil.kind !== "not_ready") return false;
      const asked = { ...waiting, spoil: { ...waiting.spoil, times: waiting.spoil.times - 1 } };
      editions.put(keyOf(bill), { number, spoils: spoils.map((one) => (one === waiting ? asked : one)) });
      return true;
    },
    issued<Content>(bill: BillName, make: (edition: number) => Content): Content {
      const contents: Collection<Content> = book.collection("bill.issued");
      const edition = editionOf(keyOf(bill)).number;
      const key = `${keyOf(bill)}/${bill.merchantId}/${edition}`;
      const known = contents.get(key);
      if (known !== undefined) return known;
      const content = make(edition);
      contents.put(key, content);
      return content;
    },
    spoilsOf: (bill) =>
      editionOf(keyOf(bill))
        .spoils.filter(concerns(bill.merchantId))
        .map(({ spoil }) => spoil),
  };
}
