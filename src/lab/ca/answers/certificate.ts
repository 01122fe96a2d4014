/** Certificates: fetched (RFC 8555 §7.4.2), taken back (§7.6), and when to renew them (RFC 9773 §4). */
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Core } from '#lab/ca/core';
import { renewalWindow } from '#lab/ca/issue/renewal-window';
import type { IssuedCertificate } from '#lab/ca/memory/records';
import { AcmeProblem, malformed } from '#lab/ca/problem';
import { accountOf, assertGet, payloadOf, type Asked, type Reply } from './exchange.ts';

export function certificate(asked: Asked): Reply {
  assertGet(asked);
  const found = asked.core.issuance.bySerial(asked.id);
  if (found === undefined) throw malformed('there is no such certificate', 404);
  if (found.account !== accountOf(asked)) {
    throw new AcmeProblem(403, 'unauthorized', 'the certificate is of another account');
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/pem-certificate-chain' },
    body: found.chain,
  };
}

const revocation = z.object({
  certificate: z.string().regex(/^[\w-]+$/, 'is not base64url'),
  reason: z.number().int().optional(),
});

/** RFC 5280 §5.3.1: those that a subscriber may give. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [0, 'unspecified'],
  [1, 'keyCompromise'],
  [3, 'affiliationChanged'],
  [4, 'superseded'],
  [5, 'cessationOfOperation'],
]);

export function revokeCert(asked: Asked): Reply {
  const { core } = asked;
  const wish = payloadOf(asked, revocation);
  const der = Buffer.from(wish.certificate, 'base64url');
  const found = issuedAs(core, der);
  assertMayRevoke(asked, found, der);
  const reason = REASONS.get(wish.reason ?? 0);
  if (reason === undefined) {
    throw new AcmeProblem(400, 'badRevocationReason', `no reason has the number ${wish.reason}`);
  }
  if (found.revokedAt !== undefined) {
    throw new AcmeProblem(400, 'alreadyRevoked', 'the certificate was revoked already');
  }
  found.revokedAt = core.now();
  const { serial, names } = found;
  core.orders.tellOf(found.order)('RFC 8555 §7.6', { step: 'revoked', serial, reason });
  core.log.info('lab.ca.revoked', { names, serial, reason });
  return { status: 200 };
}

function issuedAs({ issuance }: Core, der: Uint8Array): IssuedCertificate {
  let serial: string;
  try {
    serial = new X509Certificate(der).serialNumber.toLowerCase();
  } catch {
    throw malformed('the certificate cannot be read');
  }
  const found = issuance.bySerial(serial);
  const isOurs =
    found !== undefined && Buffer.compare(new X509Certificate(found.chain).raw, der) === 0;
  if (isOurs) return found;
  throw malformed('the certificate was not issued here', 404);
}

/** §7.6: whoever ordered it, or has its key. */
function assertMayRevoke({ account, key }: Asked, found: IssuedCertificate, der: Uint8Array): void {
  const isAllowed =
    account === undefined
      ? new X509Certificate(der).publicKey.equals(key.key)
      : account === found.account;
  if (isAllowed) return;
  throw new AcmeProblem(403, 'unauthorized', 'neither the account nor the key of the certificate');
}

/** Anybody may ask (RFC 9773 §4.1). */
export function renewalInfo(core: Core, base: string, id: string): Reply {
  const found = core.issuance.byRenewalId(id);
  if (found === undefined) throw malformed('there is no such certificate', 404);
  const { start, end, isUrgent } = renewalWindow(found);
  return {
    status: 200,
    headers: { 'retry-after': String(Math.round(core.rules.askRenewalAgain / 1000)) },
    body: {
      suggestedWindow: {
        start: new Date(start).toISOString(),
        end: new Date(end).toISOString(),
      },
      ...(isUrgent && { explanationURL: `${base}/why-renew` }),
    },
  };
}
