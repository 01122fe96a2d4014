/**
 * Hosts that pass mail on: a forwarder for people who moved to another provider, and a mailing list. Each makes one attempt while the sender
 * waits, and answers with what it was answered itself, so that nothing has to be kept. What they do to a message is in `passing.ts`.
 */
import type { Ground } from '#lab/ground';
import type { LabHost } from '#lab/addresses';
import type { HostedParty } from '#lab/dns/start';
import { passAlong, passingTo, PLACES, type Passed, type Passing, type Place } from './passing.ts';
import { postLetter } from '#lab/post';
import { startHost } from '#lab/providers/reception/host';
import { NOWHERE, type Doors } from '#lab/providers/reception/reception';
import { ownKey, type OwnKey } from '#lab/providers/sending/keys';
import type { Resolver } from '#protocol/dns/resolver';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { Told } from '#servers/smtp/settings';
import { receivedField } from '#mail/deliver/trace-fields';
import type { Arrival } from '#mail/receive/arrival/arrival';
import type { Envelope } from '#mail/receive/envelope';
import { formatMailbox } from '#protocol/address/mailbox';

export interface ForwarderOptions {
  readonly ground: Ground;
  readonly resolver: Resolver;
  readonly identityOf: (names: readonly string[]) => Promise<{ readonly current: TlsIdentity }>;
  readonly registerZone: (zone: HostedParty) => Promise<void>;
}

const TTL = 300;

export async function startForwarders(options: ForwarderOptions): Promise<AsyncDisposable> {
  const { ground, resolver, identityOf, registerZone } = options;
  await using parts = new AsyncDisposableStack();
  for (const place of PLACES) {
    const key = place.signs ? await ownKey(ground.pool, place.domain) : undefined;
    await registerZone(zoneOf(place, ground.network.addressOf(place.host), key));
    parts.use(
      await startHost({
        provider: { mx: place.host, dnsList: undefined },
        ground,
        resolver,
        tls: await identityOf([place.host]),
        reception: doorsOf(place, options, key),
      }),
    );
  }
  const opened = parts.move();
  return { [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function zoneOf({ domain, host }: Place, ip: string, key: OwnKey | undefined): HostedParty {
  const record = (name: string, type: string, ...values: string[]) => ({
    name,
    type,
    ttl: TTL,
    values,
  });
  return {
    zone: domain,
    records: [
      record(domain, 'MX', `10 ${host}.`),
      record(domain, 'TXT', '"v=spf1 mx -all"'),
      record(host, 'A', ip),
      ...(key ? [record(`${key.selector}._domainkey.${domain}`, 'TXT', quoted(key.record))] : []),
    ],
    pointers: { [ip]: host },
  };
}

/** Character-strings of 255 octets at most (RFC 1035 §3.3.14); a key has neither quotes nor backslashes. */
function quoted(text: string): string {
  return (text.match(/.{1,255}/g) ?? []).map((part) => `"${part}"`).join(' ');
}

/** One recipient in a transaction, so that the answer is that of one host. */
function doorsOf(place: Place, options: ForwarderOptions, key: OwnKey | undefined): Doors {
  const under = new WeakMap<Envelope, Passing>();
  return {
    admit: () => undefined,
    judgeRecipient: (mailbox, _size, _bouncing, envelope) => {
      if (mailbox.domain !== place.domain) return { kind: 'not-here' };
      if (under.has(envelope)) return told(452, '4.5.3', 'one recipient at a time');
      const passing = passingTo(place, mailbox.localPart);
      if (passing === undefined) return { kind: 'unknown-mailbox' };
      under.set(envelope, passing);
      return { kind: 'accepted', expansion: NOWHERE };
    },
    accept: async (arrival) => {
      const { blob } = arrival.content;
      // what is longer lies in chunks of the store
      if (blob.kind !== 'whole') return told(552, '5.3.4', 'too long to be passed on');
      const { ground } = options;
      const passed = await passAlong(under.get(arrival.envelope)!, {
        reversePath: reversePathOf(arrival),
        raw: blob.data,
        received: receivedBy(place.host, arrival, ground.clock.now()),
        key,
        now: ground.clock.now(),
      });
      return sendOn(place.host, options, passed);
    },
  };
}

async function sendOn(
  host: LabHost,
  { ground, resolver }: ForwarderOptions,
  passed: Passed,
): Promise<{ readonly kind: 'stored' } | Told> {
  const { network, clock } = ground;
  const sent = await postLetter(
    {
      resolver,
      dialer: network.dialer,
      addressOf: network.addressOf,
      monotonic: () => clock.monotonic(),
    },
    { host, ...passed },
  );
  if (sent.kind === 'sent') return { kind: 'stored' };
  return sent.kind === 'later' ? told(451, '4.4.0', sent.said) : told(550, '5.4.0', sent.said);
}

function told(code: number, enhanced: string, text: string): Told {
  const lines = [`Could not be passed on: ${text}`];
  return { kind: 'told', code, enhanced, lines, reason: 'forwarder' };
}

function reversePathOf({ envelope: { reversePath } }: Arrival): string {
  return reversePath === null ? '' : formatMailbox(reversePath);
}

function receivedBy(hostname: string, { client, envelope }: Arrival, now: number): string {
  const { messageId, smtputf8 } = envelope;
  return receivedField({
    client,
    hostname,
    messageId,
    smtputf8,
    authenticated: false,
    only: undefined,
    hideClient: false,
    now,
  });
}
