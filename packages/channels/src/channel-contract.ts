import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { CURRENCY, issueNumber, PayhubError, samePayee } from "@payhub/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  ChannelConnection,
  ChannelPlugin,
  ChargeOutcome,
  ChargeRequest,
  CloseOutcome,
  QueryOutcome,
  RawNotification,
} from "./channel.ts";

/** What the channel's simulator is told to do wrong with the next call about one order. */
export type ContractFault =
  | { kind: "timeout_after_commit" | "timeout_before_commit" }
  | { kind: "drop"; when: "before" | "after" }
  | { kind: "status"; status: number; code?: string }
  | { kind: "bad_signature" | "unsigned" | "stale_timestamp" | "unknown_serial" | "probe" | "unknown_result" };

export type ContractCallbackFault =
  | "forged"
  | "probe"
  | { kind: "duplicate"; count: number }
  | { kind: "wrong_amount"; amount: number }
  | { kind: "wrong_merchant" };

/** A channel that can be driven from both sides: as the account, and as the payer. */
export interface ChannelHarness {
  /** As `readCredentials` takes them; the endpoint is the simulator's. */
  credentials: Readonly<Record<string, string>>;
  /** The same account after a change of keys that the channel has not heard of. */
  successor: Readonly<Record<string, string>>;
  /** Texts that no outcome and no error may hold. */
  secrets: readonly string[];
  /** Where the notifications about an order are caught. */
  notifyUrl(attemptNo: string): string;
  fault(options: { operation: Operation; attemptNo: string; fault: ContractFault }): void;
  callbackFault(options: { attemptNo: string; fault: ContractCallbackFault }): void;
  /** How many calls about an order reached the channel. */
  calls(attemptNo: string): number;
  /** The payer scans, and pays. */
  scan(codeUrl: string): void;
  pay(codeUrl: string): void;
  /** The notifications caught about an order, once there are at least `count`. */
  notifications(attemptNo: string, count: number): Promise<RawNotification[]>;
  stop(): Promise<void>;
}

export interface ChannelContract<Credentials> {
  plugin: ChannelPlugin<Credentials>;
  open(): Promise<ChannelHarness>;
  /** Faults that only this channel knows and that leave the outcome unknown. */
  unknownFaults: readonly ContractFault[];
  /** What the first call of a connection comes to at a broken server: `unsent` when it must fetch keys before it dares to charge. */
  coldOutcome: "unknown" | "unsent";
  /** Forgeries that only this channel knows. */
  forgeries: readonly ContractCallbackFault[];
}

type OperationOutcome = ChargeOutcome | QueryOutcome | CloseOutcome;
type Operation = "create" | "query" | "close";

const OPERATIONS: readonly Operation[] = ["create", "query", "close"];
const DEADLINE_MS = 400;
const MINUTE_MS = 60_000;

/** What every channel must do, against its simulator and against servers that misbehave. */
export function describeChannel<Credentials>(contract: ChannelContract<Credentials>): void {
  describe(`channel ${contract.plugin.name}`, () => {
    const bench = new Bench(contract);
    beforeAll(() => bench.open());
    afterAll(() => bench.close());

    describe("requests", () => describeRequests(bench));
    describe("orders", () => describeOrders(bench));
    describe("unknown outcomes", () => describeUnknown(bench, contract.unknownFaults));
    describe("broken servers", () => describeBrokenServers(bench));
    describe("notifications", () => describeNotifications(bench, contract.forgeries));
    describe("credentials", () => describeCredentials(bench));
    test("no secret in any outcome or error", () => {
      const told = JSON.stringify(bench.told);
      expect(bench.told.length).toBeGreaterThan(20);
      for (const secret of bench.harness.secrets) expect(told.includes(secret)).toBe(false);
    });
  });
}

/** The harness with one connection on it; remembers every outcome it was told. */
class Bench<Credentials> {
  readonly contract: ChannelContract<Credentials>;
  readonly told: unknown[] = [];
  readonly clock = { now: () => Date.now() };
  readonly random = { bytes: (size: number) => randomBytes(size), fraction: () => 0.5 };
  #harness: ChannelHarness | undefined;
  #connection: ChannelConnection | undefined;

  constructor(contract: ChannelContract<Credentials>) {
    this.contract = contract;
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

function describeOrders<C>(bench: Bench<C>): void {
  test("create, scan, pay, query: the receipt is the channel's own", async () => {
    const request = bench.request();
    const codeUrl = await bench.place(request);
    bench.harness.scan(codeUrl);
    expect(await bench.run("query", request)).toEqual({ kind: "unpaid" });
    const before = Date.now() - 2000;
    bench.harness.pay(codeUrl);
    const outcome = await bench.tell(bench.connection.query(request));
    if (outcome.kind !== "paid") throw new Error(`not paid: ${outcome.kind}`);
    const { receipt } = outcome;
    expect(receipt).toMatchObject({ outTradeNo: request.attemptNo, amount: request.amount, currency: CURRENCY });
    expect(receipt.channelTradeNo).toMatch(/^\d{20,}$/);
    expect(receipt.paidAt).toBeGreaterThan(before);
    expect(receipt.paidAt).toBeLessThanOrEqual(Date.now());
    expect(samePayee(receipt.payee, bench.connection.payee)).toBe(true);
  });

  test("other parameters under a used number are declined", async () => {
    const request = bench.request();
    bench.harness.scan(await bench.place(request));
    const outcome = await bench.run("create", { ...request, amount: request.amount + 1 });
    expect(outcome).toMatchObject({ kind: "declined", because: "number_used" });
  });

  test("a paid order is neither sold nor closed again", async () => {
    const request = await bench.paidOrder();
    expect(await bench.run("create", request)).toMatchObject({ kind: "declined", because: "already_paid" });
    expect(await bench.run("close", request)).toEqual({ kind: "paid" });
  });

  test("close an unpaid order, twice", async () => {
    const request = bench.request();
    bench.harness.scan(await bench.place(request));
    expect(await bench.run("close", request)).toEqual({ kind: "closed" });
    expect(await bench.run("close", request)).toEqual({ kind: "closed" });
    expect(await bench.run("query", request)).toEqual({ kind: "closed" });
    expect(await bench.run("create", request)).toMatchObject({ kind: "declined", because: "already_closed" });
  });

  test("an order that was never placed is absent", async () => {
    const request = bench.request();
    expect(await bench.run("query", request)).toEqual({ kind: "absent" });
    expect(["absent", "closed"]).toContain((await bench.run("close", request)).kind);
  });
}

function describeRequests<C>(bench: Bench<C>): void {
  test("the same request again is accepted", async () => {
    const request = bench.request();
    await bench.place(request);
    await bench.place({ ...request });
  });

  test("many at once", async () => {
    const requests = Array.from({ length: 30 }, () => bench.request());
    const patient = bench.contract.plugin.connect([bench.contract.plugin.readCredentials(bench.harness.credentials)], {
      clock: bench.clock,
      random: bench.random,
      deadlineMs: 5000,
    });
    const codes = await Promise.all(requests.map((request) => bench.place(request, patient)));
    expect(new Set(codes).size).toBe(requests.length);
  });

  test("a caller whom the channel does not believe is refused in its words, or left in doubt", async () => {
    const stranger = bench.connect({ ...bench.harness.successor });
    const outcome = await bench.run("create", bench.request(), stranger);
    if (outcome.kind === "declined") {
      expect(outcome).toMatchObject({
        because: "refused",
        code: expect.stringMatching(/./),
        message: expect.stringMatching(/./),
      });
    } else expect(["unknown", bench.contract.coldOutcome]).toContain(outcome.kind);
  });

  test("a subject of any characters is taken", async () => {
    for (const subject of ["🎉", "咖啡🎉\ud83d \u0000中杯", "x".repeat(5000), `"<&>'\\\n`]) {
      await bench.place(bench.request({ subject }));
    }
  });

  test("amounts keep every fen, from the least to the most", async () => {
    for (const amount of [1, 10, 99, 100, 1_000_001]) {
      const request = bench.request({ amount });
      bench.harness.pay(await bench.place(request));
      expect(await bench.run("query", request)).toMatchObject({ kind: "paid", receipt: { amount } });
    }
  });

  test("an order may live from one minute to two hours", async () => {
    const { minExpiresInMs = 0, maxExpiresInMs = 0 } = bench.contract.plugin.scenes.qr ?? {};
    expect([minExpiresInMs, maxExpiresInMs]).toEqual([MINUTE_MS, 120 * MINUTE_MS]);
    for (const livesMs of [minExpiresInMs, maxExpiresInMs]) {
      const request = bench.request();
      await bench.place({ ...request, expiresAt: request.createdAt + livesMs });
    }
  });
}

const COMMON_FAULTS: readonly ContractFault[] = [
  { kind: "timeout_after_commit" },
  { kind: "timeout_before_commit" },
  { kind: "drop", when: "before" },
  { kind: "drop", when: "after" },
  { kind: "status", status: 500 },
  { kind: "status", status: 502 },
  { kind: "bad_signature" },
  { kind: "unsigned" },
];

function describeUnknown<C>(bench: Bench<C>, own: readonly ContractFault[]): void {
  const cases = [...COMMON_FAULTS, ...own].flatMap((fault) =>
    OPERATIONS.map((operation) => ({ operation, fault, title: `${operation}: ${Object.values(fault).join(" ")}` })),
  );
  test.each(cases)("$title", async ({ operation, fault }) => {
    const request = bench.request();
    if (operation !== "create") bench.harness.scan(await bench.place(request));
    const before = bench.harness.calls(request.attemptNo);
    bench.harness.fault({ operation, attemptNo: request.attemptNo, fault });
    const startedAt = performance.now();
    expect(await bench.run(operation, request)).toMatchObject({ kind: "unknown", reason: expect.any(String) });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 500);
    // A call that a timeout still holds is not in the log yet: at most one, and never a blind repeat.
    expect(bench.harness.calls(request.attemptNo) - before).toBeLessThanOrEqual(1);
  });

  test("after an unknown create the same request goes through", async () => {
    const request = bench.request();
    bench.harness.fault({ operation: "create", attemptNo: request.attemptNo, fault: { kind: "drop", when: "after" } });
    expect(await bench.run("create", request)).toMatchObject({ kind: "unknown" });
    await bench.place(request);
  });
}

function describeBrokenServers<C>(bench: Bench<C>): void {
  test.each(OPERATIONS)("%s: nobody listens, so nothing was sent", async (operation) => {
    const { server, origin } = await listen(() => undefined);
    await stop(server);
    const connection = bench.connect(at(bench.harness.credentials, origin));
    const outcome = await bench.run(operation, bench.request(), connection);
    expect(outcome).toMatchObject({ kind: "unsent", reason: expect.any(String) });
  });

  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\n";
  const servers: { title: string; answer(socket: Socket): void }[] = [
    { title: "silence", answer: () => undefined },
    { title: "a cut before the answer", answer: (socket) => socket.destroy() },
    { title: "half an answer", answer: (socket) => socket.end(`${head}content-length: 100\r\n\r\n{"code_url":`) },
    { title: "no HTTP", answer: (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n") },
    { title: "an empty 200", answer: (socket) => socket.end(`${head}content-length: 0\r\n\r\n`) },
    { title: "HTML under 403", answer: (socket) => socket.end("HTTP/1.1 403 No\r\ncontent-length: 6\r\n\r\n<html>") },
    {
      title: "a redirect",
      answer: (socket) => socket.end("HTTP/1.1 302 Go\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"),
    },
    { title: "an answer that drips for ever", answer: drip },
    { title: "an answer of 3 MiB", answer: flood },
  ];
  test.each(servers)("$title is never taken for an answer", async ({ answer }) => {
    let requests = 0;
    const { server, origin } = await listen((socket) => {
      requests += 1;
      answer(socket);
    });
    const connection = bench.connect(at(bench.harness.credentials, origin));
    const startedAt = performance.now();
    const outcome = await bench.run("create", bench.request(), connection);
    const tookMs = performance.now() - startedAt;
    await stop(server);
    expect(outcome).toMatchObject({ kind: bench.contract.coldOutcome });
    expect(tookMs).toBeLessThan(DEADLINE_MS + 500);
    expect(requests).toBe(1);
  });

  function drip(socket: Socket): void {
    socket.write(`${head}content-length: 5000\r\n\r\n`);
    const timer = setInterval(() => socket.write(" "), 20);
    socket.on("close", () => clearInterval(timer));
  }

  function flood(socket: Socket): void {
    const bytes = 3 * 1024 * 1024;
    socket.write(`${head}content-length: ${bytes}\r\n\r\n`);
    socket.write(Buffer.alloc(bytes, " "));
  }
}

function describeNotifications<C>(bench: Bench<C>, forgeries: readonly ContractCallbackFault[]): void {
  async function notified(fault?: ContractCallbackFault, count = 1) {
    const request = bench.request();
    const codeUrl = await bench.place(request);
    if (fault) bench.harness.callbackFault({ attemptNo: request.attemptNo, fault });
    bench.harness.pay(codeUrl);
    const raws = await bench.harness.notifications(request.attemptNo, count);
    const [raw] = raws;
    if (!raw) throw new Error("no notification came");
    return { request, raw, raws };
  }
  const read = (raw: RawNotification, connection = bench.connection) => bench.tell(connection.readNotification(raw));

  test("a genuine one is the receipt that a query gives", async () => {
    const { request, raw } = await notified();
    const outcome = await read(raw);
    if (outcome.kind !== "payment") throw new Error(`not a payment: ${JSON.stringify(outcome)}`);
    const { payee, ...facts } = outcome.receipt;
    expect(await bench.run("query", request)).toMatchObject({ kind: "paid", receipt: facts });
    expect(payee).toEqual(bench.connection.payee);
    expect(outcome.notificationId).toMatch(/^[\w-]{8,64}$/);
  });

  test("duplicates have one id", async () => {
    const { raws } = await notified({ kind: "duplicate", count: 3 }, 3);
    const outcomes = await Promise.all(raws.map((raw) => read(raw)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["payment", "payment", "payment"]);
    expect(new Set(outcomes.map((one) => (one.kind === "payment" ? one.notificationId : ""))).size).toBe(1);
  });

  test.each<ContractCallbackFault>(["forged", ...forgeries])("%s is rejected", async (fault) => {
    expect(await read((await notified(fault)).raw)).toMatchObject({ kind: "rejected" });
  });

  test("any changed byte is rejected", async () => {
    const { raw } = await notified();
    for (const index of [0, Math.floor(raw.body.length / 2), raw.body.length - 1]) {
      const body = Uint8Array.from(raw.body);
      body[index] = body[index] === 0x31 ? 0x32 : 0x31;
      expect(await read({ ...raw, body })).toMatchObject({ kind: "rejected" });
    }
    expect(await read({ ...raw, body: Buffer.concat([raw.body, Buffer.from("&a=1 ")]) })).toMatchObject({
      kind: "rejected",
    });
  });

  test("nonsense is rejected", async () => {
    const bodies = ["", "{}", "null", "[]", "sign=&sign=", "\u0000", "x".repeat(70_000), `{"__proto__":{"a":1}}`];
    for (const body of bodies) {
      expect(await read({ headers: {}, body: Buffer.from(body) })).toMatchObject({ kind: "rejected" });
    }
    expect(await read({ headers: {}, body: Buffer.from([0xff, 0xfe, 0x80]) })).toMatchObject({ kind: "rejected" });
  });

  test("amount and payee are told as the channel wrote them", async () => {
    const wrongAmount = await notified({ kind: "wrong_amount", amount: 1 });
    expect(await read(wrongAmount.raw)).toMatchObject({ kind: "payment", receipt: { amount: 1 } });
    const outcome = await read((await notified({ kind: "wrong_merchant" })).raw);
    if (outcome.kind !== "payment") throw new Error(`not a payment: ${JSON.stringify(outcome)}`);
    expect(samePayee(outcome.receipt.payee, bench.connection.payee)).toBe(false);
  });

  test("every live version of the keys is believed, and no other", async () => {
    const { credentials, successor } = bench.harness;
    const { raw } = await notified();
    expect(await read(raw, bench.connect(successor, credentials))).toMatchObject({ kind: "payment" });
    expect(await read(raw, bench.connect(credentials, successor))).toMatchObject({ kind: "payment" });
    expect(await read(raw, bench.connect(successor))).toMatchObject({ kind: "rejected" });
  });
}

function describeCredentials<C>(bench: Bench<C>): void {
  const { plugin } = bench.contract;

  function refusal(input: unknown): PayhubError {
    try {
      plugin.readCredentials(input);
    } catch (error) {
      if (!(error instanceof PayhubError)) throw error;
      bench.told.push({ message: error.message, details: error.details });
      return error;
    }
    throw new Error("the credentials were taken");
  }

  test("each field is named when it is wrong, never its value", () => {
    const { credentials } = bench.harness;
    for (const field of Object.keys(credentials)) {
      const error = refusal({ ...credentials, [field]: "canary value" });
      expect(error).toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining(field) });
      expect(JSON.stringify([error.message, error.details])).not.toContain("canary");
    }
    expect(refusal({ ...credentials, privatKey: "x" }).message).toContain("privatKey");
    for (const input of [null, undefined, 1, "text", [], {}]) expect(refusal(input).code).toBe("INVALID_INPUT");
  });

  test("what was read can be read again", () => {
    const read = plugin.readCredentials(bench.harness.credentials);
    expect(plugin.readCredentials(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });
}

/** The credentials with another host to call. */
function at(credentials: Readonly<Record<string, string>>, origin: string): Record<string, string> {
  const path = new URL(credentials.endpoint ?? "").pathname;
  return { ...credentials, endpoint: `${origin}${path === "/" ? "" : path}` };
}

/** A server that answers each request's first bytes, and counts as one request each. */
async function listen(answer: (socket: Socket) => void): Promise<{ server: Server; origin: string }> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => answer(socket));
    sockets.get(server)?.push(socket);
  });
  sockets.set(server, []);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

const sockets = new WeakMap<Server, Socket[]>();

async function stop(server: Server): Promise<void> {
  for (const socket of sockets.get(server) ?? []) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
