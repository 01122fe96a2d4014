/** Certificates: how they stand, orders by hand, and those that are brought in, taken out and taken back. */
import { z } from 'zod';
import type { Line } from '#mail/certificates/lines';
import type { RenewedLine, RenewRequest } from '#mail/certificates/keeper';
import { REVOCATION_CODES, type RevocationReason } from '#mail/certificates/revoke';
import type { CertificateState } from '#mail/certificates/states';
import { privateKeyPem, publicKeyDigest } from '#mail/certificates/x509';
import { sortedNames } from '#mail/certificates/wanted-names';
import { isRefusal, refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { NOTHING, readDomain, text } from '#servers/admin/inputs';
import { removeCertificate, type StoredCertificate } from '#store/certificates/certificates';
import { dropCertificateRequest } from '#store/certificates/requests';

/** RFC 8555 sets no limit; Let's Encrypt takes a hundred. */
const MOST_NAMES = 100;
const names = z.array(text).min(1).max(MOST_NAMES);
const pem = z.string().max(256 * 1024);
const reasons = Object.keys(REVOCATION_CODES) as [RevocationReason, ...RevocationReason[]];

export const certificateCalls = {
  'certificate/list': rows(NOTHING, async ({ certificates }) =>
    (await certificates.states()).map(stateRow),
  ),

  'certificate/show': value(z.object({ which: text }), async (context, { which }) => {
    const line = await findLine(context, which);
    if (isRefusal(line)) return line;
    const { certificate, order } = line;
    return {
      names: line.names,
      certificate: certificate && {
        id: certificate.id,
        origin: certificate.origin,
        issuer: certificate.issuer,
        notBefore: iso(certificate.notBefore),
        notAfter: iso(certificate.notAfter),
        fingerprint: certificate.fingerprint,
        renewAt: line.isWanted && context.certificates.settings ? iso(certificate.renewAt) : null,
        explanation: certificate.explanation ?? null,
        tlsa: publicKeyDigest(certificate.privateKey),
        nextTlsa: certificate.nextKey ? publicKeyDigest(certificate.nextKey) : null,
        chain: certificate.chain,
      },
      order: order && orderRow(order),
    };
  }),

  'certificate/request': rows(z.object({ names }), async (context, input) => {
    const set = readNames(context, input.names);
    if (isRefusal(set)) return set;
    const off = whyOff(context);
    if (off !== undefined) return off;
    return renewedRows(context, { sets: [set], force: false, newKey: false, wants: true });
  }),

  'certificate/remove': value(z.object({ which: text }), async (context, { which }) => {
    const line = await findLine(context, which);
    if (isRefusal(line)) return line;
    const { store } = context;
    const wasAsked = await dropCertificateRequest(store.pool, line.names);
    if (!wasAsked && line.certificate?.origin !== 'imported' && line.isWanted) {
      return refuse(
        'wanted-by-itself',
        `the server wants a certificate for ${line.names.join(', ')} by itself`,
        'It is the name of the host, or something is published under it. To order nothing, set acme.directory = off.',
      );
    }
    if (line.certificate) await removeCertificate(store.pool, line.certificate.id);
    store.notices.say('certificates');
    return { names: line.names };
  }),

  'certificate/renew': rows(
    z.object({
      /** Undefined: all. */
      which: z.array(text).max(1000).optional(),
      force: z.boolean(),
      newKey: z.boolean(),
    }),
    async (context, { which, force, newKey }) => {
      const off = whyOff(context);
      if (off !== undefined) return off;
      const sets: (readonly string[])[] = [];
      for (const one of which ?? []) {
        const line = await findLine(context, one);
        if (isRefusal(line)) return line;
        sets.push(line.names);
      }
      const asked = which === undefined ? undefined : sets;
      return renewedRows(context, { sets: asked, force, newKey });
    },
  ),

  'certificate/revoke': value(
    z.object({ which: text, reason: z.enum(reasons) }),
    async (context, { which, reason }) => {
      const certificate = await findCertificate(context, which);
      if (isRefusal(certificate)) return certificate;
      const revoked = await context.certificates.keeper.revoke(certificate, reason);
      switch (revoked.kind) {
        case 'other-authority':
          return refuse(
            'other-authority',
            `it was issued by ${certificate.directory}, which the settings do not name`,
            'Set acme.directory (and acme.terms_agreed) to it for as long as this takes.',
          );
        case 'failed':
          return refuse(
            'not-revoked',
            `the authority refused: ${revoked.failure.text}`,
            'The certificate is served as before. Try again.',
          );
        case 'revoked':
        case 'removed':
          return { names: certificate.names, result: revoked.kind };
      }
    },
  ),

  'certificate/import': value(
    z.object({ chain: pem, key: pem }),
    async ({ certificates }, { chain, key }) => {
      const brought = await certificates.keeper.bringIn(chain, key);
      switch (brought.kind) {
        case 'unusable':
          return refuse(
            'unusable',
            brought.reason,
            'Give PEM files: the certificate first and then its chain, and its key without a passphrase.',
          );
        case 'exists':
          return refuse('exists', 'this certificate is here already', 'Nothing is to be done.');
        case 'added': {
          const { names: set, issuer, notAfter } = brought.facts;
          return { names: set, issuer, notAfter: iso(notAfter) };
        }
      }
    },
  ),

  'certificate/export': value(z.object({ which: text }), async (context, { which }) => {
    const certificate = await findCertificate(context, which);
    if (isRefusal(certificate)) return certificate;
    return {
      names: certificate.names,
      chain: certificate.chain,
      key: privateKeyPem(certificate.privateKey),
    };
  }),
} as const;

function iso(at: number): string {
  return new Date(at).toISOString();
}

function stateRow(state: CertificateState) {
  const { id = null, names: set, origin, issuer, daysLeft = null, standing, order } = state;
  const time = (at: number | undefined): string | null => (at === undefined ? null : iso(at));
  return {
    id,
    names: set,
    isWanted: state.isWanted,
    origin,
    issuer,
    notBefore: time(state.notBefore),
    notAfter: time(state.notAfter),
    daysLeft,
    standing,
    renewAt: time(state.renewAt),
    order: order === undefined ? null : orderRow(order),
  };
}

function orderRow(order: NonNullable<CertificateState['order']>) {
  const { state, startedAt, endedAt, failures, nextAt, steps, failure } = order;
  return {
    state,
    startedAt: iso(startedAt),
    endedAt: endedAt === undefined ? null : iso(endedAt),
    failures,
    nextAt: nextAt === undefined ? null : iso(nextAt),
    failure: failure ?? null,
    steps,
  };
}

function renewedRow(line: RenewedLine) {
  switch (line.kind) {
    case 'issued':
      return { ...line, notAfter: iso(line.notAfter) };
    case 'failed':
      return { ...line, nextAt: iso(line.nextAt) };
    case 'not-due':
    case 'rate-limited':
      return { ...line, at: iso(line.at) };
  }
}

type RenewedRow = ReturnType<typeof renewedRow> | { readonly kind: 'busy'; readonly node: string };

/** Each as it comes to its end. */
function renewedRows(
  { certificates }: AdminContext,
  request: Omit<RenewRequest, 'ended'>,
): AsyncIterable<RenewedRow> {
  return new ReadableStream<RenewedRow>({
    async start(controller) {
      const ended = (line: RenewedLine): void => controller.enqueue(renewedRow(line));
      const answer = await certificates.keeper.renew({ ...request, ended });
      if (answer.kind === 'busy') controller.enqueue(answer);
      controller.close();
    },
  });
}

/** Undefined where certificates are ordered. */
function whyOff({ certificates }: AdminContext): Refusal | undefined {
  if (certificates.settings !== undefined) return undefined;
  return refuse(
    'not-ordering',
    'no certificates are ordered here',
    'Set acme.directory to a certificate authority (letsencrypt, staging or a URL), read its terms of service, say so with acme.terms_agreed = true, and restart the server.',
  );
}

function readNames({ certificates }: AdminContext, given: readonly string[]): string[] | Refusal {
  const read: string[] = [];
  for (const name of given) {
    const isWildcard = name.startsWith('*.');
    const domain = readDomain(isWildcard ? name.slice(2) : name);
    if (typeof domain !== 'string') return domain;
    if (isWildcard && certificates.settings?.challenge.type !== 'dns-01') {
      return refuse(
        'needs-dns-01',
        `${name} can only be proved by dns-01`,
        'Set acme.challenge = dns-01 and acme.dns_hook, or ask for the names one by one.',
      );
    }
    read.push(isWildcard ? `*.${domain}` : domain);
  }
  return sortedNames(read);
}

/** By the id of the certificate, or by one of its names: the one with the fewest names counts. */
async function findLine({ certificates }: AdminContext, which: string): Promise<Line | Refusal> {
  const name = which.toLowerCase();
  const [line] = (await certificates.keeper.lines())
    .filter((one) => one.certificate?.id === which || one.names.includes(name))
    .toSorted((a, b) => a.names.length - b.names.length);
  return (
    line ??
    refuse(
      'no-such-certificate',
      `there is no certificate for ${which}, and none is wanted`,
      'hikyaku certificate list shows what there is; hikyaku certificate request asks for one.',
    )
  );
}

async function findCertificate(
  context: AdminContext,
  which: string,
): Promise<StoredCertificate | Refusal> {
  const line = await findLine(context, which);
  if (isRefusal(line)) return line;
  return (
    line.certificate ??
    refuse(
      'not-there-yet',
      `there is no certificate for ${line.names.join(', ')} yet`,
      `hikyaku certificate show ${which} says why.`,
    )
  );
}
