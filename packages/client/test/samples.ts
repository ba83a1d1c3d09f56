const client = `import { createPayhubClient, PayhubError } from "@payhub/client";
const { PAYHUB_URL: url = "", PAYHUB_APP_ID: appId = "", PAYHUB_SECRET: secret = "" } = process.env;
const payhub = createPayhubClient({ url, appId, secret });
const order = { orderNo: "order-1", accountNo: "A20261121080000000ABCDEFGHJKMN", subject: "茶" };
`;

const creating = (fields: string) => `${client}await payhub.payments.create.mutate({ ...order, ${fields} });\n`;

/** Programs of a business service: one that is right, the others each with one mistake that must not compile. */
export const samples: Record<string, string> = {
  right: `${client}import type { PayhubClient, PayhubEvent, Payment } from "@payhub/client";
const shown = ({ action }: Pick<Payment, "action">): string => (action.type === "show_qr" ? action.codeUrl : "");
const refused = (error: unknown): string => (error instanceof PayhubError ? error.code : String(error));
export const consume = (from: PayhubClient) =>
  from.events.consume(async (event: PayhubEvent) => console.log(event.type, event.data.orderNo), { concurrency: 2 });
export const follow = (paymentNo: string) =>
  payhub.payments.watch.subscribe({ paymentNo }, { onData: ({ status }) => console.log(status) });
const payment = await payhub.payments.create.mutate({ ...order, scene: "qr", amount: 1288 });
const code = await payhub.payments.create.mutate({ ...order, scene: "qr", amount: 0, idempotencyKey: "order-1:1" }).catch(refused);
console.log(JSON.stringify([payment.paymentNo, shown(payment), code]));
`,
  "wrong-field": creating(`scene: "qr", amount: 1288, amout: 1`),
  "wrong-scene": creating(`scene: "qrcode", amount: 1288`),
  "wrong-amount": creating(`scene: "qr", amount: "12.88"`),
  "missing-amount": creating(`scene: "qr"`),
  "wrong-call": `${client}await payhub.payments.create.query({ ...order, scene: "qr", amount: 1288 });\n`,
  "wrong-status": `${client}console.log((await payhub.payments.get.query({ orderNo: "1" })).status === "paid");\n`,
  "wrong-code": `${client}export const isMine = (error: PayhubError) => error.code === "NO_SUCH_CODE";\n`,
  "missing-secret": `${client}createPayhubClient({ url, appId });\n`,
};
