import { randomBytes } from "node:crypto";
import { issueNumber } from "@payhub/domain";
import { expect } from "vitest";
import type { ChannelConnection, ChargeOutcome, ChargeRequest, CloseOutcome, QueryOutcome } from "../../src/channel.ts";
import type { ChannelContract, ChannelHarness, Operation } from "./harness.ts";

export const OPERATIONS: readonly Operation[] = ["create", "query", "close"];
export const DEADLINE_MS = 400;
export const MINUTE_MS = 60_000;

type OperationOutcome = ChargeOutcome | QueryOutcome | CloseOutcome;

/** The harness with one connection on it; remembers every outcome it was told. */
export class Bench<Credentials> {
  readonly contract: ChannelContract<Credentials>;
  readonly told: unknown[] = [];
  readonly clock = { now: () => Date.now() };
  readonly random = { bytes: (size: number) => randomBytes(size), fraction: () => 0.5 };
  #harness: ChannelHarness | undefined;
  #connection: ChannelConnection | undefined;

  constructor(contract: ChannelContract<Credentials>) {
    this.contract = contract;
  }

  get coldOutcome(): "unknown" | "unsent" {
    return this.contract.coldOutcome ?? "unknown";
  }

  async open(): Promise<void> {
    this.#harness = await this.contract.open();
    this.#connection = this.connect(this.#harness.credentials);
  }

  async close(): Promise<void> {
    await this.#harness?.stop();
  }

  get harness(): ChannelHarness {
    if (!this.#harness) throw new Error("the harness is not open");
    return this.#harness;
  }

  get connection(): ChannelConnection {
    if (!this.#connection) throw new Error("the harness is not open");
    return this.#connection;
  }

  /** Connects with raw credentials, newest first. */
  connect(newest: unknown, ...older: unknown[]): ChannelConnection {
    const { readCredentials, connect } = this.contract.plugin;
    const { clock, random } = this;
    return connect([readCredentials(newest), ...older.map((one) => readCredentials(one))], {
      clock,
      random,
      deadlineMs: DEADLINE_MS,
    });
  }

  request(changes: Partial<ChargeRequest> = {}): ChargeRequest {
    const createdAt = Date.now();
    const attemptNo = issueNumber("attempt", this);
    return {
      scene: "qr",
      attemptNo,
      amount: 1288,
      subject: "契约测试 A&B=1%",
      createdAt,
      expiresAt: createdAt + 15 * MINUTE_MS,
      notifyUrl: this.harness.notifyUrl(attemptNo),
      ...changes,
    };
  }

  /** Makes one call, and keeps what it came to for the canary. */
  async tell<T>(outcome: Promise<T>): Promise<T> {
    const told = await outcome;
    this.told.push(told);
    return told;
  }

  /** Places an order that the channel accepts. */
  async place(request: ChargeRequest, connection = this.connection): Promise<string> {
    const outcome = await this.tell(connection.create(request));
    if (outcome.kind !== "accepted" || outcome.action.type !== "show_qr") {
      throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
    }
    expect(outcome.action.expiresAt).toBe(request.expiresAt);
    return outcome.action.codeUrl;
  }

  async paidOrder(): Promise<ChargeRequest> {
    const request = this.request();
    this.harness.pay(await this.place(request));
    return request;
  }

  run(operation: Operation, request: ChargeRequest, connection = this.connection) {
    const { attemptNo } = request;
    if (operation === "create") return this.tell<OperationOutcome>(connection.create(request));
    if (operation === "query") return this.tell<OperationOutcome>(connection.query({ attemptNo }));
    return this.tell<OperationOutcome>(connection.close({ attemptNo }));
  }
}
