/** peer.test where no Postfix can be started: production's reception at its address, which keeps what comes, and one attempt for each letter. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { concat, utf8 } from '#bytes';
import { postLetter } from '#lab/post';
import { startHost } from '#lab/providers/reception/host';
import { NOWHERE, type Doors } from '#lab/providers/reception/reception';
import { receivedField, returnPathField } from '#mail/deliver/trace-fields';
import type { Arrival } from '#mail/receive/arrival/arrival';
import { readLetters } from './mailboxes.ts';
import { isPerson, PEER_DOMAIN, type Peer, type PeerParts, type PeerState } from './peer.ts';

const HOST = 'mx.peer.test';

export async function openStandIn(parts: PeerParts, why: string): Promise<Peer> {
  const { ground, resolver, folder, identity } = parts;
  const { network, clock, log } = ground;
  log.info('lab.peer.stand-in', { why });
  const host = await startHost({
    provider: { mx: HOST, dnsList: undefined },
    ground,
    resolver,
    tls: (await identity()).tls,
    reception: doors(parts),
  });
  const state = (): PeerState => ({
    program: 'stand-in',
    running: true,
    address: network.addressOf(HOST),
    port: network.localPort(25),
    why,
  });
  return {
    state,
    start: () => Promise.resolve(state()),
    // there is nothing to put to sleep
    stop: () => Promise.resolve(state()),
    send: (letter) =>
      postLetter(
        {
          resolver,
          dialer: network.dialer,
          addressOf: network.addressOf,
          monotonic: () => clock.monotonic(),
        },
        { host: HOST, ...letter },
      ),
    mail: (person) =>
      isPerson(person)
        ? readLetters([path.join(folder, 'mail')], person)
        : Promise.resolve(undefined),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

function doors(parts: PeerParts): Doors {
  return {
    admit: () => undefined,
    judgeRecipient: ({ domain, localPart }) => {
      if (domain !== PEER_DOMAIN) return { kind: 'not-here' };
      if (!isPerson(localPart.toLowerCase())) return { kind: 'unknown-mailbox' };
      return { kind: 'accepted', expansion: NOWHERE };
    },
    accept: async (arrival) => {
      const { blob } = arrival.content;
      // what is longer lies in chunks of the store
      if (blob.kind !== 'whole')
        return {
          kind: 'told',
          code: 552,
          enhanced: '5.3.4',
          lines: ['Message too long'],
          reason: 'peer',
        };
      await keep(parts, arrival, blob.data);
      return { kind: 'stored' };
    },
  };
}

async function keep(
  { folder, ground: { clock } }: PeerParts,
  { client, envelope, recipients }: Arrival,
  content: Uint8Array,
): Promise<void> {
  const { messageId, smtputf8, reversePath } = envelope;
  const now = clock.now();
  const received = receivedField({
    client,
    hostname: HOST,
    messageId,
    smtputf8,
    authenticated: false,
    only: recipients.length === 1 ? recipients[0]!.mailbox : undefined,
    hideClient: false,
    now,
  });
  const raw = concat([utf8(returnPathField(reversePath)), utf8(received), content]);
  const micro = String((now % 1000) * 1000).padStart(6, '0');
  const name = `${Math.floor(now / 1000)}.M${micro}I${messageId}.${HOST}`;
  for (const person of new Set(recipients.map(({ mailbox }) => mailbox.localPart.toLowerCase()))) {
    const box = path.join(folder, 'mail', person, 'new');
    await mkdir(box, { recursive: true, mode: 0o700 });
    await writeFile(path.join(box, name), raw, { mode: 0o600 });
  }
}
