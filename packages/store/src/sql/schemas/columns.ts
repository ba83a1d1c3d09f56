import { p } from "@mikro-orm/core";

/** The database's own number of a row. */
export const rowId = () => p.bigint("number").primary().autoincrement().fieldName("row_no");

/** A number that payhub issues, or another short identifier. */
export const identifier = () => p.string().length(32);

/** A word out of a short list. */
export const word = <Word extends string>() => p.string().length(32).$type<Word>();

/** Money in fen. */
export const fen = () => p.bigint("number");

/** A moment in epoch ms. */
export const moment = () => p.bigint("number");
