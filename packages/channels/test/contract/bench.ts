import { randomBytes } from "node:crypto";
import { issueNumber, type PayerAction, type Receipt, SCENES, type Scene, type SceneInput } from "@payhub/domain";
import type { ChannelConnection, ChargeRequest, RefundRequest } from "../../src/channel.ts";
import type { AtCounter, ChannelContract, ChannelHarness, Operation } from "./harness.ts";

export const OPERATIONS: readonly Operation[] = ["create", "query", "close", "cancel", "refund", "refund_query"];
export const DEADLINE_MS = 400;
export const MINUTE_MS = 60_000;

/** What every charge has, whatever its scene. */
type OrderFields = Omit<ChargeRequest, "scene">;

/** A paid order with the channel's receipt. */
interface PaidOrder {
  request: ChargeRequest;
  receipt: Pick<Receipt, "channelTradeNo">;
}

/** The harness with one connection on it; remembers every outcome it was told. */
export class Bench<Credentials> {
  readonly contract: ChannelContract<Credentials>;
  readonly told: unknown[] = [];
  readonly clock = { now: () => Date.now() };
  readonly random = { bytes: (size: number) => randomBytes(size), fraction: () => 0.5 };
  readonly #deadlineMs: number;
  #harness: ChannelHarness | undefined;
  #connection: ChannelConnection | undefined;

  constructor(contract: ChannelContract<Credentials>, { deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {}) {
    this.contract = contract;
    this.#deadlineMs = deadlineMs;
  }

  /** The scenes in which the payer shows a code. */
  get counters(): Scene[] {
    const { scenes } = this.contract.plugin;
    return SCENES.filter((scene) => scenes[scene]?.atCounter !== undefined);
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
      deadlineMs: this.#deadlineMs,
    });
  }

  request(changes: Partial<OrderFields> = {}, input: SceneInput = { scene: "qr" }): ChargeRequest {
    const createdAt = Date.now();
    const attemptNo = issueNumber("attempt", this);
    return {
      ...input,
      attemptNo,
      amount: 1288,
      subject: "契约测试 A&B=1%",
      createdAt,
      expiresAt: createdAt + 15 * MINUTE_MS,
      notifyUrl: this.harness.notifyUrl(attemptNo),
      ...changes,
    };
  }

  /** A sale at a counter, with the code that the payer showed. */
  sale(scene: Scene, payer: AtCounter = {}): { request: ChargeRequest; authCode: string } {
    const input = this.harness.input(scene, payer);
    if (!("authCode" in input)) throw new Error(`scene ${scene} has no counter`);
    return { request: this.request({}, input), authCode: input.authCode };
  }

  refundOf({ request, receipt }: PaidOrder, changes: Partial<RefundRequest> = {}): RefundRequest {
    return {
      attemptNo: request.attemptNo,
      channelTradeNo: receipt.channelTradeNo,
      refundNo: issueNumber("refund", this),
      amount: request.amount,
      total: request.amount,
      reason: "契约测试🎉",
      notifyUrl: request.notifyUrl,
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
  async accepted(request: ChargeRequest, connection = this.connection): Promise<PayerAction> {
    const outcome = await this.tell(connection.create(request));
    if (outcome.kind !== "accepted") throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
    return outcome.action;
  }

  /** Places an order whose payer scans. */
  async place(request: ChargeRequest, connection = this.connection): Promise<string> {
    const action = await this.accepted(request, connection);
    if (action.type !== "show_qr" || action.expiresAt !== request.expiresAt) {
      throw new Error(`no code until ${request.expiresAt}: ${JSON.stringify(action)}`);
    }
    return action.codeUrl;
  }

  async paidOrder(request = this.request()): Promise<PaidOrder> {
    this.harness.pay(await this.place(request));
    return { request, receipt: await this.receiptOf(request) };
  }

  async receiptOf(request: ChargeRequest): Promise<Receipt> {
    const outcome = await this.tell(this.connection.query(request));
    if (outcome.kind !== "paid") throw new Error(`not paid: ${JSON.stringify(outcome)}`);
    return outcome.receipt;
  }

  /** Brings an order to where an operation makes sense, and gives the operation. */
  async prepare(operation: Operation): Promise<{ attemptNo: string; run(): Promise<{ kind: string }> }> {
    if (operation === "cancel") {
      const [scene] = this.counters;
      if (scene === undefined) throw new Error("a channel without a counter cancels nothing");
      const { request } = this.sale(scene);
      await this.tell(this.connection.create(request));
      return { attemptNo: request.attemptNo, run: () => this.run("cancel", request) };
    }
    if (operation === "refund" || operation === "refund_query") {
      const paid = await this.paidOrder();
      const refund = this.refundOf(paid);
      if (operation === "refund_query") await this.tell(this.connection.refund(refund));
      return { attemptNo: refund.attemptNo, run: () => this.run(operation, paid.request, { refund }) };
    }
    const request = this.request();
    if (operation !== "create") this.harness.scan(await this.place(request));
    return { attemptNo: request.attemptNo, run: () => this.run(operation, request) };
  }

  run(
    operation: Operation,
    request: ChargeRequest,
    { connection = this.connection, refund }: { connection?: ChannelConnection; refund?: RefundRequest } = {},
  ): Promise<{ kind: string }> {
    const asked = refund ?? this.refundOf({ request, receipt: UNPAID });
    switch (operation) {
      case "create":
        return this.tell(connection.create(request));
      case "query":
      case "close":
      case "cancel":
        return this.tell<{ kind: string }>(connection[operation]({ attemptNo: request.attemptNo }));
      case "refund":
        return this.tell(connection.refund(asked));
      case "refund_query":
        return this.tell(connection.queryRefund(asked));
    }
  }
}

const UNPAID = { channelTradeNo: "4200000000202601150000000001" } as const;
