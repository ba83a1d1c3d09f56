const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/** Takes one line without its end: `bytes` from `from` to before `to`, which are its own only until it returns. */
type TakeLine = (bytes: Buffer, from: number, to: number) => void;

/** Cuts a stream of bytes into lines, whichever way they end. Of a line over the limit only its beginning is given, one byte longer. */
export class LineSplitter {
  readonly #lineBytes: number;
  readonly #take: TakeLine;
  #rest: Buffer = EMPTY;
  #isSkipping = false;

  constructor({ lineBytes }: { lineBytes: number }, take: TakeLine) {
    this.#lineBytes = lineBytes;
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let from = 0;
    if (this.#rest.length > 0) {
      // Only the line that the chunks share is put together.
      from = chunk.indexOf(LF) + 1;
      const joined = Buffer.concat([this.#rest, from > 0 ? chunk.subarray(0, from) : chunk]);
      this.#rest = EMPTY;
      this.#cut(joined, 0);
      if (from === 0) return;
    }
    this.#cut(chunk, from);
  }

  #cut(bytes: Buffer, start: number): void {
    let from = start;
    for (let to = bytes.indexOf(LF, from); to >= 0; to = bytes.indexOf(LF, from)) {
      if (this.#isSkipping) this.#isSkipping = false;
      else this.#give(bytes, from, bytes[to - 1] === CR && to > from ? to - 1 : to);
      from = to + 1;
    }
    this.#keep(bytes.subarray(from));
  }

  /** Gives what stands after the last line's end; tells whether there was anything. */
  end(): boolean {
    const rest = this.#rest;
    if (rest.length > 0) this.#give(rest, 0, rest.length);
    return rest.length > 0 || this.#isSkipping;
  }

  #keep(rest: Buffer): void {
    if (!this.#isSkipping && rest.length > this.#lineBytes + 1) {
      this.#give(rest, 0, rest.length);
      this.#isSkipping = true;
    }
    this.#rest = this.#isSkipping ? EMPTY : rest;
  }

  #give(bytes: Buffer, from: number, to: number): void {
    this.#take(bytes, from, Math.min(to, from + this.#lineBytes + 1));
  }
}
