/** `hikyaku backup restore`: whole, into a database where nothing is yet; or what one account lacks, through the running server. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { silentLog } from '#log';
import { toFrames } from '#servers/admin/frames';
import { accountMessages, type BackedUpMessage } from '#store/backup/account-messages';
import { restoreBackup, type RestoreStep } from '#store/backup/restore';
import { MAJOR } from '#store/embedded/binaries';
import { startEmbedded } from '#store/embedded/start';
import { makeFolder } from '#store/make-folder';
import { damageOf, lastStep, openBackup } from './files.ts';
import { CommandFailure } from '#cli/failure';
import { bringIn } from '#cli/nouns/mail/transfer';
import type { SourceMessage } from '#cli/nouns/mail/files/source-message';
import { printDone } from '#cli/terminal/output';
import { settings } from '#cli/settings';
import type { CommonOptions } from '#cli/verb';

export async function restoreWhole(folder: string, options: CommonOptions): Promise<void> {
  const manifest = await openBackup(folder);
  const config = settings('dev', options);
  const into = async (connection: pg.ClientConfig): Promise<Restored> => {
    const request = { connection, folder, manifest, now: Date.now() };
    const last = await lastStep('restoring', restoreBackup(request));
    if (last.kind === 'refused') throw new CommandFailure(last.reason, last.remedy);
    return last;
  };
  const { held, schema } =
    config.database_url === ''
      ? await intoDataFolder(path.resolve(config.data_dir), into)
      : await into({ connectionString: config.database_url });
  printDone(
    options,
    { folder, takenAt: manifest.takenAt, schema, held },
    `Restored as of ${manifest.takenAt}.${
      held === 0
        ? ''
        : ` ${held} recipients wait in the queue and are held, since they may have had their mail meanwhile: hikyaku queue list, then hikyaku queue release or remove.`
    }`,
  );
}

type Restored = Extract<RestoreStep, { kind: 'restored' }>;

/**
 * Into a database of ours, which gets its place only when it is whole: a server that starts meanwhile, or after a restore that broke off,
 * must not take half of it, or an empty one, for all there was. That of an older PostgreSQL stays beside it.
 */
async function intoDataFolder(
  dataDir: string,
  restore: (connection: pg.ClientConfig) => Promise<Restored>,
): Promise<Restored> {
  const place = path.join(dataDir, 'postgres', MAJOR);
  if (existsSync(place)) {
    throw new CommandFailure(
      `${dataDir} holds a database already`,
      'Name a folder for the restored one, --set data_dir=FOLDER, and start the server with it; or move this one away first.',
    );
  }
  const unfinished = path.join(dataDir, 'restoring');
  await rm(unfinished, { recursive: true, force: true });
  await makeFolder(unfinished);
  try {
    const server = await startEmbedded({ dataDir: unfinished, log: silentLog });
    if (server.kind !== 'running') throw new CommandFailure(server.message, server.remedy);
    let restored: Restored;
    try {
      restored = await restore(server.connection);
    } finally {
      await server.stop();
    }
    await makeFolder(path.dirname(place));
    await rename(path.join(unfinished, 'postgres', MAJOR), place);
    return restored;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

export async function restoreAccount(
  folder: string,
  account: string,
  options: CommonOptions,
): Promise<void> {
  const messages = await accountMessages(folder, await openBackup(folder), account);
  if (messages === undefined) {
    throw new CommandFailure(
      `the backup has no account ${account}`,
      'Write its name as hikyaku account list shows it.',
    );
  }
  try {
    await bringIn(account, toFrames(sourceOf(messages)), options);
  } catch (error) {
    throw damageOf(error);
  }
}

async function* sourceOf(messages: AsyncIterable<BackedUpMessage>): AsyncGenerator<SourceMessage> {
  for await (const { mailbox, flags, keywords, receivedAt, content } of messages) {
    yield {
      head: { mailbox: [...mailbox], flags, keywords: [...keywords], date: receivedAt },
      pieces: one(content),
    };
  }
}

async function* one(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
  await Promise.resolve();
}
