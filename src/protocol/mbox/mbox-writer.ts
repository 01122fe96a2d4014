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

/** `From MAILER-DAEMON Fri Jul  8 12:08:34 2011` and the fields of flags, which lead the header. */
export function mboxHead({ date, status, xStatus, keywords }: MboxEntry): Uint8Array {
  const when = new Date(date);
  const [weekday, day, month, year, time] = when.toUTCString().split(/,? /);
  const dayText = String(Number(day)).padStart(2, ' ');
  const lines = [`From MAILER-DAEMON ${weekday} ${month} ${dayText} ${time} ${year}`];
  if (status !== '') lines.push(`Status: ${status}`);
  if (xStatus !== '') lines.push(`X-Status: ${xStatus}`);
  if (keywords.length > 0) lines.push(`X-Keywords: ${keywords.join(' ')}`);
  return utf8(`${lines.join('\n')}\n`);
}

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
