import { type ChannelConnection, type ChannelPlugin, type ChannelRegistry, channelOf } from "@payhub/channels";
import { type ChannelAccount, type Clock, PayhubError, type Randomness } from "@payhub/domain";
import { findAccount, findLiveCredentials, type Keyring, type LiveSecret, type Store } from "@payhub/store";
import type { Alert } from "../context.ts";
import { type CircuitSettings, withCircuits } from "./circuits.ts";
import { credentialOwner } from "./credentials.ts";

/** An account with its open line to the channel. */
export interface ConnectedAccount {
  account: ChannelAccount;
  plugin: ChannelPlugin;
  connection: ChannelConnection;
}

/** Opens each account's line once and keeps it until its credentials change. */
export interface AccountConnections {
  /** Refuses with `NOT_FOUND` when there is no such account. */
  of(accountNo: string): Promise<ConnectedAccount>;
}

// How stale this process's view of an account may be: a rotation or retirement is seen everywhere within this time.
const FRESH_MS = 5_000;

interface Entry {
  checkedAt: number;
  versions: string;
  connected: ConnectedAccount;
}

interface Source {
  store: Store;
  channels: ChannelRegistry;
  keyring: Keyring;
  clock: Clock;
  random: Randomness;
  deadlineMs: number;
  /** Without it every call is tried. */
  circuit?: CircuitSettings;
  alert: Alert;
}

/** Makes the connections of one process. */
export function createAccountConnections(source: Source): AccountConnections {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<ConnectedAccount>>();
  return {
    of(accountNo) {
      const entry = entries.get(accountNo);
      if (entry && source.clock.now() - entry.checkedAt < FRESH_MS) return Promise.resolve(entry.connected);
      const running = loading.get(accountNo);
      if (running) return running;
      const load = loadAccount(source, entries, accountNo).finally(() => loading.delete(accountNo));
      loading.set(accountNo, load);
      return load;
    },
  };
}

async function loadAccount(source: Source, entries: Map<string, Entry>, accountNo: string): Promise<ConnectedAccount> {
  const account = await findAccount(source.store.db, accountNo);
  if (!account) throw new PayhubError("NOT_FOUND", `there is no channel account ${accountNo}`);
  const secrets = await findLiveCredentials(source.store.db, accountNo);
  const versions = secrets.map(({ version }) => version).join();
  const known = entries.get(accountNo);
  const plugin = channelOf(source.channels, account.channel);
  const connection =
    known?.versions === versions ? known.connected.connection : connect(source, plugin, account, secrets);
  const connected = { account, plugin, connection };
  entries.set(accountNo, { checkedAt: source.clock.now(), versions, connected });
  return connected;
}

function connect(
  { keyring, clock, random, deadlineMs, circuit, alert }: Source,
  plugin: ChannelPlugin,
  { accountNo, channel }: ChannelAccount,
  secrets: readonly LiveSecret[],
): ChannelConnection {
  const [newest, ...older] = secrets.map(({ sealed }) =>
    plugin.readCredentials(JSON.parse(keyring.open(credentialOwner(accountNo), "credentials", sealed))),
  );
  if (newest === undefined) throw new Error(`account ${accountNo} has no live credentials`);
  const connection = plugin.connect([newest, ...older], { clock, random, deadlineMs });
  if (!circuit) return connection;
  return withCircuits(connection, circuit, (operation) => alert("circuit_open", { channel, accountNo, operation }));
}
