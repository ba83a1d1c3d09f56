import { lookup as lookupName } from "node:dns";
import { BlockList, isIPv6, type LookupFunction } from "node:net";

/** Where bills are kept: https://opendocs.alipay.com/open/3c9f1bcf_alipay.data.dataservice.bill.downloadurl.query names dwbillcenter.alipay.com. */
const DOMAINS = [".alipay.com", ".alipayobjects.com"];

/**
 * Whether a bill may be fetched from an address, and how its host is to be looked up: the account's own endpoint as it is, which
 * may be a simulator; Alipay's hosts only where they are public. `undefined`: nowhere.
 */
export function routeTo(url: URL, endpoint: string): { lookup: LookupFunction | undefined } | undefined {
  if (url.username !== "" || url.password !== "" || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.host === new URL(endpoint).host) return { lookup: undefined };
  const isAlipays = DOMAINS.some((domain) => url.hostname.endsWith(domain));
  return isAlipays && url.port === "" ? { lookup: publicOnly(lookupName) } : undefined;
}

/** A lookup that knows no host with an address which is not the internet's. */
export function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const own = addresses.find(({ address }) => isPrivate(address));
      const failure = error ?? (own || addresses.length === 0 ? new Error("a host without a public address") : null);
      if (failure || options.all === true) callback(failure, addresses);
      else callback(null, addresses[0]?.address ?? "", addresses[0]?.family);
    });
  };
}

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, "ipv4");
}
for (const [net, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  PRIVATE.addSubnet(net, prefix, "ipv6");
}

function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
