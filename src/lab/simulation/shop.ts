/**
 * The app of the practice Internet as a shop that sends every day: in the morning a letter to a customer at each provider, as programs write them
 * to one person, then the newsletter. Both are handed in at the submission port with a login. Called by `simulate.ts`.
 */
import { hash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import type { App } from '#lab/app/app';
import { writeFields, writeSettings, writeSubscribers } from '#lab/app/files';
import { newsletterLetter } from '#lab/app/letters';
import { sendNewsletter } from '#lab/app/newsletter';
import { openSender } from '#lab/app/send';
import type { SimulatedWorld } from './world.ts';

export interface Shop {
  /** Writes to customers, each by name. */
  writeTo(addresses: readonly string[]): Promise<void>;
  sendIssue(addresses: readonly string[]): Promise<void>;
}

/** As the bulk mail of well-kept lists has it; the server adds the way out for each reader. */
const FIELDS = ['List-Id: The paper lantern shop <news.example.test>'];
/** The newsletter, as it is written. */
export const NEWS = {
  subject: 'News of the lanterns',
  text: 'The lanterns are lit, and the new papers have come.',
  fields: FIELDS,
};

export async function openShop(world: SimulatedWorld, seed: number): Promise<Shop> {
  const { network, clock, submission } = world;
  const folder = path.join(world.folder, 'shop');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const app: App = { network, clock, folder, random: drawsOf(seed), owner: submission.user };
  await writeSettings(app, submission);
  await writeFields(app, FIELDS);
  // each letter has a moment of its own: the queue goes by time, and nothing else says who came first
  const sent = (): void => clock.step(1);
  return {
    async writeTo(addresses) {
      await using sender = (await openSender(app))!;
      for (const recipient of addresses) {
        const messageId = `order-${clock.now()}@app.test`;
        const text = 'Your lantern is ready. When may we bring it?';
        const order = { messageId, date: clock.now(), subject: 'Your order', text };
        const letter = newsletterLetter(order, submission.user, recipient);
        const { outcome, reply } = await sender.send({
          kind: 'contact',
          messageId,
          recipient,
          letter,
        });
        if (outcome !== 'taken') throw new Error(`the server did not take an order: ${reply}`);
        sent();
      }
    },
    async sendIssue(addresses) {
      await writeSubscribers(app, addresses);
      const outcome = await sendNewsletter(app, {
        subject: NEWS.subject,
        text: NEWS.text,
        gap: 0,
        sent,
      });
      if (outcome.kind !== 'sent' || outcome.taken < addresses.length)
        throw new Error(`the server did not take the newsletter: ${JSON.stringify(outcome)}`);
    },
  };
}

/** Octets that the same seed gives in the same order. */
function drawsOf(seed: number): (octets: number) => Uint8Array {
  let drawn = 0;
  return (octets) => {
    const blocks = Array.from({ length: Math.ceil(octets / 32) }, () =>
      hash('sha256', `${seed} ${drawn++}`, 'buffer'),
    );
    return Buffer.concat(blocks).subarray(0, octets);
  };
}
