/** Originals of bills, under the SHA-256 of their bytes; never changed. */
export interface BillStore {
  /** Takes the file at `path` into the store and removes it from `path`; the same bytes twice are one. */
  keep(path: string): Promise<KeptBill>;
  /**
   * A local file with the bytes of that digest (64 hex digits), for reading; `release` when done. Throws `BillStoreError` when
   * there is none, or when its bytes do not have that digest any more.
   */
  open(digest: string): Promise<OpenBill>;
  /** A fresh private directory for a download or for parts; what a killed process left is swept when it is older than a day. */
  scratch(): Promise<Scratch>;
  close(): Promise<void>;
}

/** What a store took in: the SHA-256 of the bytes in hex, and their number. */
export interface KeptBill {
  digest: string;
  sizeBytes: number;
}

/** A stored bill as a local file that nobody may write to. */
export interface OpenBill {
  path: string;
  release(): Promise<void>;
}

/** A private directory; `remove` deletes it with its contents. */
export interface Scratch {
  directory: string;
  remove(): Promise<void>;
}

/** Why a bill could not be kept or opened; `damaged` is bytes that do not have their digest any more. */
export type BillStoreFailure = "missing" | "damaged" | "too_large" | "unavailable";

/** A bill that could not be kept or opened; names digests only, no address and no key. */
export class BillStoreError extends Error {
  override readonly name = "BillStoreError";
  readonly reason: BillStoreFailure;

  constructor(reason: BillStoreFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

const DIGEST = /^[0-9a-f]{64}$/;

/** Throws `RangeError` on anything but a SHA-256 in lower-case hex, which keeps digests from naming other files. */
export function checkDigest(digest: string): void {
  if (!DIGEST.test(digest)) throw new RangeError(`not a digest: ${JSON.stringify(digest.slice(0, 80))}`);
}
