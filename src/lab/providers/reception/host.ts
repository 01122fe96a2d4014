/** The host of a provider, or of another party that takes mail: the SMTP server of production at its address, with its own doors in it. */
import { randomBytes } from 'node:crypto';
import type { Ground } from '#lab/ground';
import type { Provider } from '#lab/providers/rule';
import { everybodyBehaves } from '#mail/abuse/conduct';
import { openGate } from '#mail/abuse/login-gate';
import { Inquiry, type InquiryContext } from '#mail/receive/inquiry/inquiry';
import type { Resolver } from '#protocol/dns/resolver';
import type { TlsIdentity } from '#servers/net/tls-context';
import { SMTP_LIMITS } from '#servers/smtp/limits';
import type { SmtpServices } from '#servers/smtp/settings';
import { startSmtp } from '#servers/smtp/start';
import type { Doors } from './reception.ts';

export interface HostOptions {
  readonly provider: Pick<Provider, 'mx' | 'dnsList'>;
  readonly ground: Ground;
  readonly resolver: Resolver;
  readonly tls: { readonly current: TlsIdentity } | undefined;
  readonly reception: Doors;
}

/** What Gmail takes. */
const MESSAGE_SIZE = 25 * 1024 * 1024;
/** In one transaction: beyond what a table of rules allows. */
const RECIPIENTS = 200;
/** Connections at once: enough for a queue that sends as fast as it can. */
const CONNECTIONS = { total: 100, perAddress: 50 };
/** How long facts may take. Real milliseconds. */
const PATIENCE = 10_000;
/** How long sessions may take to come to their end. Milliseconds. */
const GRACE = 1000;

export async function startHost(options: HostOptions): Promise<AsyncDisposable> {
  const { provider, ground, tls } = options;
  const { network } = ground;
  const server = await startSmtp({
    listeners: {
      mx: { address: network.addressOf(provider.mx), port: network.localPort(25), proxyFrom: [] },
    },
    hostname: provider.mx,
    tls,
    limits: { ...SMTP_LIMITS, messageSize: MESSAGE_SIZE, recipients: RECIPIENTS },
    connections: CONNECTIONS,
    services: servicesOf(options),
  });
  if (server.kind === 'failed') throw new Error(`${provider.mx}: ${server.message}`);
  return { [Symbol.asyncDispose]: () => server.stop(GRACE) };
}

function servicesOf({ provider, ground, resolver, reception }: HostOptions): SmtpServices {
  const { clock, log, store } = ground;
  const context: InquiryContext = {
    resolver,
    hostname: provider.mx,
    isOwnAddress: () => false,
    now: () => clock.now(),
    zones: provider.dnsList === undefined ? [] : [{ zone: provider.dnsList, wish: 'note' }],
    verifiesArc: false,
    scanner: undefined,
    greylisting: undefined,
    history: undefined,
    trustedAmong: () => Promise.resolve([]),
    log,
    patience: PATIENCE,
  };
  return {
    clock,
    log,
    newId: store.newId,
    random: randomBytes,
    writer: store.writer,
    conduct: everybodyBehaves,
    isKnown: () => true,
    logins: openGate,
    inquire: (client) => Inquiry.of(context, client),
    sealsForwards: false,
    admit: reception.admit,
    judgeRecipient: reception.judgeRecipient,
    accept: reception.accept,
    // the event log is the learner's server's own: what happens here is in the traces
    note: () => {},
    witness: ground.witnessOf?.(provider.mx),
    ...NOBODY_SUBMITS,
  };
}

/** There is no submission listener, so nobody logs in. */
const NOBODY_SUBMITS: Pick<SmtpServices, 'sendAs' | 'authenticator' | 'submit'> = {
  sendAs: nobody,
  submit: nobody,
  authenticator: { checkPassword: nobody, findScram: nobody, noteScram: nobody },
};

function nobody(): never {
  throw new Error('a provider of the practice Internet takes no submissions');
}
