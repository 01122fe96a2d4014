/** A reply of a table in the provider's words, with what it is about put in. Pure. */
import type { Reply } from '#lab/providers/rule';
import type { Told } from '#servers/smtp/settings';

export type ReplyValues = Readonly<
  Record<'ip' | 'netblock' | 'name' | 'ehlo' | 'spf' | 'dkim' | 'from' | 'to', string>
>;

/** Characters of a value: names of strangers may be long. */
const MOST = 255;

/**
 * @param why where to read about it; undefined in exams, which give only the code: no word says what was wrong
 * @param signature how the provider's replies end
 */
export function fillReply(
  reply: Reply,
  reason: string,
  values: ReplyValues,
  why: string | undefined,
  signature: string,
): Told {
  const lines = reply.lines.map((line) =>
    line.replaceAll(PLACEHOLDER, (_, name: keyof ReplyValues) => values[name].slice(0, MOST)),
  );
  const { code, enhanced } = reply;
  const said = why === undefined ? [signature] : [...lines, `See ${why} - ${signature}`];
  return { kind: 'told', code, enhanced, lines: said, reason };
}

const PLACEHOLDER = /%(ip|netblock|name|ehlo|spf|dkim|from|to)\b/g;

/** Where a message is explained: `hikyaku lab why` knows it by its id. */
export function whyUrl(id: string): string {
  return `https://why.lab.test/${id}`;
}
