/** H1 to H5: the name, the clock, the disk, the memory, the database. */
import { canonicalAddress } from '#clients/dns/address';
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { addressesOf, noAnswer } from '#mail/doctor/dns-questions';
import { listed, percent } from '#mail/doctor/spoken-values';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { supportedUntil } from '#mail/doctor/postgresql-support';
import { NO_ADDRESS, sendingAddresses } from '#mail/doctor/own-addresses';

export async function hostName(context: Context): Promise<Outcome<'H1'>> {
  const name = context.settings.hostname;
  if (!name.includes('.')) return { finding: 'not-full', values: { name } };
  const { addresses, failure, evidence } = await addressesOf(context, name);
  if (failure) return noAnswer(name, failure, evidence);
  if (addresses.length === 0) return { finding: 'none', values: { name }, evidence };
  const inside = addresses.find(context.isPrivate);
  if (inside !== undefined)
    return { finding: 'loopback', values: { name, address: inside }, evidence };
  const own = new Set(sendingAddresses(context));
  if (own.size === 0) return { ...NO_ADDRESS, evidence };
  const foreign = addresses.filter((address) => !own.has(canonicalAddress(address)));
  const about = listed(foreign.toSorted());
  if (foreign.length === addresses.length)
    return { finding: 'elsewhere', values: { name, foreign: listed(foreign) }, evidence, about };
  return foreign.length > 0
    ? { finding: 'foreign', values: { name, foreign: listed(foreign) }, evidence, about }
    : { finding: 'public', values: { name, addresses: listed(addresses) }, evidence };
}

/** Milliseconds. */
const CLOCK = { fine: 1000, bearable: 60_000 };

export async function clock(context: Context): Promise<Outcome<'H2'>> {
  const references = [await byTimeServer(context), byDatabase(context)];
  const known = references.filter((one) => one !== undefined);
  const usable = known.find(({ ahead }) => typeof ahead === 'number');
  const evidence = known.map(({ evidence: one }) => one);
  if (usable === undefined || typeof usable.ahead !== 'number') {
    const failed = known.find(({ ahead }) => typeof ahead === 'string');
    if (failed === undefined) return { finding: 'no-reference', values: {} };
    const values = { what: failed.reference, cause: String(failed.ahead) };
    return { finding: 'unreachable', values, evidence };
  }
  const off = Math.abs(usable.ahead);
  const finding = off < CLOCK.fine ? 'right' : off < CLOCK.bearable ? 'off' : 'far-off';
  const offset = String(Math.round(off / 100) / 10);
  return { finding, values: { reference: usable.reference, offset }, evidence };
}

interface Reference {
  readonly reference: string;
  /** Milliseconds; a text says why not. */
  readonly ahead: number | string;
  readonly evidence: Evidence;
}

async function byTimeServer(context: Context): Promise<Reference | undefined> {
  const { timeServer: reference } = context.settings;
  if (reference === '') return undefined;
  const { addresses } = isAddress(reference)
    ? { addresses: [reference] }
    : await addressesOf(context, reference);
  const asked = `SNTP ${reference}`;
  const [address] = addresses;
  if (address === undefined) {
    return { reference, ahead: 'no address', evidence: { asked, by: '', answer: 'no address' } };
  }
  const result = await context.probes.time(address, context.signal);
  const ahead = typeof result === 'number' ? result : result.cause;
  const answer = typeof result === 'number' ? `${Math.round(result)} ms` : result.cause;
  return { reference, ahead, evidence: { asked, by: address, answer } };
}

function isAddress(text: string): boolean {
  return /^[\d.]+$|:/.test(text);
}

/** Its clock means something only where it is another machine's. */
function byDatabase({ server }: Context): Reference | undefined {
  if (server?.database.kind !== 'up' || server.database.ahead === undefined) return undefined;
  const { ahead } = server.database;
  const answer = `${Math.round(ahead)} ms`;
  return {
    reference: 'PostgreSQL',
    ahead,
    evidence: { asked: 'clock_timestamp()', by: 'PostgreSQL', answer },
  };
}

/** Percent free. */
const DISK = { fine: 30, bearable: 15 };

export async function disk({ host }: Context): Promise<Outcome<'H3'>> {
  const room = await host.disk();
  const asked = `statfs ${host.dataDir}`;
  if (room === undefined)
    return { finding: 'unreachable', values: { what: host.dataDir, cause: 'ENOENT' } };
  const share = (100 * room.free) / room.total;
  const finding = share > DISK.fine ? 'room' : share >= DISK.bearable ? 'filling' : 'full';
  const free = percent(room.free, room.total);
  const evidence = [
    { asked, by: '', answer: `${gigabytes(room.free)} / ${gigabytes(room.total)}` },
  ];
  // to five percent: nobody wants a letter for every message
  const about = finding === 'room' ? '' : String(Math.round(share / 5) * 5);
  return { finding, values: { free, size: gigabytes(room.total) }, evidence, about };
}

function gigabytes(octets: number): string {
  const value = octets / 1024 ** 3;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} GB`;
}

/** Percent free; milliseconds late. */
const LOAD = { fine: 20, bearable: 10, late: 50 };

export function load({ server }: ServerContext): Outcome<'H4'> {
  const { free, total, lag } = server.load;
  const share = (100 * free) / total;
  const values = { free: percent(free, total), lag: String(Math.round(lag)) };
  const answer = `${gigabytes(free)} / ${gigabytes(total)}, ${values.lag} ms`;
  const evidence = [{ asked: 'memory, event loop (p99)', by: 'hikyaku', answer }];
  if (share < LOAD.bearable) return { finding: 'exhausted', values, evidence };
  if (share < LOAD.fine) return { finding: 'tight', values, evidence };
  return { finding: lag < LOAD.late ? 'calm' : 'late', values, evidence };
}

/** Of all connections that the database takes. */
const CROWDED = 0.8;

export function database({ server, realNow }: ServerContext): Outcome<'H5'> {
  const { database: found } = server;
  if (found.kind === 'down') return { finding: 'down', values: { cause: found.cause } };
  const values = {
    version: found.version,
    schema: String(found.schema),
    newest: String(found.newest),
    busy: String(found.busy),
    most: String(found.most),
  };
  const evidence = [
    {
      asked: 'server_version, schema_version',
      by: 'PostgreSQL',
      answer: `${found.version}, ${found.schema}`,
    },
  ];
  if (found.schema < found.newest) return { finding: 'behind', values, evidence };
  if (found.busy > CROWDED * found.most) return { finding: 'crowded', values, evidence };
  if (found.pool.busy > CROWDED * found.pool.most) {
    const own = { busy: String(found.pool.busy), most: String(found.pool.most) };
    return { finding: 'pool-crowded', values: own, evidence };
  }
  const until = supportedUntil(found.version);
  return until !== undefined && new Date(realNow()).toISOString().slice(0, 10) > until
    ? { finding: 'unsupported', values: { version: found.version, until }, evidence }
    : { finding: 'ready', values, evidence };
}
