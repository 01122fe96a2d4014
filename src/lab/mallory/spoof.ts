/**
 * Mallory writes in somebody else's name: the From field shows an author of the victim's domain, the envelope and the server are her own. SPF
 * passes, for mallory.test. Only the alignment that DMARC asks for tells (RFC 9989 §4.4).
 */
import { utf8 } from '#bytes';
import { postLetter, type PostParts } from '#lab/post';
import { formatDate } from '#protocol/message/header/date';

export interface Spoof {
  /** Whose name she takes. */
  readonly author: string;
  readonly to: readonly string[];
  /** Calendar milliseconds. */
  readonly now: number;
  /** Unlike any other of hers. */
  readonly id: string;
}

export interface SpoofTry {
  readonly to: string;
  readonly taken: boolean;
  /** What she was answered. */
  readonly reply: string;
}

export async function spoof(parts: PostParts, { to, ...letter }: Spoof): Promise<SpoofTry[]> {
  const tries: SpoofTry[] = [];
  for (const forwardPath of to) {
    const sent = await postLetter(parts, {
      host: 'relay.mallory.test',
      reversePath: 'mallory@mallory.test',
      forwardPath,
      raw: spoofedLetter({ ...letter, to: forwardPath }),
    });
    tries.push({ to: forwardPath, taken: sent.kind === 'sent', reply: sent.said });
  }
  return tries;
}

function spoofedLetter({ author, to, now, id }: Omit<Spoof, 'to'> & { to: string }): Uint8Array {
  const lines = [
    `From: Accounts <${author}>`,
    `To: <${to}>`,
    'Subject: New bank account for our invoices',
    `Date: ${formatDate(now)}`,
    `Message-ID: <${id}@mallory.test>`,
    '',
    'From today on, please pay to the account in the attachment.',
    '',
  ];
  return utf8(lines.join('\r\n'));
}
