/** The database of a server: ours unless one is named, migrated, open and kept in order. */
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Log } from '#log';
import { migrate } from '#store/database/migrate';
import { openStore, type Store } from '#store/database/open';
import { startEmbedded, type EmbeddedServer } from '#store/embedded/start';
import type { MailStore } from '#store/mailboxes/mail-store';
import { makeFolder } from '#store/make-folder';
import { maintain } from '#store/maintenance';
import { failed, type StartFailure } from './failure.ts';
import { keepRounds } from './rounds.ts';

const MAINTENANCE_EVERY = 60 * 60 * 1000;

type Opened = { readonly kind: 'open'; readonly store: Store };

/**
 * The database (ours unless one is named), migrated and open.
 * @param given where another process reached it already
 */
export async function openDatabase(
  config: Config,
  dataDir: string,
  log: Log,
  clock: Clock,
  parts: AsyncDisposableStack,
  given?: Store['connection'],
): Promise<Opened | StartFailure> {
  const reached = given
    ? ({ kind: 'reached', connection: given } as const)
    : await reachDatabase(config, dataDir, log, clock, parts);
  if (reached.kind === 'failed') return reached;
  const { connection } = reached;
  try {
    const migrated = await migrate(connection);
    if (migrated.kind === 'refused') return failed(migrated.reason, migrated.remedy);
    if (migrated.applied.length > 0) log.info('database.migrated', { version: migrated.version });
    const opened = await openStore({ connection, clock, log, allowUnsafe: config.allow_unsafe });
    if (opened.kind === 'refused') return failed(opened.reason, opened.remedy);
    parts.use(opened.store);
    return opened;
  } catch (error) {
    // the password that a URL may hold is in no message of pg
    return failed(
      `database_url: the database cannot be used: ${(error as Error).message}`,
      'Check DATABASE_URL and that PostgreSQL runs and lets this user in.',
    );
  }
}

type Reached = { readonly kind: 'reached'; readonly connection: Store['connection'] };

/** Where the database is: the one that is named, or ours, which is started and stopped with `parts`. */
export async function reachDatabase(
  config: Config,
  dataDir: string,
  log: Log,
  clock: Clock,
  parts: AsyncDisposableStack,
): Promise<Reached | StartFailure> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    return failed(
      `data_dir: the folder ${dataDir} cannot be made: ${(error as Error).message}`,
      'Set HIKYAKU_DATA_DIR to a folder that this user may write to.',
    );
  }
  if (config.database_url !== '')
    return { kind: 'reached', connection: { connectionString: config.database_url } };
  const embedded = await startEmbedded({ dataDir, log, clock });
  if (embedded.kind !== 'running') {
    const { message, remedy } = embedded;
    // what PostgreSQL said stands below
    return failed(message, 'detail' in embedded ? `${remedy}\n${embedded.detail}` : remedy);
  }
  parts.use(embedded satisfies EmbeddedServer);
  return { kind: 'reached', connection: embedded.connection };
}

/** Partitions, retention and sweeping: once now, then every hour of the calendar. */
export function keepMaintained(
  store: Store,
  mail: MailStore,
  config: Config,
  log: Log,
  clock: Clock,
  parts: AsyncDisposableStack,
): void {
  const retention = {
    events: config['retention.events'],
    dialogues: config['retention.dialogues'],
    expunged: config['retention.expunged'],
    removedAccounts: config['retention.removed_accounts'],
  };
  keepRounds(
    {
      clock,
      every: MAINTENANCE_EVERY,
      round: () => maintain(store.pool, mail, retention, clock.now()),
      failed: ({ message }) => log.warn('store.not-maintained', { error: message }),
    },
    parts,
  );
}
