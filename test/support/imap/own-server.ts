/**
 * Our IMAP servers on loopback ports with a real store of their own, and nothing else of `server.ts`. Domain `example.test` with
 * `alice` and `bob` (`openTestStore` in smtp/own-server.ts).
 */
import { randomBytes } from 'node:crypto';
import { after, before } from 'node:test';
import { systemClock, type Clock } from '#clock';
import type { Event } from '#events';
import { everybodyBehaves } from '#mail/abuse/conduct';
import { openGate } from '#mail/abuse/login-gate';
import { silentLog, type Log } from '#log';
import { IMAP_LIMITS, type ImapLimits } from '#servers/imap/limits';
import type { GivenServices } from '#servers/imap/settings';
import { startImap, type ImapServer } from '#servers/imap/start';
import { mailStoreOf, type MailStore } from '#store/mailboxes/mail-store';
import type { ImapAccount } from './account.ts';
import {
  HOSTNAME,
  openTestStore,
  PASSWORD,
  testIdentity,
  type TestStore,
} from '../smtp/own-server.ts';

/** Limits that would end most random sessions before anything happened are out of the way. */
export const FUZZ_LIMITS: Partial<ImapLimits> = {
  badCommands: 100_000,
  commandsBeforeLogin: 100_000,
  authFailures: 100_000,
  handshakeTime: 5000,
};

export interface TestImapOptions {
  readonly limits?: Partial<ImapLimits>;
  readonly connections?: { readonly total: number; readonly perAddress: number };
  readonly proxyFrom?: readonly string[];
  readonly services?: Partial<GivenServices>;
  /** UTC unless told. */
  readonly timeZone?: string;
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface TestImap extends AsyncDisposable {
  readonly mail: MailStore;
  readonly server: ImapServer;
  readonly ports: ImapServer['ports'];
  /** What was noted, in order. */
  readonly noted: readonly Event[];
  /** How a client gets to the mail of `alice` or `bob`; by TLS from the first octet unless told. */
  account(user: string, tls?: ImapAccount['tls']): ImapAccount;
}

export async function startTestImap(
  at: TestStore,
  options: TestImapOptions = {},
): Promise<TestImap> {
  const noted: Event[] = [];
  const mail = mailStoreOf(at.store);
  const listener = { address: '127.0.0.1', port: 0, proxyFrom: options.proxyFrom ?? [] };
  const server = await startImap({
    listeners: { imap: listener, imaps: listener },
    hostname: HOSTNAME,
    tls: await testIdentity(),
    timeZone: options.timeZone ?? 'UTC',
    limits: { ...IMAP_LIMITS, authFailureDelay: 0, ...options.limits },
    connections: options.connections ?? { total: 20_000, perAddress: 20_000 },
    services: {
      clock: options.clock ?? systemClock,
      log: options.log ?? silentLog,
      newId: at.store.newId,
      random: randomBytes,
      authenticator: at.authenticator,
      conduct: everybodyBehaves,
      logins: openGate,
      mail,
      note: (event) => void noted.push(event),
      ...options.services,
    },
  });
  if (server.kind === 'failed') throw new Error(server.message);
  return {
    mail,
    server,
    ports: server.ports,
    noted,
    account: (user, tls = 'implicit') => ({
      host: '127.0.0.1',
      port: tls === 'implicit' ? server.ports.imaps : server.ports.imap,
      tls,
      user: `${user}@example.test`,
      password: PASSWORD,
    }),
    async [Symbol.asyncDispose]() {
      await server.stop(0);
      await mail[Symbol.asyncDispose]();
    },
  };
}

export interface OwnImap {
  /** While tests run. */
  readonly at: TestStore;
  readonly imap: TestImap;
}

/** A store and IMAP servers for all tests of a file. Call at its top level. @param prepare before the servers start */
export function ownImap(
  options: TestImapOptions = {},
  prepare: (at: TestStore) => Promise<unknown> = () => Promise.resolve(),
): OwnImap {
  const own: { at?: TestStore; imap?: TestImap } = {};
  before(async () => {
    own.at = await openTestStore();
    await prepare(own.at);
    own.imap = await startTestImap(own.at, options);
  });
  after(async () => {
    await own.imap?.[Symbol.asyncDispose]();
    await own.at?.[Symbol.asyncDispose]();
  });
  return own as OwnImap;
}
