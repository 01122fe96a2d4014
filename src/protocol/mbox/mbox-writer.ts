/** Writes a message into an mbox (mboxrd, RFC 4155): a From line, flags as fields, `From ` quoted, an empty line. Octets with LF ends. */
import { concat, latin1, LF, utf8, view } from '#bytes';

export interface MboxEntry {
  /** Milliseconds. */
  readonly date: number;
  /** Letters of Status and X-Status. */
  readonly status: string;
  readonly xStatus: string;
  readonly keywords: readonly string[];
}

/**
 * `From MAILER-DAEMON Fri Jul  8 12:08:34 2011` and the fields of flags, which lead the header. Who reads takes the first of each for the
 * mailbox's, so that one of the message's own, which anybody may have sent, never stands first.
 * @param bytes the message; its lines end with LF
 */
export function mboxHead(
  { date, status, xStatus, keywords }: MboxEntry,
  bytes: Uint8Array,
): Uint8Array {
  const when = new Date(date);
  const [weekday, day, month, year, time] = when.toUTCString().split(/,? /);
  const dayText = String(Number(day)).padStart(2, ' ');
  const lines = [`From MAILER-DAEMON ${weekday} ${month} ${dayText} ${time} ${year}`];
  const own = ownFields(bytes);
  for (const [name, value] of [
    ['Status', status],
    ['X-Status', xStatus],
    ['X-Keywords', keywords.join(' ')],
  ] as const)
    if (value !== '' || own.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  return utf8(`${lines.join('\n')}\n`);
}

/** Names of the message's fields that look like those of flags, in lower case. */
function ownFields(bytes: Uint8Array): ReadonlySet<string> {
  const data = view(bytes);
  const end = data.indexOf('\n\n');
  const header = latin1(end < 0 ? data : data.subarray(0, end));
  return new Set([...header.matchAll(FLAG_FIELD)].map(([, name]) => name!.toLowerCase()));
}

const FLAG_FIELD = /^(status|x-status|x-keywords):/gim;

/** Quotes lines of a whole message; `bytes` end lines with LF. */
export function mboxQuoted(bytes: Uint8Array): Uint8Array {
  const data = view(bytes);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at < data.length;) {
    let name = at;
    while (data[name] === 0x3e) name++;
    if (data[name] === 0x46 && latin1(data.subarray(name, name + 5)) === 'From ') {
      parts.push(data.subarray(from, at), utf8('>'));
      from = at;
    }
    const end = data.indexOf(LF, at);
    at = end < 0 ? data.length : end + 1;
  }
  parts.push(data.subarray(from));
  if (data.length > 0 && data.at(-1) !== LF) parts.push(utf8('\n'));
  parts.push(utf8('\n'));
  return concat(parts);
}
