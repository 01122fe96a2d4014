/** Brings a letter to the learner's server as another server would: by SMTP, from the address of a host of the practice Internet. */
import { openSession } from '#clients/smtp/open-session';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import type { LabHost } from '#lab/addresses';
import { parseMailbox } from '#protocol/address/path';
import { replyOf } from '#lab/app/reply-of';
import type { LessonWorld } from '#lab/lessons/world';

export interface Letter {
  readonly host: LabHost;
  readonly reversePath: string;
  readonly to: string;
  /** With CRLF. */
  readonly content: Uint8Array;
}

export type Brought =
  | { readonly kind: 'taken'; readonly reply: string }
  | { readonly kind: 'not-taken'; readonly reply: string };

/** Never rejects for what the server does. */
export async function bringLetter(world: LessonWorld, letter: Letter): Promise<Brought> {
  const { network, server, clock } = world;
  const opened = await openSession(
    {
      address: server.address,
      port: server.ports.smtp,
      localAddress: network.addressOf(letter.host),
      serverName: server.hostname,
      heloName: letter.host,
      tls: 'none',
    },
    {
      dialer: network.dialer,
      monotonic: () => clock.monotonic(),
      randomBytes: world.random,
      limits: SMTP_CLIENT_LIMITS,
    },
  );
  if (opened.kind === 'not-open') return { kind: 'not-taken', reply: replyOf(opened.outcome) };
  await using session = opened.session;
  const { outcomes } = await session.deliver({
    reversePath: parseMailbox(letter.reversePath) ?? null,
    recipients: [{ mailbox: parseMailbox(letter.to)! }],
    content: {
      size: letter.content.length,
      eightBit: letter.content.some((octet) => octet > 0x7f),
      smtputf8: false,
      chunks: [letter.content],
    },
  });
  const outcome = outcomes[0]!;
  return { kind: outcome.kind === 'delivered' ? 'taken' : 'not-taken', reply: replyOf(outcome) };
}
