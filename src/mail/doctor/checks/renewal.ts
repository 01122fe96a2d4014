/** T2: whether certificates could be renewed now: a challenge of our own is answered as an authority would find it. */
import { createHash } from 'node:crypto';
import { SAME_NAMES } from '#mail/certificates/renewal-time';
import type { ServerContext } from '#mail/doctor/check';
import type { TrialChallenge } from '#mail/doctor/context';
import { addressesOf } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { causeOf } from './certificates.ts';

/** Names, and addresses of each, that are tried. */
const MOST = { names: 40, addresses: 4 };

export async function renewal(context: ServerContext): Promise<Outcome<'T2'>> {
  const { certificates, authority } = context.server;
  if (certificates.length === 0 || authority === undefined)
    return { finding: 'not-used', values: {} };
  const failed = certificates.find(({ failure, limited }) => failure !== undefined && !limited);
  if (failed) return { finding: 'failing', values: { cause: quoted(failed.failure!) } };
  const names = [...new Set(certificates.flatMap((one) => one.names))];
  const tried =
    authority.challenge === 'dns-01'
      ? undefined
      : await tryAll(context, authority.challenge, names);
  const evidence = tried?.flatMap((one) => one.evidence) ?? [];
  const wrong = tried?.find(({ outcome }) => outcome !== undefined)?.outcome;
  if (wrong) return { ...wrong, evidence };
  const limited = certificates.find((one) => one.limited);
  if (limited)
    return { finding: 'slowed', values: { cause: quoted(limited.failure ?? '') }, evidence };
  const many = certificates.find(({ issued }) => issued >= SAME_NAMES.most - 1);
  if (many) {
    const values = { names: listed(many.names), count: String(many.issued) };
    return { finding: 'near-limit', values, evidence, about: values.names };
  }
  const next = Math.min(...certificates.map(({ renewAt }) => renewAt ?? Infinity));
  const values = { next: Number.isFinite(next) ? new Date(next).toISOString().slice(0, 10) : '?' };
  return tried === undefined
    ? { finding: 'by-dns', values }
    : { finding: 'ready', values, evidence };
}

interface Tried {
  /** Undefined where the answer was found. */
  readonly outcome: Outcome<'T2'> | undefined;
  readonly evidence: readonly Evidence[];
}

async function tryAll(
  context: ServerContext,
  type: TrialChallenge['type'],
  names: readonly string[],
): Promise<readonly Tried[]> {
  const challenge = await context.challenge!(type);
  const look = type === 'http-01' ? lookByHttp : lookByTls;
  return Promise.all(
    names.slice(0, MOST.names).map(async (host): Promise<Tried> => {
      const { addresses, evidence } = await addressesOf(context, host);
      if (addresses.length === 0) return { outcome: closed(`${host}: no address`), evidence };
      const looked = await Promise.all(
        addresses
          .slice(0, MOST.addresses)
          .map((address) => look(context, { host, address, challenge })),
      );
      return {
        outcome: looked.find(({ outcome }) => outcome !== undefined)?.outcome,
        evidence: [...evidence, ...looked.flatMap((one) => one.evidence)],
      };
    }),
  );
}

interface Way {
  readonly host: string;
  readonly address: string;
  readonly challenge: TrialChallenge;
}

/** RFC 8555 §8.3: the token is asked for by its name, and its key authorization is what must come. */
async function lookByHttp(
  { probes, signal }: ServerContext,
  { host, address, challenge: { token, keyAuthorization } }: Way,
): Promise<Tried> {
  const path = `/.well-known/acme-challenge/${token}`;
  const answer = await probes.http({ address, port: 80, host, path }, signal);
  const shown =
    'cause' in answer ? answer.cause : `HTTP ${answer.status} ${answer.body.slice(0, 100)}`;
  const evidence = [{ asked: `http://${host}${path}`, by: address, answer: shown.trim() }];
  if ('cause' in answer)
    return { outcome: closed(`${host} (${address}): ${answer.cause}`), evidence };
  const isOurs = answer.status === 200 && answer.body.trim() === keyAuthorization;
  const said = `HTTP ${answer.status}`;
  return { outcome: isOurs ? undefined : foreign(`${host} (${address})`, said), evidence };
}

/** RFC 8737 §3: a certificate with the digest of the key authorization in it. The name is nobody's, so that no real order is disturbed. */
async function lookByTls(
  { probes, signal }: ServerContext,
  { host, address, challenge: { name, keyAuthorization } }: Way,
): Promise<Tried> {
  const answer = await probes.tls(
    { address, port: 443, start: 'implicit', serverName: name, alpn: ['acme-tls/1'] },
    signal,
  );
  const evidence = [
    { asked: `TLS ${host} port 443 acme-tls/1 ${name}`, by: address, answer: causeOf(answer) },
  ];
  if (answer.kind === 'failed')
    return { outcome: closed(`${host} (${address}): ${answer.cause}`), evidence };
  const digest = createHash('sha256').update(keyAuthorization).digest();
  const isOurs = answer.kind === 'secured' && Buffer.from(answer.chain[0]!).includes(digest);
  return {
    outcome: isOurs ? undefined : foreign(`${host} (${address})`, causeOf(answer)),
    evidence,
  };
}

function closed(cause: string): Outcome<'T2'> {
  return { finding: 'closed', values: { cause: quoted(cause) } };
}

function foreign(what: string, answer: string): Outcome<'T2'> {
  return { finding: 'foreign', values: { what, answer: quoted(answer) }, about: what };
}
