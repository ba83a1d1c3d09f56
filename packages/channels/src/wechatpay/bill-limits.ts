const MIB = 1024 * 1024;

/** What a bill may cost; sizes in bytes, times in ms. */
export interface BillLimits {
  /** From asking for the bill to its last byte, and the longest silence on the way. */
  deadlineMs: number;
  idleMs: number;
  downloadBytes: number;
  plainBytes: number;
  /** How many times larger than the download its contents may be: a real bill stays below 30. */
  ratio: number;
  /** Lines of the file, columns of a line, bytes of a line and of a field. */
  lines: number;
  columns: number;
  lineBytes: number;
  fieldBytes: number;
}

export const BILL_LIMITS: BillLimits = {
  deadlineMs: 600_000,
  idleMs: 30_000,
  downloadBytes: 1024 * MIB,
  plainBytes: 8 * 1024 * MIB,
  ratio: 200,
  lines: 20_000_000,
  columns: 64,
  lineBytes: 65_536,
  fieldBytes: 4096,
};
