/** Languages of the phone page. */
export type PhoneLanguage = "zh-CN" | "en";

const chinese = {
  title: "模拟付款手机",
  simulator: "模拟环境",
  wechatpay: "微信支付",
  alipay: "支付宝",
  scanTitle: "扫一扫",
  scanHint: "粘贴二维码的内容、付款链接，或页面与 App 调起支付的参数，看看付款人会看到什么。",
  codeLabel: "二维码、链接或调起参数",
  codePlaceholder: 'weixin://wxpay/bizpayurl?pr=…\nhttps://qr.alipay.com/…\n{ "timeStamp": …, "paySign": … }',
  openButton: "打开",
  showCodeButton: "出示付款码",
  codeTitle: "付款码",
  codeHint: "请商户用扫码枪扫描，或把上面的数字交给收银台。",
  codeImage: "付款码的条形码",
  channelLabel: "钱包",
  askPassword: "付款时要求输入密码",
  noBalance: "余额不足",
  freshCodeButton: "换一个付款码",
  passwordTitle: "请输入支付密码",
  confirmButton: "确认付款",
  declineButton: "取消支付",
  paymentFailedTitle: "付款失败",
  paymentFailedHint: "余额不足，或付款人取消了支付。",
  codeExpiredTitle: "付款码已失效",
  codeExpiredHint: "付款码一分钟内有效，请换一个。",
  invalidTitle: "无法调起支付",
  invalidHint: "签名不正确，或参数不完整。钱包会拒绝这样的请求。",
  returnButton: "返回商户",
  payTo: "付款给",
  subject: "商品",
  timeLeft: "剩余时间",
  payButton: "立即支付",
  refuseButton: "拒绝付款",
  noMoney: "这里不会动用真实资金",
  paidTitle: "支付成功",
  paidHint: "商户会收到渠道的支付通知。",
  refusedTitle: "已拒绝付款",
  refusedHint: "订单仍未支付，过期之前还可以重新付款。",
  expiredTitle: "二维码已过期",
  expiredHint: "请回到商户页面重新获取二维码。",
  closedTitle: "订单已关闭",
  closedHint: "商户已关闭这笔订单，无法再付款。",
  alreadyPaidTitle: "订单已支付",
  alreadyPaidHint: "请勿重复付款，这笔订单此前已支付成功。",
  unknownTitle: "无法识别的二维码",
  unknownHint: "两个渠道都没有发出过这个二维码，请检查内容是否完整。",
  failedTitle: "网络异常",
  failedHint: "没有连上模拟器，请稍后重试。",
  retryButton: "重新付款",
  againButton: "再扫一个",
  noScript: "请启用 JavaScript 后再打开此页面。",
};

const english: typeof chinese = {
  title: "The payer's phone",
  simulator: "Simulator",
  wechatpay: "WeChat Pay",
  alipay: "Alipay",
  scanTitle: "Scan a code",
  scanHint: "Paste a QR code's content, a payment link, or what a page or app hands to the wallet.",
  codeLabel: "Code, link or invocation parameters",
  codePlaceholder: 'weixin://wxpay/bizpayurl?pr=…\nor https://qr.alipay.com/…\nor { "timeStamp": …, "paySign": … }',
  openButton: "Open",
  showCodeButton: "Show my payment code",
  codeTitle: "Payment code",
  codeHint: "Let the merchant scan it, or give the digits to the till.",
  codeImage: "The payment code's bars",
  channelLabel: "Wallet",
  askPassword: "Ask me for a password",
  noBalance: "Not enough balance",
  freshCodeButton: "Another code",
  passwordTitle: "Enter your payment password",
  confirmButton: "Confirm payment",
  declineButton: "Cancel",
  paymentFailedTitle: "Payment failed",
  paymentFailedHint: "The balance was too low, or you cancelled.",
  codeExpiredTitle: "This code is over",
  codeExpiredHint: "A payment code lives for a minute. Show another.",
  invalidTitle: "The wallet refuses",
  invalidHint: "The signature is wrong or a field is missing, so the payment cannot be invoked.",
  returnButton: "Back to the merchant",
  payTo: "Pay to",
  subject: "Item",
  timeLeft: "Time left",
  payButton: "Pay now",
  refuseButton: "Refuse",
  noMoney: "No real money moves here",
  paidTitle: "Payment successful",
  paidHint: "The channel is notifying the merchant.",
  refusedTitle: "Payment refused",
  refusedHint: "The order is still unpaid; you can pay until it expires.",
  expiredTitle: "This code has expired",
  expiredHint: "Go back to the merchant for a new code.",
  closedTitle: "Order closed",
  closedHint: "The merchant closed this order; it can no longer be paid.",
  alreadyPaidTitle: "Already paid",
  alreadyPaidHint: "This order was paid before. Nothing was charged again.",
  unknownTitle: "Unknown code",
  unknownHint: "Neither channel issued this code. Is it complete?",
  failedTitle: "Connection problem",
  failedHint: "The simulator did not answer. Try again.",
  retryButton: "Pay after all",
  againButton: "Scan another",
  noScript: "Please enable JavaScript to use this page.",
};

/** Every word on the page, in both languages. */
export const phoneTexts: Readonly<Record<PhoneLanguage, Readonly<typeof chinese>>> = { "zh-CN": chinese, en: english };

/** `?lang=` wins, then the most wanted known language of `Accept-Language`, then zh-CN. */
export function choosePhoneLanguage(options: {
  lang: string | undefined;
  acceptLanguage: string | undefined;
}): PhoneLanguage {
  const wanted = (options.acceptLanguage ?? "")
    .split(",")
    .slice(0, 16)
    .map((entry) => {
      const [tag = "", quality = "q=1"] = entry.trim().split(/\s*;\s*/);
      return { tag, quality: Number(quality.replace("q=", "")) || 0 };
    })
    .sort((a, b) => b.quality - a.quality);
  const known = [options.lang ?? "", ...wanted.map(({ tag }) => tag)].map(languageOf);
  return known.find((language) => language !== undefined) ?? "zh-CN";
}

function languageOf(tag: string): PhoneLanguage | undefined {
  if (/^en(-|$)/i.test(tag)) return "en";
  return /^zh(-|$)/i.test(tag) ? "zh-CN" : undefined;
}
