const MAX_CHARACTERS = 64;

/** A subject or reason as Paper Pay takes it; `fallback` when nothing of it is left. */
export function textFrom(text: string, fallback: string): string {
  const printable = text.toWellFormed().replace(/\p{Cc}/gu, "");
  return [...printable].slice(0, MAX_CHARACTERS).join("") || fallback;
}
