/** What a real mail client of the tests works in: a home of its own, an account, and a session that sees what it did. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ImapAccount } from '../account.ts';
import { imapMailDriver } from '../../mailbox-contract/imap-driver.ts';
import type { Key, MailSession } from '../../mailbox-contract/driver.ts';
import { letter, type Letter } from '../../mailbox-contract/letter.ts';
import { runPeer, type PeerRun } from '../../peers/run.ts';

export class World implements AsyncDisposable {
  readonly account: ImapAccount;
  readonly home: string;
  /** Sees the account as it is on the server. */
  readonly session: MailSession;
  /** Of the server: PEM, in a file too. */
  readonly certificate: string;
  readonly certificateFile: string;

  /** Takes the account back to what a new one is. */
  static async open(account: ImapAccount): Promise<World> {
    const driver = imapMailDriver(account);
    await driver.reset();
    const home = await mkdtemp(path.join(tmpdir(), 'imap-client-'));
    await chmod(home, 0o711);
    const certificate = await certificateOf(account);
    const world = new World(account, home, await driver.open(), certificate);
    await world.write('certificate.pem', certificate);
    return world;
  }

  private constructor(
    account: ImapAccount,
    home: string,
    session: MailSession,
    certificate: string,
  ) {
    this.account = account;
    this.home = home;
    this.session = session;
    this.certificate = certificate;
    this.certificateFile = path.join(home, 'certificate.pem');
  }

  /** Writes a file of the home, which only its owner may read. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(this.home, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
    return file;
  }

  file(name: string): string {
    return path.join(this.home, name);
  }

  /** The digest of the certificate in hexadecimal digits. */
  fingerprint(algorithm: 'sha1' | 'sha256'): string {
    const der = this.certificate.replaceAll(/-----[^-]+-----|\s/g, '');
    return createHash(algorithm).update(Buffer.from(der, 'base64')).digest('hex');
  }

  /** Stores a letter in a mailbox. */
  store(mailbox: string, parts: Letter, flags: readonly string[] = []): Promise<Key> {
    return this.session.append(mailbox, letter(parts), { flags });
  }

  /** The subjects in a mailbox with their flags, in order. */
  async subjects(mailbox: string): Promise<string[]> {
    const messages = await this.session.messages(mailbox);
    const all: string[] = [];
    for (const { key, flags } of messages) {
      const text = Buffer.from(await this.session.read(mailbox, key)).toString();
      all.push([subjectOf(text), ...flags].join(' '));
    }
    return all;
  }

  /** Runs a program with this home, in no other's environment. */
  run(program: string, args: readonly string[], input = ''): Promise<PeerRun> {
    const env = [`HOME=${this.home}`, 'LC_ALL=C.UTF-8', 'TERM=xterm', 'PATH=/usr/bin:/bin'];
    return runPeer('/usr/bin/env', ['-i', '-C', this.home, ...env, program, ...args], input);
  }

  /** The subjects in a Maildir, sorted, with the letters of their flags. */
  async maildir(name: string): Promise<string[]> {
    const found: string[] = [];
    for (const part of ['cur', 'new']) {
      const folder = path.join(this.home, name, part);
      for (const file of await readdir(folder)) {
        const text = await readFile(path.join(folder, file), 'utf8');
        found.push([subjectOf(text), /:2,(\w+)$/.exec(file)?.[1] ?? ''].join(' ').trim());
      }
    }
    return found.toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function subjectOf(text: string): string {
  return /^Subject: (.*?)\r?$/m.exec(text)?.[1] ?? '';
}

/** What the server shows by TLS. */
async function certificateOf({ host, port, tls }: ImapAccount): Promise<string> {
  if (tls !== 'implicit') throw new Error('a real client of the tests uses TLS from the beginning');
  const socket: TLSSocket = connectTls({
    socket: connectTcp({ host, port }),
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate()!.toString();
  socket.destroy();
  return certificate;
}
