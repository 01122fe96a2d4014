/** What is known of senders: networks of clients, and domains that SPF or DKIM vouched for. */
import { z } from 'zod';
import { addressGroup } from '#mail/abuse/address-groups';
import { knownAt, rounded, roundedScore } from '#mail/reputation/known';
import { parseIp } from '#protocol/address/ip-address';
import {
  forgetSender,
  listSenders,
  sendersAmong,
  type Sender,
  type SenderRow,
} from '#store/reputation/sender-history';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, readDomain, text } from '#servers/admin/inputs';

/** More than are kept. */
const ALL = 1_000_000;

const one = z.object({ sender: text });

export const reputationCalls = {
  'reputation/show': value(one, async (context, { sender: given }) => {
    const sender = readSender(given);
    if (!('name' in sender)) return sender;
    await context.history?.flush();
    const [row] = await sendersAmong(context.store.pool, [sender]);
    return row === undefined ? notKnown(sender) : shown(row, context.clock.now());
  }),

  'reputation/list': rows(
    z.object({ standing: z.enum(['good', 'unknown', 'poor', 'bad']).optional(), limit }),
    async ({ store, history, clock }, { standing, limit: most = ALL }) => {
      await history?.flush();
      const now = clock.now();
      return (await listSenders(store.pool, ALL))
        .map((row) => shown(row, now))
        .filter((row) => standing === undefined || row.standing === standing)
        .slice(0, most);
    },
  ),

  'reputation/forget': value(one, async ({ store, history }, { sender: given }) => {
    const sender = readSender(given);
    if (!('name' in sender)) return sender;
    const wasThere = await (history ?? fromTable(store)).forget(sender);
    return wasThere ? { kind: sender.kind, name: sender.name } : notKnown(sender);
  }),
} as const;

function fromTable({ pool }: AdminContext['store']) {
  return { forget: (sender: Sender) => forgetSender(pool, sender) };
}

function shown({ kind, name, firstSeen, ...counted }: SenderRow, now: number) {
  const { counts, score, standing } = knownAt({ kind, name }, { firstSeen, ...counted }, now);
  return {
    kind,
    name,
    standing,
    score: roundedScore(score),
    ...rounded(counts!),
    firstSeen: new Date(firstSeen).toISOString(),
    countedAt: new Date(counted.countedAt).toISOString(),
  };
}

/** An address is kept as it is, one of IPv6 by its /64; everything else is to be a domain. */
function readSender(given: string): Sender | Refusal {
  const [address = '', bits] = given.split('/');
  if (parseIp(address) !== undefined) {
    const name = addressGroup(address);
    if (bits === undefined || name === `${address}/${bits}`) return { kind: 'network', name };
    return refuse(
      'not-kept-so',
      `histories are kept by IPv4 address and by IPv6 /64, not by ${given}`,
      'Write one address, like 192.0.2.1 or 2001:db8::1.',
    );
  }
  const domain = readDomain(given);
  return typeof domain === 'string' ? { kind: 'domain', name: domain } : domain;
}

function notKnown({ name }: Sender): Refusal {
  return refuse(
    'not-known',
    `nothing is known of ${name}`,
    'hikyaku reputation list shows who is known.',
  );
}
