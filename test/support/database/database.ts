/**
 * A fresh database per test file, copied from a template that the first test of a run makes by running the
 * migrations. The server is the run's (`run/global-setup.ts`); a file that is run by hand gets `DATABASE_URL`'s or
 * starts its own.
 */
import { randomBytes } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { migrate } from '#store/database/migrate';
import { databaseExists, dropDatabase } from './drop.ts';
import { startPostgresServer } from './postgres-server.ts';

/** The environment variables by which `run/global-setup.ts` tells the test processes. */
export const SERVER = 'HIKYAKU_TEST_SERVER';
export const RUN = 'HIKYAKU_TEST_RUN';

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** As `DATABASE_URL` would say it. */
  readonly url: string;
  /** For `new Client()` or `new Pool()`. */
  readonly connection: ClientConfig;
  /** A connected client, ended with the database if the test has not done it. */
  connect(): Promise<Client>;
  /** Ends what `connect` opened and drops the database, with whoever is still in it. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** 'migrated' (the default) has the schema; 'empty' has nothing. */
  readonly schema?: 'migrated' | 'empty';
  /** Of an empty one; UTF8 unless told. */
  readonly encoding?: 'UTF8' | 'SQL_ASCII' | 'LATIN1';
}

let server: Promise<Server> | undefined;

interface Server {
  readonly url: string;
  readonly run: string;
  /** Owner of the databases: never the superuser of a server of ours. */
  readonly owner: string | undefined;
}

/** A database of its own, with the schema of this checkout. */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  server ??= findServer();
  const at = await server;
  const name = `hikyaku_test_${at.run}_${randomBytes(6).toString('hex')}`;
  const migrated = options.schema !== 'empty';
  await asAdmin(at, async (admin) => {
    if (migrated) await ensureTemplate(at, admin);
    await createDatabase(
      at,
      admin,
      name,
      migrated ? templateOf(at.run) : 'template0',
      options.encoding,
    );
  });
  return open(at, name);
}

/** Drops what this run left on a server that is not ours. */
export async function dropRun(): Promise<void> {
  const at = await findServer();
  await asAdmin(at, async (admin) => {
    const { rows } = await admin.query<{ datname: string }>(
      `select datname from pg_database where starts_with(datname, $1)`,
      [`hikyaku_test_${at.run}_`],
    );
    for (const { datname } of rows) await dropDatabase(admin, datname);
  });
}

function open(at: Server, name: string): TestDatabase {
  const url = addressOf(at, name);
  const clients: Client[] = [];
  const close = async () => {
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => {})));
    await asAdmin(at, (admin) => dropDatabase(admin, name));
  };
  return {
    name,
    url,
    connection: { connectionString: url },
    async connect() {
      const client = new Client({ connectionString: url });
      // A test that ends the server's side of a session sees it at its next query.
      client.on('error', () => {});
      await client.connect();
      clients.push(client);
      return client;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function findServer(): Promise<Server> {
  const run = process.env[RUN];
  const url = process.env[SERVER] ?? process.env['DATABASE_URL'];
  if (url === undefined) {
    return { url: (await startPostgresServer()).url, run: 'alone', owner: 'hikyaku' };
  }
  if (run === undefined) process.once('beforeExit', () => void dropRun());
  const ours = url !== process.env['DATABASE_URL'];
  return { url, run: run ?? `pid${process.pid}`, owner: ours ? 'hikyaku' : undefined };
}

function templateOf(run: string): string {
  return `hikyaku_test_${run}_template`;
}

/** Test files start at the same moment: one makes the template, the others wait for the lock. */
async function ensureTemplate(at: Server, admin: Client): Promise<void> {
  const template = templateOf(at.run);
  if (await databaseExists(admin, template)) return;
  await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
  try {
    if (await databaseExists(admin, template)) return;
    // Under another name until it is whole: a process that died here left it unfinished.
    const unfinished = `${template}_unfinished`;
    await dropDatabase(admin, unfinished);
    await createDatabase(at, admin, unfinished, 'template0');
    await runMigrations(addressOf(at, unfinished));
    await admin.query(`alter database ${unfinished} rename to ${template}`);
  } finally {
    await admin.query('select pg_advisory_unlock(hashtext($1))', [template]);
  }
}

async function runMigrations(url: string): Promise<void> {
  const result = await migrate({ connectionString: url });
  if (result.kind !== 'ready') throw new Error(`${result.reason} ${result.remedy}`);
}

async function createDatabase(
  at: Server,
  admin: Client,
  name: string,
  template: string,
  encoding?: string,
): Promise<void> {
  const owner = at.owner === undefined ? '' : ` owner ${at.owner}`;
  // A cluster made without LANG is SQL_ASCII; the C locales of libc go with any encoding.
  const locale =
    encoding === undefined
      ? template === 'template0'
        ? await localeFor(admin)
        : ''
      : ` encoding '${encoding}' locale 'C'`;
  await admin.query(`create database ${name} template ${template}${owner}${locale}`);
}

async function localeFor(admin: Client): Promise<string> {
  const { rows } = await admin.query<{ utf8: boolean }>(
    `select pg_encoding_to_char(encoding) = 'UTF8' as utf8 from pg_database where datname = 'template0'`,
  );
  return rows[0]?.utf8 === true ? '' : ` encoding 'UTF8' locale 'C'`;
}

function addressOf(at: Server, name: string): string {
  const url = new URL(at.url);
  url.pathname = `/${name}`;
  if (at.owner !== undefined) url.username = at.owner;
  return url.href;
}

async function asAdmin<T>(at: Server, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: at.url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
