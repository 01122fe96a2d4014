/** The messages of an mbox file as ImapTest appends them: lines end with CRLF, the date is that of the From line. */

export interface MboxMessage {
  readonly content: Buffer;
  /** As APPEND takes it: `22-Feb-2008 17:06:23 +0000`. */
  readonly date: string;
}

/** `From user@domain  Fri Feb 22 17:06:23 2008 +0200`, the zone being optional. */
const FROM = /^From \S+ +\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})(?: ([+-]\d{4}))?$/;

/** @param text the file, one character per octet */
export function parseMbox(text: string): MboxMessage[] {
  const messages: { date: string; lines: string[] }[] = [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const [, month, day, time, year, zone = '+0000'] = FROM.exec(line) ?? [];
    if (month !== undefined)
      messages.push({ date: `${day!.padStart(2)}-${month}-${year} ${time} ${zone}`, lines: [] });
    else if (messages.length === 0) throw new Error(`no From line: ${line}`);
    else messages.at(-1)!.lines.push(line);
  }
  return messages.map(({ date, lines }) => {
    const content = lines.map((line) => `${line.replace(/\r$/, '')}\r\n`).join('');
    return { date, content: Buffer.from(content, 'latin1') };
  });
}
