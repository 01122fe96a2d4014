/** A client's way into TLS by STARTTLS (RFC 3207, RFC 9051 §6.2.1): the socket after its handshake. */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

const DIALOGUES = {
  smtp: [
    [/^220 /m, 'EHLO client.test\r\n'],
    [/^250 /m, 'STARTTLS\r\n'],
    [/^220 .*TLS/m, ''],
  ],
  imap: [
    [/^\* OK/m, 'a STARTTLS\r\n'],
    [/^a OK/m, ''],
  ],
} as const;

export async function startTlsOver(
  port: number,
  protocol: keyof typeof DIALOGUES,
  options: ConnectionOptions,
): Promise<TLSSocket> {
  const plain = connectPlain({ port, host: '127.0.0.1' });
  for (const [expected, next] of DIALOGUES[protocol]) {
    await said(plain, expected);
    if (next !== '') plain.write(next);
  }
  const secure = connect({ ...options, socket: plain });
  secure.on('error', () => {});
  await Promise.race([
    once(secure, 'secureConnect'),
    once(secure, 'close').then(() => {
      throw new Error(`${protocol} on port ${port}: the handshake failed`);
    }),
  ]);
  return secure;
}

/** Reads until it is there. */
async function said(socket: Socket, expected: RegExp): Promise<void> {
  let text = '';
  while (!expected.test(text)) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    text += part.toString('latin1');
  }
}
