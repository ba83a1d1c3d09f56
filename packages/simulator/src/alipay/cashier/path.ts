/** Where the cashier lives at the gateway's host. */
export const cashierPath = "/cashier/";

const codeStart = "https://qr.alipay.com/";

/** The cashier's path of an order, by the code that its page shows. */
export function cashierPathOf(code: string): string {
  return `${cashierPath}${code.slice(codeStart.length)}`;
}

/** The code of the order at that path; undefined when it is no path of a cashier. */
export function codeOfCashierPath(pathname: string): string | undefined {
  const token = pathname.startsWith(cashierPath) ? pathname.slice(cashierPath.length) : "";
  return /^\w+$/.test(token) ? `${codeStart}${token}` : undefined;
}
