import { isIP } from "node:net";
import { fieldError } from "./fields.ts";

/** Throws PARAM_ERROR unless callbacks can be sent there; `strict` asks for https on a public host, as in reality. */
export function checkNotifyUrl(notifyUrl: string, strict: boolean): void {
  const url = URL.parse(notifyUrl);
  const refuse = (issue: string) => fieldError("/notify_url", notifyUrl, issue);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) throw refuse("不是合法的URL");
  if (notifyUrl.includes("?")) throw refuse("不能携带参数");
  if (!strict) return;
  if (url.protocol !== "https:") throw refuse("必须为https协议");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || isIP(host) !== 0) throw refuse("必须为外网可访问的域名");
}
