/** Lesson 2.2: another server finds the learner's by the MX record of their domain, and its mail lies in a mailbox there. */
import { eventsSince } from '#store/lab/lesson-events';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import { askedSince, questionText } from '#lab/lessons/seen/asked-names';
import { textOf } from '#lab/lessons/seen/sessions';
import { placeOf } from '#lab/lessons/seen/stored-letters';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'mx' | 'refused' | 'brought' | 'stored';

export const receiveByMx = lesson<Key>({
  number: '2.2',
  slug: 'receive-by-mx',
  criteria: {
    mx: {
      en: 'The MX record of your domain was answered, and the host that it names has the address of your server',
      ja: 'ドメインの MX レコードが答えられ、そこに書かれたホストがあなたのサーバーのアドレスを持っている',
      rfc: 'RFC 5321 §5.1',
    },
    refused: {
      en: 'Mail of mx.peer.test to a mailbox that is not there was refused with 550 5.1.1',
      ja: 'mx.peer.test から存在しないメールボックス宛てに来たメールが 550 5.1.1 で拒否された',
      rfc: 'RFC 3463 §3.2',
    },
    brought: {
      en: 'mx.peer.test brought a message to your server, for an address of your domain',
      ja: 'mx.peer.test が、あなたのドメインのアドレス宛てのメールをサーバーに届けた',
      rfc: 'RFC 5321 §3.3',
    },
    stored: {
      en: 'It lies in a mailbox there',
      ja: 'それがメールボックスに入っている',
    },
  },
  begin: beginWithDomain,
  async check(world, run) {
    const domain = preparedText(run, 'domain');
    const peer = world.network.addressOf('mx.peer.test');
    const events = await eventsSince(world.store.pool, run, [
      'message.received',
      'recipient.stored',
      'command.refused',
    ]);
    const isHere = (address: string): boolean => address.endsWith(`@${domain}`);
    const refused = events.find(
      ({ type, public: fields, personal }) =>
        type === 'command.refused' &&
        fields['enhanced'] === '5.1.1' &&
        textOf(personal, 'client') === peer &&
        isHere(textOf(personal, 'forwardPath')),
    );
    const brought = events.filter(
      ({ type, personal }) => type === 'message.received' && textOf(personal, 'client') === peer,
    );
    const stored = events.findLast(
      ({ type, messageId, personal }) =>
        type === 'recipient.stored' &&
        isHere(textOf(personal, 'forwardPath')) &&
        brought.some((message) => message.messageId === messageId),
    );
    const message = brought.find(({ messageId }) => messageId === stored?.messageId);
    return {
      mx: await exchangeSight(world, run, domain),
      refused: refused ? seen({ event: refused.id }) : MISSING,
      brought: message ? seen({ event: message.id, message: message.messageId! }) : MISSING,
      stored: stored ? seen({ event: stored.id, at: placeOf(stored) }) : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

/** Whether the record that somebody was answered leads here. The address is asked for now: who asked for the record did so too. */
async function exchangeSight(
  world: LessonWorld,
  run: Parameters<typeof askedSince>[1],
  domain: string,
): Promise<Sight> {
  const answered = askedSince(world, run).findLast(
    ({ name, type, authoritative, answer }) =>
      name === domain && type === 'MX' && authoritative && answer.startsWith('MX '),
  );
  if (answered === undefined) return MISSING;
  const own = world.network.addressOf('mail.example.test');
  const hosts = [...answered.answer.matchAll(/MX \d+ (\S+?)\.?(?:,|$)/g)].map(([, host]) => host!);
  for (const host of hosts) {
    const addresses = await aroundOf(world).resolver.resolve(host, 'A', {
      signal: AbortSignal.timeout(5000),
    });
    if (addresses.kind === 'records' && addresses.records.includes(own))
      return seen({ at: `${questionText(answered)} → ${host} ${own}` });
  }
  const named = hosts.join(', ');
  return missing({
    en: `It names ${named}, which is not at ${own}.`,
    ja: `レコードにあるのは ${named} で、${own} にはありません。`,
  });
}
