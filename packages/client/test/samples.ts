const client = `import { createPayhubClient, PayhubError } from "@payhub/client";
const { PAYHUB_URL: url = "", PAYHUB_APP_ID: appId = "", PAYHUB_SECRET: secret = "" } = process.env;
const payhub = createPayhubClient({ url, appId, secret });
const order = { orderNo: "order-1", accountNo: "A20261121080000000ABCDEFGHJKMN", subject: "茶" };
`;

const creating = (fields: string) => `${client}await payhub.payments.create.mutate({ ...order, ${fields} });\n`;

/** Programs of a business service: one that is right, the others each with one mistake that must not compile. */
export const samples: Record<string, string> = {
  right: `${client}import type { CreatePaymentInput, PayerAction, PayhubClient, PayhubEvent, Payment, Refund } from "@payhub/client";
const shown = ({ action }: Pick<Payment, "action">): string => (action.type === "show_qr" ? action.codeUrl : "");
const refused = (error: unknown): string => (error instanceof PayhubError ? error.code : String(error));
export const consume = (from: PayhubClient) =>
  from.events.consume(async (event: PayhubEvent) => console.log(event.type, event.data.orderNo), { concurrency: 2 });
export const next = (action: PayerAction): string => {
  switch (action.type) {
    case "show_qr": return action.codeUrl;
    case "redirect": return action.url;
    case "submit_form": return action.url + action.fields.sign;
    case "invoke_jsapi": return String(action.parameters.paySign);
    case "invoke_app": return String(action.parameters.sign);
    case "wait":
    case "none": return action.type;
  }
};
const counter = { scene: "barcode", authCode: "130000000000000001", storeNo: "1" } as const;
export const orders: CreatePaymentInput[] = [
  { ...order, scene: "qr", amount: 1, expiresIn: 60 },
  { ...order, ...counter, amount: 1 },
  { ...order, scene: "jsapi", openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", amount: 1 },
  { ...order, scene: "h5", clientIp: "203.0.113.7", amount: 1 },
  { ...order, scene: "pc", returnUrl: "https://shop.example.com/", pageMethod: "post", amount: 1 },
];
export const sell = async (): Promise<boolean> => {
  const sale = await payhub.payments.create.mutate({ ...order, ...counter, amount: 1288 });
  return sale.status === "succeeded" || (sale.action.type === "redirect" && sale.action.url !== "");
};
export const giveBack = async (paymentNo: string): Promise<Refund> => {
  const { refundNo } = await payhub.refunds.create.mutate({ refundOrderNo: "return-1", paymentNo, amount: 300 });
  const { items } = await payhub.refunds.list.query({ paymentNo, status: "succeeded" });
  return items[0] ?? (await payhub.refunds.get.query({ refundNo }));
};
export const follow = (paymentNo: string) =>
  payhub.payments.watch.subscribe({ paymentNo }, { onData: ({ status }) => console.log(status) });
const payment = await payhub.payments.create.mutate({ ...order, scene: "qr", amount: 1288 });
const code = await payhub.payments.create.mutate({ ...order, scene: "qr", amount: 0, idempotencyKey: "order-1:1" }).catch(refused);
console.log(JSON.stringify([payment.paymentNo, shown(payment), code]));
`,
  "wrong-field": creating(`scene: "qr", amount: 1288, amout: 1`),
  "wrong-scene": creating(`scene: "qrcode", amount: 1288`),
  "wrong-amount": creating(`scene: "qr", amount: "12.88"`),
  "missing-openid": creating(`scene: "jsapi", amount: 1288`),
  "foreign-openid": creating(`scene: "qr", amount: 1288, openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"`),
  "missing-counter": creating(`scene: "barcode", amount: 1288`),
  "wrong-action": `${client}const { action } = await payhub.payments.create.mutate({ ...order, scene: "app", amount: 1 });
if (action.type === "redirect") console.log(action.codeUrl);
`,
  "missing-refund-number": `${client}await payhub.refunds.create.mutate({ paymentNo: "P1", amount: 300 });\n`,
  "wrong-refund-status": `${client}await payhub.refunds.list.query({ status: "abnormal" });\n`,
  "missing-amount": creating(`scene: "qr"`),
  "wrong-call": `${client}await payhub.payments.create.query({ ...order, scene: "qr", amount: 1288 });\n`,
  "wrong-status": `${client}console.log((await payhub.payments.get.query({ orderNo: "1" })).status === "paid");\n`,
  "wrong-code": `${client}export const isMine = (error: PayhubError) => error.code === "NO_SUCH_CODE";\n`,
  "missing-secret": `${client}createPayhubClient({ url, appId });\n`,
};
