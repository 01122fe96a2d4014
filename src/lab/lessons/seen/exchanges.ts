/** A recorded SMTP session as pairs of what was asked and what was answered. Pure. */
import type { SmtpSessionRecord } from '#store/lab/lesson-sessions';

export interface Exchange {
  /** The command line; undefined: the greeting, content, or a line that was too long to keep. */
  readonly asked: string | undefined;
  /** `EHLO`, upper case; '' where there is no command. */
  readonly verb: string;
  /** Octets of content, where that is what was answered. */
  readonly content: number | undefined;
  readonly underTls: boolean;
  /** Undefined: the connection ended first. */
  readonly code: number | undefined;
  /** `5.7.1`; '' where the reply has none. */
  readonly enhanced: string;
  /** Lines of the reply. */
  readonly reply: readonly string[];
}

type Asked = Pick<Exchange, 'asked' | 'content' | 'underTls'>;

export function exchangesOf({ entries }: SmtpSessionRecord): Exchange[] {
  const exchanges: Exchange[] = [];
  let underTls = false;
  let asked: Asked | undefined;
  let reply: string[] = [];
  const conclude = (): void => {
    if (asked !== undefined || reply.length > 0)
      exchanges.push(
        exchangeOf(asked ?? { asked: undefined, content: undefined, underTls }, reply),
      );
    asked = undefined;
    reply = [];
  };
  for (const entry of entries) {
    if (entry.kind === 'tls') underTls = true;
    if (entry.kind === 'received' || entry.kind === 'content') {
      conclude();
      const line = entry.kind === 'received' ? entry.line : undefined;
      asked = {
        asked: line,
        content: entry.kind === 'content' ? entry.octets : undefined,
        underTls,
      };
    }
    if (entry.kind === 'sent') {
      reply.push(entry.line);
      if (entry.line[3] !== '-') conclude();
    }
  }
  conclude();
  return exchanges;
}

function exchangeOf(asked: Asked, reply: readonly string[]): Exchange {
  const last = /^(\d{3})(?: (\d\.\d{1,3}\.\d{1,3}))?/.exec(reply.at(-1) ?? '');
  return {
    ...asked,
    verb: /^[a-z]+/i.exec(asked.asked ?? '')?.[0].toUpperCase() ?? '',
    code: last === null ? undefined : Number(last[1]),
    enhanced: last?.[2] ?? '',
    reply,
  };
}

/** The id in `250 2.6.0 06ysj1qjw0400 stored`. */
export function takenId(exchange: Exchange): string | undefined {
  if (exchange.content === undefined || exchange.code !== 250) return undefined;
  return /^250 2\.6\.0 (\w+) (?:stored|queued)/.exec(exchange.reply.at(-1) ?? '')?.[1];
}
