import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { archiveOf, DAY, fileName, tradeText } from "../../test/alipay-bill.ts";
import { type AlipayGateway, startAlipayGateway } from "../../test/alipay-gateway.ts";
import type { BillOutcome, ChannelConnection } from "../channel.ts";
import { downloadBill } from "./bill-download.ts";
import { alipay } from "./plugin.ts";

const NOW = Date.parse("2026-11-21T02:30:00Z");
/** The deadline is far behind the longest silence, which undici's timers tell to the second. */
const LIMITS = { maxBytes: 1_000_000, deadlineMs: 20_000, idleMs: 300 };

let gateway: AlipayGateway;
let connection: ChannelConnection;
let directory: string;
let path: string;
let count = 0;

/** What the gateway answers to a question for a bill. */
function answer(fields: Readonly<Record<string, unknown>>): void {
  gateway.answer = (parameters, response) => response.end(gateway.envelope(parameters, fields));
}
const fetchBill = (billKind: "trade" | "fund_flow" = "trade") =>
  connection.fetchBill({ billKind, businessDay: DAY, path });
const hasFile = () =>
  readFile(path).then(
    () => true,
    () => false,
  );

/** Lets a server on loopback answer one download, by `downloadBill` alone. */
async function download(
  listener: RequestListener,
  limits = LIMITS,
): Promise<{ outcome: BillOutcome; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/gateway.do`;
  try {
    return {
      outcome: await downloadBill(`http://127.0.0.1:${port}/bill?token=s3cret`, { path, endpoint, limits }),
      asked,
    };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "payhub-fetch-"));
  gateway = await startAlipayGateway();
  const random = { bytes: (size: number) => new Uint8Array(size), fraction: () => 0 };
  connection = alipay.connect([gateway.credentials], { clock: { now: () => NOW }, random, deadlineMs: 2000 });
});
beforeEach(() => {
  count += 1;
  path = join(directory, `${count}.zip`);
  gateway.requests.length = 0;
});
afterAll(async () => {
  await gateway.stop();
  await rm(directory, { recursive: true });
});

describe("asking for a bill", () => {
  test.each([
    ["trade", "trade"],
    ["fund_flow", "signcustomer"],
  ] as const)("of kind %s names the day and no order", async (billKind, billType) => {
    answer({ code: "10000", bill_file_code: "EMPTY_DATA_WITH_BILL_FILE", bill_download_url: "http://x.alipay.com/" });
    expect(await fetchBill(billKind)).toEqual({ kind: "none" });
    const [request] = gateway.requests;
    expect(request?.method).toBe("alipay.data.dataservice.bill.downloadurl.query");
    expect(JSON.parse(request?.biz_content ?? "")).toEqual({ bill_type: billType, bill_date: DAY });
  });

  test.each([
    ["40004", "isp.bill_not_exist", "absent"],
    ["20000", "ISP.BILL_NOT_EXIST", "absent"],
    ["40004", "BILL_NOT_EXIST", "absent"],
    ["40004", "NO_BILL_DATA", "absent"],
    ["40002", "isv.invalid_arguments", "declined"],
    ["40004", "TYPE_NOT_SUPPORTED", "declined"],
    ["40006", "isv.insufficient-isv-permissions", "declined"],
    ["20000", "isp.unknow-error", "unknown"],
    ["40004", "isp.unknow-error", "unknown"],
    ["40004", "UNKNOWN_ERROR", "unknown"],
    ["40004", "USER_RATE_LIMIT", "unknown"],
    ["40004", "isv.SYSTEM_RATE_LIMIT", "unknown"],
    ["40005", "isv.app-call-limited", "unknown"],
  ])("answered with %s %s is %s", async (code, subCode, kind) => {
    answer({ code, msg: "Business Failed", sub_code: subCode, sub_msg: "账单不存在" });
    expect(await fetchBill()).toMatchObject({ kind });
    expect(await hasFile()).toBe(false);
  });

  test.each([
    ["no address", undefined],
    ["another host's address", "http://127.0.0.1:1/bill.zip"],
    ["no address at all", "bill.zip"],
  ])("answered with %s is unknown", async (_name, url) => {
    answer({ code: "10000", bill_download_url: url });
    expect(await fetchBill()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("address") });
  });

  test("unsigned, or at no gateway, says so", async () => {
    gateway.answer = (_parameters, response) => response.end(`{"code":"10000"}`);
    expect(await fetchBill()).toMatchObject({ kind: "unknown" });
  });
});

describe("a bill", () => {
  const serve = (archive: Uint8Array) => {
    const { origin } = new URL(gateway.credentials.endpoint);
    gateway.answer = (parameters, response) => {
      if (parameters.method === undefined) response.end(archive);
      else
        response.end(gateway.envelope(parameters, { code: "10000", bill_download_url: `${origin}/bill.zip?token=1` }));
    };
  };

  test("is fetched as it is, checked, and read", async () => {
    const archive = await archiveOf({ [fileName("业务明细.csv")]: tradeText() });
    serve(archive);
    expect(await fetchBill()).toEqual({ kind: "fetched" });
    expect(archive.equals(await readFile(path))).toBe(true);
    expect(gateway.requests).toHaveLength(2);
    const items = [];
    for await (const batch of connection.readTradeBill(path)) items.push(...batch);
    expect(items).toMatchObject([{ kind: "line", line: { outTradeNo: "T1", amount: 8888, fee: 53 } }]);
  });

  test.each([
    ["another seller's", { account: "20880000000000020156" }, "another account"],
    ["another day's", { day: "2026年11月21日" }, "the bill of 2026-11-21"],
  ])("that is %s is refused and kept", async (_name, text, reason) => {
    const archive = await archiveOf({ [fileName("业务明细.csv")]: tradeText(text) });
    serve(archive);
    expect(await fetchBill()).toEqual({ kind: "refused", reason: expect.stringContaining(reason) });
    expect(archive.equals(await readFile(path))).toBe(true);
  });

  test("that is a page is refused and kept", async () => {
    serve(Buffer.from("<html>已失效</html>"));
    expect(await fetchBill()).toEqual({ kind: "refused", reason: expect.stringContaining("no whole zip archive") });
    expect(await readFile(path, "utf8")).toBe("<html>已失效</html>");
  });
});

describe("a download", () => {
  test.each<[string, RequestListener, string]>([
    [
      "a cut one",
      (_, response) => response.writeHead(200, { "content-length": 99 }).write("x", () => response.destroy()),
      "",
    ],
    ["a missing page", (_, response) => response.writeHead(404).end(), "HTTP status 404"],
    ["a broken server", (_, response) => response.writeHead(503).end(), "HTTP status 503"],
    [
      "a packed one",
      (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x")),
      "encoded",
    ],
    ["silence", () => undefined, "UND_ERR_HEADERS_TIMEOUT"],
    ["silence on the way", (_, response) => response.writeHead(200).write("x"), "UND_ERR_BODY_TIMEOUT"],
    ["a circle", (_, response) => response.writeHead(302, { location: "/bill" }).end(), "again and again"],
    ["a way out", (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), "not Alipay's"],
    ["a way nowhere", (_, response) => response.writeHead(302, { location: "http://[" }).end(), "not Alipay's"],
  ])("%s is unknown, leaves no file and tells no token", async (_name, listener, reason) => {
    const { outcome } = await download(listener);
    expect(outcome).toEqual({ kind: "unknown", reason: expect.stringContaining(reason) });
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
    expect(await hasFile()).toBe(false);
  });

  test("that drips is given up at the deadline", async () => {
    const drip: RequestListener = (_, response) => {
      const timer = setInterval(() => response.write("x"), 50);
      response.on("close", () => clearInterval(timer));
    };
    const { outcome } = await download(drip, { ...LIMITS, deadlineMs: 1000, idleMs: 20_000 });
    expect(outcome).toEqual({ kind: "unknown", reason: expect.stringContaining("TimeoutError") });
    expect(await hasFile()).toBe(false);
  });

  test("that is too large is refused, and what came is kept", async () => {
    const { outcome } = await download((_, response) => response.end(Buffer.alloc(LIMITS.maxBytes + 1)));
    expect(outcome).toEqual({ kind: "refused", reason: "a download of more than 1000000 bytes" });
    const kept = await readFile(path);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(LIMITS.maxBytes);
    await rm(path);
    expect((await download((_, response) => response.end(Buffer.alloc(LIMITS.maxBytes)))).outcome.kind).toBe("fetched");
  });

  test("may be led elsewhere at the same host", async () => {
    const { outcome, asked } = await download((request, response) => {
      if (request.url === "/there") response.end("x");
      else response.writeHead(301, { location: "/there" }).end();
    });
    expect(outcome).toEqual({ kind: "fetched" });
    expect(asked).toEqual(["/bill?token=s3cret", "/there"]);
  });

  test("never writes over a file", async () => {
    await writeFile(path, "mine");
    await expect(download((_, response) => response.end("x"))).rejects.toMatchObject({ code: "EEXIST" });
    expect(await readFile(path, "utf8")).toBe("mine");
  });
});
