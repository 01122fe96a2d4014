/** Mallory floods: message after message, as fast as they are answered, until she is put off. None has content. */
import { isPositive, replyText } from '#protocol/smtp/reply';
import { connectFrom, REPLY_MS, type Victim } from './victim.ts';

export interface FloodReport {
  /** MAIL commands that were taken. */
  readonly taken: number;
  /** What ended it; '' where nothing did, or nobody answered. */
  readonly reply: string;
}

/** One that lets so many connections through stops nobody. */
const MOST_CONNECTIONS = 20;

/** Over connection after connection, where the server ends one. Never rejects for what the server does. */
export async function flood(victim: Victim, localAddress: string): Promise<FloodReport> {
  let taken = 0;
  for (let connections = 0; connections < MOST_CONNECTIONS; connections++) {
    const one = await floodOnce(victim, localAddress);
    taken += one.taken;
    if (one.reply !== '' || one.taken === 0) return { taken, reply: one.reply };
  }
  return { taken, reply: '' };
}

async function floodOnce(victim: Victim, localAddress: string): Promise<FloodReport> {
  const connection = await connectFrom(victim, localAddress);
  if (connection === undefined) return { taken: 0, reply: '' };
  try {
    const greeting = await connection.read(REPLY_MS);
    if (greeting.kind !== 'reply') return { taken: 0, reply: '' };
    if (!isPositive(greeting.reply)) return { taken: 0, reply: replyText(greeting.reply) };
    await connection.ask('EHLO relay.mallory.test', REPLY_MS);
    for (let taken = 0; ; taken++) {
      const mail = await connection.ask('MAIL FROM:<flood@mallory.test>', REPLY_MS);
      // a session is for so many messages and no more: that is no refusal of the next one
      if (mail.kind !== 'reply' || mail.reply.code === 421) return { taken, reply: '' };
      if (!isPositive(mail.reply)) return { taken, reply: replyText(mail.reply) };
      await connection.ask('RSET', REPLY_MS);
    }
  } finally {
    connection.finish();
  }
}
