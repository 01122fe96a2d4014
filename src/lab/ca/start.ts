/**
 * The certificate authority of the practice Internet: ACME (RFC 8555, RFC 8737, RFC 9773) at `ca.test`, with a root of its own that
 * lasts. It asks the resolver and dials through the dialer that it is handed, so that every proof is a real one. What it remembers
 * beside its keys is gone when it stops.
 */
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import type { Dialer } from '#clients/smtp/dial';
import type { Log } from '#log';
import type { PemPair } from '#mail/certificates/x509';
import type { Resolver } from '#protocol/dns/resolver';
import { newCore } from './core.ts';
import type { DirectIssue } from './issue/issuance.ts';
import { keepAuthority } from './issue/keep-authority.ts';
import type { CaExchange } from './memory/heard.ts';
import type { OrderReport } from './memory/order-book.ts';
import { ISSUER } from './proofs/validate.ts';
import { listen } from './requests/listen.ts';
import type { CaRules } from './rules.ts';

export interface LabCaOptions {
  /** IP address to listen on. */
  readonly address: string;
  /** 14000 unless told; 0 for one that is free. */
  readonly port?: number;
  /** By which proofs are looked for, on ports 80 and 443. */
  readonly dialer: Dialer;
  /** Best without a cache: who just wrote a record wants it seen. */
  readonly resolver: Resolver;
  /** Where root and intermediate are kept; made if absent. */
  readonly folder: string;
  readonly log: Log;
  /** Real time in milliseconds, whatever the calendar of the practice Internet says. */
  readonly now: () => number;
  /** The calendar of the practice Internet, for the record of what was asked. */
  readonly calendar?: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface LabCa extends AsyncDisposable {
  /** As it calls itself; by its address it answers as well. */
  readonly directoryUrl: string;
  readonly addressUrl: string;
  /** PEM: what has to be trusted. */
  readonly rootPem: string;
  readonly rootFile: string;
  /** The root as clients are handed it: always the same array, so that they keep one context for it. */
  readonly trustedRoots: readonly string[];
  /** A chain with a new key, without an order: for hosts of the practice Internet itself. */
  issue(names: readonly string[], wish?: DirectIssue): Promise<PemPair>;
  /** What was ordered, the newest first, each with its steps. */
  orders(): readonly OrderReport[];
  /** What was asked and answered, the newest, oldest first. */
  exchanges(): readonly CaExchange[];
  /** For lessons: may be changed at any time. */
  readonly rules: CaRules;
  /** Wants every certificate for this name renewed at once (RFC 9773 §4.2), as after an incident. How many there are. */
  recall(name: string): number;
}

export const CA_PORT = 14_000;
/** Of its own certificate: longer than a process runs, and less than clients refuse. Milliseconds. */
const OWN_LIFETIME = 397 * 24 * 60 * 60 * 1000;

export async function startLabCa(options: LabCaOptions): Promise<LabCa> {
  const { address, port = CA_PORT, folder, now, log } = options;
  const authority = await keepAuthority(folder, now());
  const core = newCore({ ...options, authority });
  const identity = await core.issuance.direct([ISSUER], {
    addresses: [address],
    lifetime: OWN_LIFETIME,
  });
  const listening = await listen(core, { address, port, identity });
  core.bases = [`https://${ISSUER}:${listening.port}`, `https://${address}:${listening.port}`];
  const [directoryUrl, addressUrl] = core.bases.map((base) => `${base}/dir`) as [string, string];
  log.info('lab.ca.listening', { directory: directoryUrl, address: addressUrl });
  const trustedRoots = [authority.rootPem];
  return {
    directoryUrl,
    addressUrl,
    rootPem: authority.rootPem,
    rootFile: path.join(folder, 'root.pem'),
    trustedRoots,
    issue: (names, wish) => core.issuance.direct(names, wish),
    orders: () => core.orders.reports(),
    exchanges: () => core.heard.list(),
    rules: core.rules,
    recall: (name) => {
      const found = core.issuance
        .all()
        .filter((one) => new X509Certificate(one.chain).checkHost(name) !== undefined);
      for (const one of found) one.recalledAt ??= now();
      return found.length;
    },
    async [Symbol.asyncDispose]() {
      core.stopping.abort();
      await listening[Symbol.asyncDispose]();
      await Promise.all(core.running);
    },
  };
}
