/** Servers on loopback that say what a case wants: SMTP and IMAP by a table of replies, in clear, by STARTTLS, or under TLS. */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import type { ListenerFacts, ListenerName } from '#mail/doctor/server-facts';
import { HOST } from './world.ts';

export interface Script {
  readonly banner?: string;
  /** By the beginning of a line; the longest that fits. */
  readonly replies?: Readonly<Record<string, string>>;
  /** For STARTTLS, or from the first octet. */
  readonly tls?: TlsOptions;
}

/** Closes everything with the test. */
export class Listeners implements AsyncDisposable {
  readonly #open: { close: () => void }[] = [];
  readonly #sockets = new Set<Socket>();

  async listen(name: ListenerName, script: Script): Promise<ListenerFacts> {
    const implicit = name === 'submissions' || name === 'imaps';
    const serve = (socket: Socket): void => {
      this.#sockets.add(socket);
      talk(socket, name, script, (secured) => this.#sockets.add(secured));
    };
    const server = implicit ? createTlsServer({ ...script.tls }, serve) : createServer(serve);
    if (implicit) server.on('tlsClientError', () => {});
    this.#open.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as { port: number };
    return { name, address: '127.0.0.1', port, proxied: false };
  }

  /** Nobody listens there. */
  async closed(name: ListenerName): Promise<ListenerFacts> {
    const facts = await this.listen(name, {});
    this.#open.pop()!.close();
    return facts;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#open) server.close();
    return Promise.resolve();
  }
}

const SMTP: Readonly<Record<string, string>> = {
  EHLO: `250-${HOST}\r\n250 STARTTLS`,
  'MAIL FROM': '250 2.1.0 ok',
  'RCPT TO:<nobody@': '550 5.7.1 no relay',
  'RCPT TO': '250 2.1.5 ok',
  DATA: '354 go on',
  'From:': '250 2.0.0 stored as 1',
  RSET: '250 2.0.0 ok',
  STARTTLS: '220 2.0.0 go on',
  QUIT: '221 2.0.0 bye',
};

const IMAP: Readonly<Record<string, string>> = {
  'd1 CAPABILITY': '* CAPABILITY IMAP4rev2 STARTTLS LOGINDISABLED\r\nd1 OK done',
  'd2 LOGOUT': '* BYE bye\r\nd2 OK done',
  'd1 STARTTLS': 'd1 OK go on',
};

function talk(
  socket: Socket,
  name: ListenerName,
  script: Script,
  opened: (secured: Socket) => void,
): void {
  const isImap = name.startsWith('imap');
  const replies = { ...(isImap ? IMAP : SMTP), ...script.replies };
  const beginnings = Object.keys(replies).toSorted((a, b) => b.length - a.length);
  let inContent = false;
  let text = '';
  socket.on('error', () => {});
  socket.write(`${script.banner ?? (isImap ? `* OK ${HOST} ready` : `220 ${HOST} ESMTP`)}\r\n`);
  const onData = (bytes: Buffer): void => {
    text += bytes.toString('latin1');
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end).replace(/\r$/, '');
      text = text.slice(end + 1);
      if (inContent) {
        if (line !== '.') continue;
        inContent = false;
        socket.write(`${replies['From:']}\r\n`);
        continue;
      }
      const beginning = beginnings.find((one) => line.startsWith(one));
      const reply = beginning === undefined ? undefined : replies[beginning];
      if (reply === '') return void socket.destroy();
      socket.write(`${reply ?? '500 5.5.1 what?'}\r\n`);
      inContent = line === 'DATA' && reply?.startsWith('354') === true;
      if (line.endsWith('STARTTLS') && script.tls && /^(220|d1 OK)/.test(reply ?? '')) {
        socket.off('data', onData);
        const secured = new TLSSocket(socket, { isServer: true, ...script.tls });
        secured.on('error', () => {});
        opened(secured);
        return undefined;
      }
    }
    return undefined;
  };
  socket.on('data', onData);
}
