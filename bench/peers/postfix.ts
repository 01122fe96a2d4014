/**
 * Postfix as a contender, not held back: no delay of input, no limit of mailboxes, processes for every session.
 * It is timed to the last delivery, as its 250 means queued and not yet delivered.
 */
import { readdirSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startOpendkim } from '../../test/support/peers/opendkim.ts';
import type { PostfixOptions } from '../../test/support/peers/postfix-config.ts';
import { startPostfix } from '../../test/support/peers/postfix.ts';
import type { Contender } from '../contender.ts';
import type { Sink } from '../programs.ts';

const PROCESSES = 150;

/** Delivers to Maildirs below `parent`; `addresses` are the mailboxes. */
export async function postfixToMaildir(
  parent: string,
  addresses: readonly string[],
  more: PostfixOptions = {},
): Promise<Contender & { readonly folders: readonly string[] }> {
  const options = { parent, mailboxes: addresses, processLimit: PROCESSES, ...more };
  const postfix = await startPostfix(options);
  const folders = addresses.map((address) => postfix.maildir(address));
  let already = 0;
  return {
    name: 'Postfix',
    folders,
    loadArguments: ['--port', String(postfix.port)],
    processes: () => ({ server: [postfix.pid() ?? 0], database: [] }),
    begin: async () => {
      already = countFiles(folders);
    },
    async delivered(messages) {
      while (countFiles(folders) - already < messages) await delay(50);
      // The folder's own time is that of the last file moved into it; it is made with the first.
      const stats = folders.map((folder) => statSync(folder, { throwIfNoEntry: false }));
      return Math.max(...stats.map((found) => found?.mtimeMs ?? 0));
    },
    [Symbol.asyncDispose]: () => postfix[Symbol.asyncDispose](),
  };
}

/** Signs by OpenDKIM on a unix socket and relays to the sink. */
export async function postfixSigning(
  parent: string,
  sink: Sink,
  key: { readonly domain: string; readonly selector: string; readonly privateKey: string },
  certificate: NonNullable<PostfixOptions['certificate']>,
): Promise<Contender> {
  const opendkim = await startOpendkim({ mode: 'sign', ...key });
  const postfix = await startPostfix({
    parent,
    milter: opendkim.socket,
    routes: { '*': sink.port },
    processLimit: PROCESSES,
    certificate,
  });
  return {
    name: 'Postfix + OpenDKIM',
    loadArguments: ['--port', String(postfix.port), '--tls', 'starttls'],
    processes: () => ({ server: [postfix.pid() ?? 0, opendkim.pid], database: [] }),
    begin: async () => {
      await sink.reset();
    },
    delivered: async (messages) => (await sink.received(messages)).lastAt,
    async [Symbol.asyncDispose]() {
      await postfix[Symbol.asyncDispose]();
      await opendkim[Symbol.asyncDispose]();
    },
  };
}

function countFiles(folders: readonly string[]): number {
  let count = 0;
  for (const folder of folders) {
    try {
      count += readdirSync(folder).length;
    } catch {
      // made with the first delivery
    }
  }
  return count;
}
