/** `hikyaku backup verify`: without a server; where one runs it is told, so that the doctor knows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '#log';
import { bytesIn, rowsIn, type Manifest } from '#store/backup/manifest';
import { restoreBackup } from '#store/backup/restore';
import { verifyBackup } from '#store/backup/verify';
import { startEmbedded } from '#store/embedded/start';
import { lastStep, openBackup } from './files.ts';
import { callValue, NoServer } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, remark } from '#cli/terminal/output';
import type { CommonOptions } from '#cli/verb';

export async function verifyFolder(
  folder: string,
  restores: boolean,
  options: CommonOptions,
): Promise<void> {
  const manifest = await openBackup(folder);
  const verified = await lastStep('reading', verifyBackup(folder, manifest));
  if (restores) await restoreElsewhere(folder, manifest);
  const { takenAt } = manifest;
  const [rows, bytes] = [rowsIn(manifest), bytesIn(manifest)];
  const kind = restores ? 'restored' : 'verified';
  await tellServer(options, { kind, folder, takenAt, bytes, rows });
  const { messages } = verified;
  printDone(
    options,
    { folder, takenAt, rows, bytes, messages, restored: restores },
    `${folder} is whole: ${rows} rows, ${messages} stored messages, each as it was${
      restores ? '; and it could be restored' : ''
    }.`,
  );
}

/** Into a PostgreSQL that nobody else knows of. */
async function restoreElsewhere(folder: string, manifest: Manifest): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hikyaku-restore-'));
  try {
    const server = await startEmbedded({ dataDir, log: silentLog });
    if (server.kind !== 'running') throw new CommandFailure(server.message, server.remedy);
    await using _ = server;
    const { connection } = server;
    const request = { connection, folder, manifest, now: Date.now() };
    const last = await lastStep('restoring', restoreBackup(request));
    if (last.kind === 'refused') throw new CommandFailure(last.reason, last.remedy);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function tellServer(
  options: CommonOptions,
  checked: Parameters<typeof callValue<'backup/checked'>>[2],
): Promise<void> {
  try {
    await callValue(options, 'backup/checked', checked);
  } catch (error) {
    if (!(error instanceof NoServer)) throw error;
    remark('No server runs here: the doctor does not hear of this.');
  }
}
