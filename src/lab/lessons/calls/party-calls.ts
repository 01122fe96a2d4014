/** Who writes letters when the learner asks for them: a person at peer.test, and mallory in the learner's name. */
import { z } from 'zod';
import { hex, utf8 } from '#bytes';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import type { PostParts } from '#lab/post';
import { spoof, type SpoofTry } from '#lab/mallory/spoof';
import { formatMailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { formatDate } from '#protocol/message/header/date';

const address = z.string().max(320);
const MOST_VICTIMS = 5;

export interface Posted {
  readonly from: string;
  readonly to: string;
  readonly taken: boolean;
  readonly reply: string;
}

interface NoAddress {
  readonly kind: 'refused';
  readonly reason: 'no-address';
  readonly message: string;
  readonly remedy: string;
}

export function partyCalls(world: LessonWorld) {
  return {
    'peer-letter': {
      input: z.object({ to: address }),
      run: ({ to }: { to: string }): Promise<Posted> | NoAddress => {
        const written = plain(to);
        return written === undefined ? noAddress(to) : peerLetter(world, written);
      },
    },
    'mallory-spoof': {
      input: z.object({ author: address, to: z.array(address).min(1).max(MOST_VICTIMS) }),
      run: async ({ author, to }: { author: string; to: string[] }) => {
        const written = [author, ...to].map(plain);
        const bad = [author, ...to].find((_, index) => written[index] === undefined);
        if (bad !== undefined) return noAddress(bad);
        const [name, ...victims] = written as string[];
        const tries: readonly SpoofTry[] = await spoof(postParts(world), {
          author: name!,
          to: victims,
          now: world.clock.now(),
          id: hex(world.random(8)),
        });
        return { tries };
      },
    },
  };
}

export type PartyCalls = ReturnType<typeof partyCalls>;

/** Goes where the DNS says, as the mail of any server does. */
async function peerLetter(world: LessonWorld, to: string): Promise<Posted> {
  const from = 'traveller@peer.test';
  const lines = [
    `From: A traveller <${from}>`,
    `To: <${to}>`,
    'Subject: Greetings from peer.test',
    `Date: ${formatDate(world.clock.now())}`,
    `Message-ID: <${hex(world.random(8))}@peer.test>`,
    '',
    'I looked up where mail for you goes, and brought this there.',
    '',
  ];
  const sent = await aroundOf(world).peer.send({
    reversePath: from,
    forwardPath: to,
    raw: utf8(lines.join('\r\n')),
  });
  return { from, to, taken: sent.kind === 'sent', reply: sent.said };
}

function postParts(world: LessonWorld): PostParts {
  const { network, clock } = world;
  const { resolver } = aroundOf(world);
  return {
    resolver,
    dialer: network.dialer,
    addressOf: network.addressOf,
    monotonic: () => clock.monotonic(),
  };
}

/** In one form, which can stand in a field; undefined: no address of ASCII. */
function plain(text: string): string | undefined {
  const mailbox = parseMailbox(text.trim());
  const formed = mailbox && formatMailbox(mailbox);
  return formed !== undefined && /^[\x21-\x7e]+$/.test(formed) ? formed : undefined;
}

function noAddress(given: string): NoAddress {
  return {
    kind: 'refused',
    reason: 'no-address',
    message: `${given} is no address`,
    remedy: 'Write one such as hana@bigmail.test.',
  };
}
