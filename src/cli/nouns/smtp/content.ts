/** The message that a probe sends: a file as it is, or a small one made here. Line ends become CRLF. */
import { fromLatin1, latin1, utf8 } from '#bytes';
import { formatDate } from '#protocol/message/header/date';
import { encodeUnstructured } from '#protocol/message/header/encoded-word';

export interface ProbeMessage {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** Makes the Message-ID differ from others. */
  readonly unique: string;
  readonly host: string;
}

export function makeMessage(message: ProbeMessage): Uint8Array {
  const { from, to, subject, body, now, unique, host } = message;
  const isAscii = /^[\x00-\x7f]*$/.test(body);
  return crlf(
    utf8(
      [
        `Date: ${formatDate(now)}`,
        `From: <${from}>`,
        `To: ${to.map((address) => `<${address}>`).join(', ')}`,
        `Subject: ${encodeUnstructured(subject, 'Subject: '.length)}`,
        `Message-ID: <${unique}@${host}>`,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        `Content-Transfer-Encoding: ${isAscii ? '7bit' : '8bit'}`,
        '',
        body,
        '',
      ].join('\n'),
    ),
  );
}

/** Every line end, whatever it was, as CRLF (RFC 5321 §2.3.8). */
export function crlf(bytes: Uint8Array): Uint8Array {
  return fromLatin1(latin1(bytes).replaceAll(/\r\n|\r|\n/g, '\r\n'));
}
