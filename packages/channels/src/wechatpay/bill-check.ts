import { createHash } from "node:crypto";
import { createGunzip, type Gunzip } from "node:zlib";
import type { BillLimits } from "./bill-limits.ts";

const GZIP_MAGIC = 0x1f8b;
const UNPACK_BYTES = 128 * 1024;
const CUT = broken("Z_BUF_ERROR");

/** Whether bytes begin as a gzip archive does. */
export function isGzip(head: Buffer): boolean {
  return head.length >= 2 && head.readUInt16BE() === GZIP_MAGIC;
}

/** Looks into a bill while it comes: hashes its contents, unpacked, and keeps to the limits. Never throws. */
export class BillCheck {
  readonly #limits: BillLimits;
  readonly #sha1 = createHash("sha1");
  #head: Buffer | undefined = Buffer.alloc(0);
  #gunzip: Gunzip | undefined;
  #inBytes = 0;
  #outBytes = 0;
  #problem: string | undefined;

  constructor(limits: BillLimits) {
    this.#limits = limits;
  }

  /** Resolves when the bytes were looked at. */
  async write(chunk: Buffer): Promise<void> {
    this.#inBytes += chunk.length;
    if (!this.#head) return this.#unpack(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= 2) await this.#begin(this.#head);
  }

  /** What is wrong with the whole, `undefined` when its contents have that SHA-1 (hex). `cut`: the archive lacks its end. */
  async end(sha1: string): Promise<{ reason: string; cut: boolean } | undefined> {
    if (this.#head) await this.#begin(this.#head);
    const gunzip = this.#gunzip;
    if (gunzip && !gunzip.destroyed) {
      await new Promise<void>((resolve) => {
        gunzip.once("close", resolve);
        gunzip.end();
      });
    }
    if (this.#problem !== undefined) return { reason: this.#problem, cut: this.#problem === CUT };
    return this.#sha1.digest("hex") === sha1 ? undefined : { reason: "its contents have another hash", cut: false };
  }

  async #begin(head: Buffer): Promise<void> {
    this.#head = undefined;
    if (isGzip(head)) {
      this.#gunzip = createGunzip({ chunkSize: UNPACK_BYTES });
      this.#gunzip.on("data", (plain: Buffer) => this.#look(plain));
      this.#gunzip.on("error", (error: Error & { code?: string }) => {
        this.#problem ??= broken(error.code);
      });
    }
    await this.#unpack(head);
  }

  #unpack(chunk: Buffer): Promise<void> | void {
    const gunzip = this.#gunzip;
    if (!gunzip) return this.#look(chunk);
    if (gunzip.destroyed) return;
    return new Promise((resolve) => {
      const go = () => {
        gunzip.off("close", go);
        resolve();
      };
      // A write into a broken archive is never called back.
      gunzip.once("close", go);
      gunzip.write(chunk, go);
    });
  }

  #look(plain: Buffer): void {
    this.#outBytes += plain.length;
    if (this.#outBytes > this.#limits.plainBytes) this.#problem ??= "its contents are too large";
    if (this.#outBytes > this.#inBytes * this.#limits.ratio)
      this.#problem ??= "its contents are too many times its size";
    if (this.#problem === undefined) this.#sha1.update(plain);
    else this.#gunzip?.destroy();
  }
}

function broken(code: string | undefined): string {
  return `its archive is broken: ${code ?? "unknown"}`;
}
