export interface ErrorDetail {
  field: string;
  value?: unknown;
  issue: string;
  location: "body" | "url" | "query";
}

/** An error answer: HTTP status and `{ code, message, detail? }`. https://pay.weixin.qq.com/doc/v3/merchant/4012081717 */
export class WechatpayError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: ErrorDetail | undefined;

  constructor(status: number, code: string, message: string, detail?: ErrorDetail) {
    super(message);
    this.name = "WechatpayError";
    this.status = status;
    this.code = code;
    this.detail = detail;
  }

  body(): string {
    return JSON.stringify({ code: this.code, message: this.message, ...(this.detail && { detail: this.detail }) });
  }
}

export const signError = (message: string) => new WechatpayError(401, "SIGN_ERROR", message);

export const paramError = (message: string, detail?: ErrorDetail) =>
  new WechatpayError(400, "PARAM_ERROR", message, detail);

export const invalidRequest = (message: string) => new WechatpayError(400, "INVALID_REQUEST", message);

export const orderPaid = () => new WechatpayError(400, "ORDERPAID", "该订单已支付");

export const orderClosed = () => new WechatpayError(400, "ORDER_CLOSED", "该订单已关闭");

export const orderNotExist = () => new WechatpayError(404, "ORDER_NOT_EXIST", "订单不存在");

export const resourceNotExists = (message: string) => new WechatpayError(404, "RESOURCE_NOT_EXISTS", message);

/** Not an error: accepted but not finished, and to be sent with status 202. */
export const userPaying = (message: string) => ({ status: 202, code: "USERPAYING", message });

export const headerMchidMismatch = () => paramError("http header中的mchid与post payload中的mchid不匹配");

/** The usual code of an HTTP status, for scripted failures that name none. */
export function statusError(status: number, code: string | undefined): WechatpayError {
  if (status === 429) return new WechatpayError(status, code ?? "FREQUENCY_LIMITED", "频率超限");
  if (status === 502 || status === 503) return new WechatpayError(status, code ?? "SERVICE_UNAVAILABLE", "服务不可用");
  if (status === 202) return new WechatpayError(status, code ?? "USERPAYING", "请求已受理，请使用原参数重试");
  return new WechatpayError(status, code ?? "SYSTEM_ERROR", "系统异常，请稍后重试");
}
