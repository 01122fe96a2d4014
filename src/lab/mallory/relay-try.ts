/**
 * Mallory looks for an open relay: a stranger who wants another's server to carry mail to a third party, by the plain way and by the old
 * tricks. Each is one RCPT; whoever answers it with 2xx would carry the mail. Nothing is ever sent.
 */
import { SmtpConnection } from '#clients/smtp/connection';
import type { Dialer } from '#clients/smtp/dial';
import { DialogueRecorder } from '#protocol/smtp/dialogue';
import { isPositive, replyText } from '#protocol/smtp/reply';

export type RelayTrick = keyof typeof TRICKS;

interface Party {
  /** The domain whose server is tried, and its host name. */
  readonly domain: string;
  readonly hostname: string;
}

interface Trick {
  readonly from: (party: Party) => string;
  readonly to: (party: Party) => string;
}

const STRANGER = 'mallory@mallory.test';
/** Where the mail should go: not to a domain of the server. */
const VICTIM = { localPart: 'victim', domain: 'bigmail.test' };
const TO_VICTIM = `${VICTIM.localPart}@${VICTIM.domain}`;

const stranger = (): string => STRANGER;
const victim = (): string => TO_VICTIM;

export const TRICKS = {
  /** As it is. */
  plain: { from: stranger, to: victim },
  /** As a notice of failure, from nobody. */
  'null-sender': { from: () => '', to: victim },
  /** As if an author of the server's own domain wrote. */
  'own-sender': { from: ({ domain }) => `alice@${domain}`, to: victim },
  /** «Take off your domain and put % to @»: RFC 1123 §5.2.16 knew it, nobody should do it. */
  percent: {
    from: stranger,
    to: ({ domain }) => `${VICTIM.localPart}%${VICTIM.domain}@${domain}`,
  },
  'percent-host': {
    from: stranger,
    to: ({ hostname }) => `${VICTIM.localPart}%${VICTIM.domain}@${hostname}`,
  },
  /** RFC 5321 appendix C: hosts on the way, to be ignored. */
  'source-route': { from: stranger, to: ({ domain }) => `@${domain}:${TO_VICTIM}` },
  /** A whole address as a quoted local part. */
  quoted: { from: stranger, to: ({ domain }) => `"${TO_VICTIM}"@${domain}` },
  /** A path of UUCP. */
  bang: { from: stranger, to: ({ domain }) => `${VICTIM.domain}!${VICTIM.localPart}@${domain}` },
} as const satisfies Record<string, Trick>;

export interface RelayTry {
  readonly trick: RelayTrick;
  readonly from: string;
  readonly to: string;
  /** To RCPT, or to MAIL where that was refused already; '' where nothing came. */
  readonly reply: string;
  /** The server would carry the mail. */
  readonly taken: boolean;
}

export interface RelayReport {
  /** The first line that it said; '' where it could not be reached. */
  readonly greeting: string;
  /** Of mallory. */
  readonly client: string;
  readonly tries: readonly RelayTry[];
}

export interface RelayTarget extends Party {
  readonly dialer: Dialer;
  readonly address: string;
  readonly port: number;
  /** Mallory's own address. */
  readonly localAddress: string;
  readonly monotonic: () => number;
}

const CONNECT_MS = 10_000;
const REPLY_MS = 30_000;
const REPLY_OCTETS = 64 * 1024;

/** Tries every trick, each in a transaction of its own. Never rejects for what the server does. */
export async function tryToRelay(target: RelayTarget): Promise<RelayReport> {
  const { dialer, address, port, localAddress, monotonic } = target;
  const dialled = await dialer.dial({ address, port, localAddress, timeoutMs: CONNECT_MS });
  if (dialled.kind !== 'connected') return { greeting: '', client: localAddress, tries: [] };
  const recorder = new DialogueRecorder(monotonic());
  const connection = new SmtpConnection(dialled.socket, recorder, monotonic, REPLY_OCTETS);
  const heard = async (coming: ReturnType<SmtpConnection['read']>): Promise<Heard> => {
    const result = await coming;
    if (result.kind !== 'reply') return { text: '', positive: false };
    return { text: replyText(result.reply), positive: isPositive(result.reply) };
  };
  const ask = (line: string): Promise<Heard> => heard(connection.ask(line, REPLY_MS));
  try {
    const greeting = await heard(connection.read(REPLY_MS));
    await ask('EHLO relay.mallory.test');
    const tries: RelayTry[] = [];
    for (const [trick, { from, to }] of Object.entries<Trick>(TRICKS)) {
      const sender = from(target);
      const recipient = to(target);
      const mail = await ask(`MAIL FROM:<${sender}>`);
      const answer = mail.positive ? await ask(`RCPT TO:<${recipient}>`) : mail;
      await ask('RSET');
      const taken = mail.positive && answer.positive;
      tries.push({
        trick: trick as RelayTrick,
        from: sender,
        to: recipient,
        reply: answer.text,
        taken,
      });
    }
    await ask('QUIT');
    return { greeting: greeting.text, client: localAddress, tries };
  } finally {
    connection.finish();
  }
}

interface Heard {
  readonly text: string;
  readonly positive: boolean;
}
