import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { publicOnly, routeTo } from "./bill-hosts.ts";

const ENDPOINT = "http://127.0.0.1:8080/gateway.do";
const OWN = { lookup: undefined };
const PUBLIC = { lookup: expect.any(Function) };

test.each([
  ["http://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade", PUBLIC],
  ["https://dwbillcenter.alipay.com/x", PUBLIC],
  ["https://mdn.alipayobjects.com/x", PUBLIC],
  ["http://127.0.0.1:8080/downloadBillFile.resource", OWN],
  ["http://127.0.0.1:8081/x", undefined],
  ["http://127.0.0.1/x", undefined],
  ["http://169.254.169.254/latest/meta-data", undefined],
  ["http://localhost:8080/x", undefined],
  ["http://dwbillcenter.alipay.com:8080/x", undefined],
  ["http://alipay.com.example.com/x", undefined],
  ["http://evilalipay.com/x", undefined],
  ["http://example.com/?dwbillcenter.alipay.com", undefined],
  ["http://dwbillcenter.alipay.com@example.com/x", undefined],
  ["http://user:password@dwbillcenter.alipay.com/x", undefined],
  ["ftp://dwbillcenter.alipay.com/x", undefined],
  ["file:///etc/passwd", undefined],
])("a bill at %s", (address, route) => {
  expect(routeTo(new URL(address), ENDPOINT)).toEqual(route);
});

function lookUp(addresses: readonly string[], all: boolean): Promise<string | LookupAddress[] | Error> {
  const lookup = publicOnly((_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    ),
  );
  return new Promise((resolve) =>
    lookup("dwbillcenter.alipay.com", { all }, (error, address) => resolve(error ?? address)),
  );
}

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "::1",
  "::ffff:10.0.0.1",
  "fd00::1",
  "fe80::1",
  "64:ff9b::a00:1",
])("a host of Alipay's at %s is no host", async (address) => {
  expect(await lookUp([address], true)).toBeInstanceOf(Error);
  expect(await lookUp(["203.0.114.1", address], false)).toBeInstanceOf(Error);
});

test("a public host is found, and one without an address is not", async () => {
  expect(await lookUp(["203.0.114.1"], true)).toEqual([{ address: "203.0.114.1", family: 4 }]);
  expect(await lookUp(["203.0.114.1", "2400:3200::1"], false)).toBe("203.0.114.1");
  expect(await lookUp([], true)).toBeInstanceOf(Error);
});
