import { startServices } from "@payhub/dev-services";

const { mysqlUrl, redisUrl } = await startServices({ env: process.env, durable: false, log: () => undefined });
console.log(JSON.stringify({ mysqlUrl, redisUrl }));

process.stdin.once("data", () => {
  throw new Error("crashed on request");
});
