/**
 * The shop without a mail server: a program that hands its letters straight to the exchanges of their readers, from the same address, each as soon as it
 * can. What is put off is tried once more an hour later, whatever the provider said, and then given up. So do many programs that «also send mail».
 */
import { randomBytes } from 'node:crypto';
import { newsletterLetter } from '#lab/app/letters';
import { sendLetter } from '#lab/providers/sending/send';
import { NEWS } from './shop.ts';
import type { SimulatedWorld } from './world.ts';

/** Real milliseconds. */
const PATIENCE = 30_000;

/** @returns to whom it is to be sent again */
export async function sendStraight(
  { network, clock, resolver, source, submission: { user } }: SimulatedWorld,
  addresses: readonly string[],
): Promise<readonly string[]> {
  const again: string[] = [];
  for (const forwardPath of addresses) {
    const date = clock.now();
    const messageId = `straight-${date}@app.test`;
    const sent = await sendLetter(
      {
        resolver,
        dialer: network.dialer,
        monotonic: () => clock.monotonic(),
        randomBytes,
        heloName: 'mail.example.test',
        localAddress: source,
        sts: undefined,
        trustedRoots: undefined,
        ledger: { note: () => {} },
      },
      {
        reversePath: user,
        forwardPath,
        raw: newsletterLetter({ messageId, date, ...NEWS }, user, forwardPath),
      },
      AbortSignal.timeout(PATIENCE),
    );
    if (sent.kind === 'later') again.push(forwardPath);
    clock.step(1);
  }
  return again;
}
