export {
  type BillStore,
  BillStoreError,
  type BillStoreFailure,
  type KeptBill,
  type OpenBill,
  type Scratch,
} from "./bill/bill-store.ts";
export { type BillStoreOptions, openBillStore } from "./bill/open.ts";
export type {
  Coordination,
  NonceRegister,
  RateCounter,
  ReplayCache,
  ReplayState,
  WakeUpListener,
  WakeUps,
} from "./coordination/coordination.ts";
export { openCoordination } from "./coordination/open.ts";
export { createKeyring, type Keyring, SealError, type SealFailure } from "./secret/keyring.ts";
export type {
  AccountCredential,
  AppGrant,
  AppSecret,
  Database,
  Delivery,
  EventRow,
  InboxNotification,
  JobLease,
  Numbered,
  SealedVersion,
  Sequencer,
} from "./sql/database.ts";
export { isDuplicateKey, type UniqueIndex } from "./sql/duplicate-key.ts";
export { holdLease, isLeased, releaseLease } from "./sql/job-lease.ts";
export { lock, lockSkippingLocked } from "./sql/lock.ts";
export { type Db, openStore, type Store, type StoreOptions } from "./sql/open.ts";
export * from "./sql/queries/index.ts";
