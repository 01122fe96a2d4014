/** Mallory stands between bigmail.test and the learner's server while hana writes to bob, and goes. */
import { utf8 } from '#bytes';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import { startDowngrade } from '#lab/mallory/downgrade';
import { malloryAddress } from '#lab/mallory/victim';
import { formatDate } from '#protocol/message/header/date';
import { addOutgoing, listOutgoing } from '#store/lab/provider-outbox';

export interface DowngradeReport {
  readonly subject: string;
  /** It came in clear, and she read it. */
  readonly read: boolean;
  /** What became of the letter at bigmail.test: `sent`, `waiting`, `failed`. */
  readonly state: string;
  /** What was said last. */
  readonly said: string;
}

const PROVIDER = 'bigmail';
const LAST = 25;
const SMTP = 25;

export async function downgradeAttack(world: LessonWorld): Promise<DowngradeReport> {
  const { network, server, store, clock } = world;
  const { providers } = aroundOf(world);
  const address = malloryAddress(network, LAST);
  await using relay = await startDowngrade({
    address,
    port: network.localPort(SMTP),
    victim: { address: server.address, port: server.ports.smtp },
    dialer: network.dialer,
  });
  const id = store.newId();
  const subject = `the key is under the mat (${id})`;
  const now = clock.now();
  {
    using _way = network.divert(network.addressOf('out.bigmail.test'), server.address, address);
    await addOutgoing(store.pool, {
      id,
      provider: PROVIDER,
      kind: 'reply',
      reversePath: 'hana@bigmail.test',
      forwardPath: `bob@${server.domain}`,
      raw: letterOf(subject, id, `bob@${server.domain}`, now),
      madeAt: now,
      nextAt: now,
    });
    await providers.settle();
  }
  const sent = (await listOutgoing(store.pool, PROVIDER, 50)).find((one) => one.id === id);
  return {
    subject,
    read: relay.subjects().includes(subject),
    state: sent?.state ?? 'failed',
    said: sent?.said ?? '',
  };
}

function letterOf(subject: string, id: string, to: string, now: number): Uint8Array {
  return utf8(
    [
      'From: Hana <hana@bigmail.test>',
      `To: ${to}`,
      `Date: ${formatDate(now)}`,
      `Message-ID: <${id}@bigmail.test>`,
      `Subject: ${subject}`,
      '',
      'Come in when you like.',
      '',
    ].join('\r\n'),
  );
}
