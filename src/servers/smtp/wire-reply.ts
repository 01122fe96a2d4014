/** A reply together with its octets, so that those sent again and again are formatted once. */
import { formatReply, type Reply } from '#protocol/smtp/reply';

export interface WireReply extends Reply {
  /** As it goes out, CRLF after each line. */
  readonly wire: string;
}

/** A reply; the first line of text must be there. */
export function wireReply(
  code: number,
  enhanced: string | undefined,
  ...lines: readonly string[]
): WireReply {
  const reply: Reply = enhanced === undefined ? { code, lines } : { code, enhanced, lines };
  return { ...reply, wire: formatReply(reply) };
}
