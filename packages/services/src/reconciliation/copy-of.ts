/** A text's own copy: a slice of a part keeps the whole part in memory for as long as it lives itself. */
export function copyOf(slice: string): string {
  return Buffer.from(slice).toString();
}
