/**
 * What all processes of a practice Internet hold (Linux): the server, its PostgreSQL, the Postfix of peer.test, and whatever these started. The
 * proportional set size, so that what several share, the buffers of the database above all, counts once.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { masterOf } from '#lab/peer/postfix';
import { proportionalMegabytes } from '../../bench/processes.ts';
import type { RunningServer } from '../support/program/running-server.ts';

/** Megabytes (10^6). */
export interface Held {
  readonly server: number;
  readonly database: number;
  readonly postfix: number;
}

export async function held(server: RunningServer): Promise<Held> {
  const postmaster = server.postmaster();
  const database = postmaster === undefined ? [] : [postmaster];
  const master = await masterOfPeer(server.data);
  const postfix = master === undefined ? [] : [master];
  return {
    server: proportionalMegabytes([server.pid], [...database, ...postfix]),
    database: proportionalMegabytes(database),
    postfix: proportionalMegabytes(postfix),
  };
}

export function sumOf({ server, database, postfix }: Held): number {
  return server + database + postfix;
}

export function told(memory: Held): string {
  const parts = Object.entries(memory).map(([part, value]) => `${part} ${value.toFixed(0)}`);
  return `${sumOf(memory).toFixed(0)} MB (${parts.join(', ')})`;
}

async function masterOfPeer(data: string): Promise<number | undefined> {
  const place = await readFile(path.join(data, 'lab/peer/place'), 'utf8').catch(() => '');
  return place === '' ? undefined : masterOf(place.trim());
}
