/** Where a page by day ended, for whoever goes on from there. */
export function dayCursor({ businessDay, id }: { businessDay: string; id: number }): string {
  return `${businessDay}.${id}`;
}

/** Reads what {@link dayCursor} wrote. */
export function readDayCursor(cursor: string): { businessDay: string; id: number } {
  const [businessDay = "", id] = cursor.split(".");
  return { businessDay, id: Number(id) };
}
