/**
 * What the embedded PostgreSQL is told, each with its reason, and the environment it gets. Written to
 * `hikyaku.conf` in the cluster at every start; `initdb`'s own file is read before it and stays untouched.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PORT, type Layout } from './layout.ts';

export type Settings = Readonly<Record<string, string>>;

/** The settings of a layout; `more` wins over ours. */
function settingsOf(layout: Layout, more: Settings): Settings {
  return {
    // Reached by the local socket alone, which lies in a folder that only its owner may enter.
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: layout.socketDir,
    unix_socket_permissions: '0700',
    // One process of ours uses a dozen; each spare one costs memory.
    max_connections: '40',
    // The whole development server stays under 300 MB; the kernel's cache serves the rest.
    shared_buffers: '64MB',
    // Nothing replicates: one process less.
    max_logical_replication_workers: '0',
    // Checkpoints every 2 GB of log: under load fewer full pages are written twice.
    max_wal_size: '2GB',
    // Times are stored with their zone; the machine's own zone never matters.
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    // Neither statements nor the values of a refused row: both can hold addresses.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...more,
  };
}

/** Writes the settings; returns the file for `-c config_file=`. */
export async function writeSettings(layout: Layout, more: Settings): Promise<string> {
  const file = join(layout.cluster, 'hikyaku.conf');
  const lines = Object.entries(settingsOf(layout, more)).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  const text = [
    '# Written by Hikyaku at every start. "alter system" overrides what stands here.',
    "include 'postgresql.conf'",
    ...lines,
    '',
  ].join('\n');
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, file);
  return file;
}

/**
 * The whole environment of PostgreSQL's programs: nothing of ours leaks in (PGPORT, PGOPTIONS, LANG), and its
 * messages are English, which `postmaster.ts` reads.
 */
export function cleanEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
}
