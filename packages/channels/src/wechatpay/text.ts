const MAX_DESCRIPTION_CHARS = 127;
const MAX_REASON_CHARS = 80;

/** Characters of four bytes, lone surrogates and controls, and what only decorates emoji: WeChat Pay refuses the request that holds one. */
const UNSPEAKABLE = /[\u{10000}-\u{10FFFF}\p{Cs}\p{Cc}]|\uFE0F/gu;

/** A subject as `description` can hold it (https://pay.weixin.qq.com/doc/v3/merchant/4012791877); `fallback` when nothing of it is left. */
export function descriptionFrom(subject: string, fallback: string): string {
  return speakable(subject).slice(0, MAX_DESCRIPTION_CHARS) || fallback;
}

/** A refund's reason as the payer may read it (https://pay.weixin.qq.com/doc/v3/merchant/4012791883); `undefined` when nothing of it is left. */
export function reasonFrom(reason: string): string | undefined {
  return speakable(reason).slice(0, MAX_REASON_CHARS) || undefined;
}

function speakable(text: string): string {
  return text.replace(UNSPEAKABLE, "").trim();
}

/** A moment as RFC 3339 in China's time to the second, rounded down: nobody may pay later than was asked. */
export function timeExpire(isoWithMs: string): string {
  return isoWithMs.replace(/\.\d{3}/, "");
}
