import { DatabaseSync } from "node:sqlite";

/** Keyed records of one kind, in insertion order. A changed record must be `put` again to be kept. */
export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  list(): T[];
}

/** A channel's own memory: plain JSON values, kept in a SQLite file when one is given. */
export interface Book {
  collection<T>(name: string): Collection<T>;
  close(): void;
}

interface Disk {
  load(name: string): Map<string, unknown>;
  save(name: string, key: string, value: unknown): void;
  close(): void;
}

/** Opens the book; with `dataFile` every `put` is written through, so a restarted simulator still knows its trades. */
export function openBook({ dataFile }: { dataFile?: string | undefined } = {}): Book {
  const disk = dataFile === undefined ? undefined : openDisk(dataFile);
  const collections = new Map<string, Collection<unknown>>();

  function open(name: string): Collection<unknown> {
    const records = disk?.load(name) ?? new Map<string, unknown>();
    return {
      get: (key) => records.get(key),
      put(key, value) {
        disk?.save(name, key, value);
        records.set(key, value);
      },
      list: () => [...records.values()],
    };
  }

  return {
    collection<T>(name: string) {
      const collection = collections.get(name) ?? open(name);
      collections.set(name, collection);
      return collection as Collection<T>;
    },
    close: () => disk?.close(),
  };
}

function openDisk(dataFile: string): Disk {
  const db = new DatabaseSync(dataFile);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  db.exec(
    "CREATE TABLE IF NOT EXISTS record (position INTEGER PRIMARY KEY, collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (collection, key))",
  );
  const select = db.prepare("SELECT key, value FROM record WHERE collection = ? ORDER BY position");
  const upsert = db.prepare(
    "INSERT INTO record (collection, key, value) VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value",
  );
  let open = true;
  return {
    load: (name) =>
      new Map(select.all(name).map((row): [string, unknown] => [String(row.key), JSON.parse(String(row.value))])),
    save(name, key, value) {
      if (open) upsert.run(name, key, JSON.stringify(value));
    },
    close() {
      if (open) db.close();
      open = false;
    },
  };
}
