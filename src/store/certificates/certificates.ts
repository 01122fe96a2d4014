/**
 * The certificates of this server with their keys, whoever issued them. One set of names is one line: the newest of it is served, and
 * only that one keeps its key. Callers say `certificates` after a change.
 */
import type pg from 'pg';
import { inTransaction } from '#store/query/transaction';
import { recordIssued, type OrderEnd } from './orders.ts';

/** Times are calendar milliseconds. */
export interface NewCertificate {
  /** Sorted, in A-labels. */
  readonly names: readonly string[];
  readonly origin: 'acme' | 'imported';
  /** URL of the directory of the authority it was ordered from. */
  readonly directory: string | undefined;
  /** PEM, the certificate itself first. */
  readonly chain: string;
  /** PKCS #8 DER. */
  readonly privateKey: Uint8Array;
  /** Of the certificate after this one. */
  readonly nextKey: Uint8Array | undefined;
  readonly fingerprint: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly renewAt: number;
  /** When the authority is asked for renewal information; undefined: never. */
  readonly askRenewalAt: number | undefined;
}

export interface StoredCertificate extends NewCertificate {
  readonly id: string;
  readonly createdAt: number;
  /** What the authority says about when it is to be renewed. */
  readonly explanation: string | undefined;
  readonly warnedAt: number | undefined;
}

/** Adds one that was issued, together with the end of its order. The key of the one before is forgotten. */
export function addCertificate(
  pool: pg.Pool,
  certificate: NewCertificate,
  end: OrderEnd | undefined,
  now: number,
): Promise<{ readonly kind: 'added'; readonly id: string } | { readonly kind: 'exists' }> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(INSERT, [
      certificate.names,
      certificate.origin,
      certificate.directory ?? null,
      certificate.chain,
      Buffer.from(certificate.privateKey),
      certificate.nextKey === undefined ? null : Buffer.from(certificate.nextKey),
      certificate.fingerprint,
      certificate.issuer,
      new Date(certificate.notBefore),
      new Date(certificate.notAfter),
      new Date(now),
      new Date(certificate.renewAt),
      certificate.askRenewalAt === undefined ? null : new Date(certificate.askRenewalAt),
    ]);
    const added = rows[0];
    if (!added) return { kind: 'exists' };
    await client.query(
      `update certificates set private_key = null, next_key = null
       where names = $1 and id < $2 and private_key is not null`,
      [certificate.names, added.id],
    );
    if (end !== undefined) await recordIssued(client, end);
    return { kind: 'added', id: added.id };
  });
}

const INSERT = `
  insert into certificates (names, origin, directory, chain, private_key, next_key, fingerprint, issuer, not_before, not_after,
    created_at, renew_at, ask_renewal_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  on conflict (fingerprint) do nothing returning id`;

/** The newest of each set of names, unless it was revoked. */
export async function currentCertificates(pool: pg.Pool): Promise<readonly StoredCertificate[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from certificates where private_key is not null and revoked_at is null order by names`,
  );
  return rows.map(stored);
}

/** How many were issued for exactly these names since a time: authorities limit it. */
export async function issuedSince(
  pool: pg.Pool,
  names: readonly string[],
  since: number,
): Promise<{ readonly count: number; readonly first: number | undefined }> {
  const { rows } = await pool.query<{ count: number; first: Date | null }>(
    `select count(*)::integer as count, min(created_at) as first from certificates
     where names = $1 and origin = 'acme' and created_at > $2`,
    [names, new Date(since)],
  );
  return { count: rows[0]!.count, first: rows[0]!.first?.getTime() };
}

export interface Renewal {
  readonly renewAt: number;
  readonly askRenewalAt: number | undefined;
  readonly explanation: string | undefined;
}

/** One node asks for all. @returns whether this call is the one that does @param again when it is to be asked where nothing comes of that */
export async function claimRenewalQuestion(
  pool: pg.Pool,
  id: string,
  now: number,
  again: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update certificates set ask_renewal_at = $3 where id = $1 and ask_renewal_at <= $2',
    [id, new Date(now), new Date(again)],
  );
  return rowCount === 1;
}

export async function setRenewal(
  pool: pg.Pool,
  id: string,
  { renewAt, askRenewalAt, explanation }: Renewal,
): Promise<void> {
  await pool.query(
    'update certificates set renew_at = $2, ask_renewal_at = $3, explanation = $4 where id = $1',
    [
      id,
      new Date(renewAt),
      askRenewalAt === undefined ? null : new Date(askRenewalAt),
      explanation ?? null,
    ],
  );
}

/** One node warns for all. @returns whether this call is the one that does */
export async function markWarned(
  pool: pg.Pool,
  id: string,
  now: number,
  notSince: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update certificates set warned_at = $2 where id = $1 and (warned_at is null or warned_at < $3)',
    [id, new Date(now), new Date(notSince)],
  );
  return rowCount === 1;
}

/** It is not served any more; its key and the one after it are forgotten. */
export async function markRevoked(pool: pg.Pool, id: string, now: number): Promise<void> {
  await pool.query(
    'update certificates set revoked_at = $2, private_key = null, next_key = null where id = $1',
    [id, new Date(now)],
  );
}

/** Takes one away that nobody wants any more. */
export async function removeCertificate(pool: pg.Pool, id: string): Promise<void> {
  await pool.query('delete from certificates where id = $1', [id]);
}

/** Those that ended, whoever wanted them. */
export async function forgetCertificates(pool: pg.Pool, endedBefore: number): Promise<void> {
  await pool.query('delete from certificates where not_after < $1', [new Date(endedBefore)]);
}

const COLUMNS = `id, names, origin, directory, chain, private_key as "privateKey", next_key as "nextKey", fingerprint, issuer,
  not_before as "notBefore", not_after as "notAfter", created_at as "createdAt", renew_at as "renewAt",
  ask_renewal_at as "askRenewalAt", explanation, warned_at as "warnedAt"`;

interface Row {
  readonly id: string;
  readonly names: string[];
  readonly origin: 'acme' | 'imported';
  readonly directory: string | null;
  readonly chain: string;
  readonly privateKey: Buffer;
  readonly nextKey: Buffer | null;
  readonly fingerprint: string;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly createdAt: Date;
  readonly renewAt: Date;
  readonly askRenewalAt: Date | null;
  readonly explanation: string | null;
  readonly warnedAt: Date | null;
}

function stored(row: Row): StoredCertificate {
  return {
    ...row,
    directory: row.directory ?? undefined,
    nextKey: row.nextKey ?? undefined,
    notBefore: row.notBefore.getTime(),
    notAfter: row.notAfter.getTime(),
    createdAt: row.createdAt.getTime(),
    renewAt: row.renewAt.getTime(),
    askRenewalAt: row.askRenewalAt?.getTime(),
    explanation: row.explanation ?? undefined,
    warnedAt: row.warnedAt?.getTime(),
  };
}
