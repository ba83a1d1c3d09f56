export { type Backend, describeBackends } from "./backends.ts";
export { type CallbackGateway, startCallbackGateway } from "./callback-gateway.ts";
export { type CallbackMailbox, type MailedCallback, openCallbackMailbox } from "./callback-mailbox.ts";
export { type ManualClock, manualClock } from "./clock.ts";
export { copyMysqlDatabase, createMysqlDatabase, type MysqlDatabase } from "./mysql-database.ts";
export { type NetworkFault, networkFault } from "./network-fault.ts";
export {
  openPlatform,
  type RaisedAlert,
  type TestPlatform,
  type TestPlatformOptions,
} from "./platform.ts";
export { killProgram, type Program, spawnProgram, written } from "./program.ts";
export { seededRandom } from "./random.ts";
export { attemptRow, paymentRow } from "./rows.ts";
export { testChromiumPath, testServices } from "./services.ts";
export { createSqliteDatabase } from "./sqlite-database.ts";
export { codeUrlOf, type TakenPayment, takePayment } from "./steps.ts";
