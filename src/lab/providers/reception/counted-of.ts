/** What one message adds to the counts of its sender, beside the copies that were taken. Pure. */
import type { Act } from '#lab/people/acts';
import type { ClientFacts, MessageFacts } from '#lab/providers/facts';
import type { Counted } from '#lab/providers/senders/counts';
import type { Told } from '#servers/smtp/settings';
import type { Reader } from './readers.ts';

/**
 * @param told undefined: it was taken
 * @param readers each with what they did with their copy
 */
export function countedOf(
  { client, message }: { readonly client: ClientFacts; readonly message: MessageFacts },
  told: Told | undefined,
  folder: 'inbox' | 'spam' | undefined,
  readers: readonly Reader[],
): Counted {
  const passed = (is: boolean): number => (is ? 1 : 0);
  const judged: Counted = {
    judged: 1,
    spf: passed(client.spf === 'pass'),
    dkim: passed(message.dkim.some(({ result }) => result === 'pass')),
    dmarc: passed(message.dmarc === 'pass'),
    tls: passed(client.tls !== null),
  };
  if (told !== undefined)
    return told.code < 500 ? { ...judged, deferred: 1 } : { ...judged, rejected: 1 };
  const acts = readers.flatMap((reader) => reader.acts.map(({ kind }) => kind));
  const done = (kind: Act['kind']): number => acts.filter((one) => one === kind).length;
  return {
    ...judged,
    inbox: folder === 'inbox' ? readers.length : 0,
    spam: folder === 'spam' ? readers.length : 0,
    complaints: done('complain'),
    rescued: done('rescue'),
    opened: done('open'),
    replied: done('reply'),
    deleted: done('delete'),
    noOneClick: message.marked && !message.oneClick ? readers.length : 0,
  };
}
