/** What `hikyaku lab` asks of peer.test; its mailboxes are read as those of providers are. */
import { z } from 'zod';
import { decodeUtf8Lossy } from '#bytes';
import type { LabCall } from '#lab/ground';
import type { providerCalls, ShownMail } from '#lab/providers/calls';
import { summarize } from '#protocol/message/summary';
import { splitHeader, fieldValue } from '#protocol/message/header/fields';
import type { KeptLetter } from './mailboxes.ts';
import { PEER_DOMAIN, PEER_PEOPLE, type Peer } from './peer.ts';

type MailboxCalls = Pick<ReturnType<typeof providerCalls>, 'mailbox' | 'mailbox-read'>;

export function peerCalls(peer: Peer) {
  return {
    peer: { input: z.unknown(), run: () => peer.state() },
    'peer-start': { input: z.unknown(), run: () => peer.start() },
    'peer-stop': { input: z.unknown(), run: () => peer.stop() },
  } satisfies Record<string, LabCall>;
}

/** The providers' calls, which know of peer.test's mailboxes too. */
export function withPeerMailboxes(calls: MailboxCalls, peer: Peer) {
  return {
    mailbox: {
      input: calls.mailbox.input,
      run: async (given: { address: string; limit: number }) => {
        const person = personOf(given.address);
        if (person === undefined) return calls.mailbox.run(given);
        if (person !== '') {
          const letters = await peer.mail(person);
          if (letters === undefined) return nobody(person);
          return { messages: letters.slice(0, given.limit).map((one) => shown(person, one)) };
        }
        const all = await Promise.all(
          PEER_PEOPLE.map(async (name) =>
            ((await peer.mail(name)) ?? []).map((one) => shown(name, one)),
          ),
        );
        const messages = all
          .flat()
          .sort((one, other) => (one.receivedAt < other.receivedAt ? 1 : -1))
          .slice(0, given.limit);
        return { messages };
      },
    },
    'mailbox-read': {
      input: calls['mailbox-read'].input,
      run: async (given: { address: string; id: string }) => {
        const person = personOf(given.address);
        if (person === undefined) return calls['mailbox-read'].run(given);
        const letters = await peer.mail(person);
        if (letters === undefined) return nobody(person);
        const found = letters.find(({ id }) => String(id) === given.id);
        if (found === undefined)
          return {
            kind: 'refused',
            reason: 'no-such-message',
            message: `${given.address} has no message ${given.id}`,
            remedy: `See what there is with: hikyaku lab mailbox ${given.address}`,
          };
        return { ...shown(person, found), raw: decodeUtf8Lossy(found.raw) };
      },
    },
  } satisfies Record<string, LabCall>;
}

/** '' is everybody; undefined: not of peer.test. */
function personOf(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  if (address.slice(at + 1).toLowerCase() !== PEER_DOMAIN) return undefined;
  return at < 0 ? '' : address.slice(0, at).toLowerCase();
}

function nobody(person: string) {
  return {
    kind: 'refused',
    reason: 'no-such-person',
    message: `nobody at ${PEER_DOMAIN} is called ${person}`,
    remedy: `There are ${PEER_PEOPLE.map((name) => `${name}@${PEER_DOMAIN}`).join(', ')}.`,
  };
}

/** As mail of the providers is shown; nobody there has a folder for spam, or is looked at while reading. */
function shown(person: string, { id, receivedAt, size, raw }: KeptLetter): ShownMail {
  const header = splitHeader(raw);
  const { from, subject } = summarize(raw, header);
  const [author] = from;
  const returnPath = header.fields.find(({ name }) => name.toLowerCase() === 'return-path');
  const reversePath = returnPath === undefined ? '' : fieldValue(raw, returnPath).trim();
  return {
    id: String(id),
    provider: 'peer',
    to: `${person}@${PEER_DOMAIN}`,
    traceId: '',
    folder: 'inbox',
    reversePath: reversePath.replaceAll(/[<>]/g, ''),
    author: author === undefined ? '' : `${author.localPart}@${author.domain}`,
    subject,
    receivedAt: new Date(receivedAt).toISOString(),
    size,
    acts: [],
  };
}
