/**
 * Every check of the doctor, in the order in which they are told. To add one: its texts in `texts/`, its function in `checks/`, its row
 * here. A row says of what it is (once for the host, or for each domain), what it needs, whether only a running server can answer, and what it
 * may come to besides its own findings.
 */
import type { Check } from './check.ts';
import { certificate } from './checks/certificates.ts';
import { clientSetup } from './checks/client-setup.ts';
import { dane } from './checks/dane.ts';
import { freshSignature, keyStrength, publishedKeys, rotation } from './checks/dkim.ts';
import { alignment, dmarcPolicy, dmarcRecord } from './checks/dmarc.ts';
import { dmarcReports } from './checks/dmarc-reports.ts';
import { clock, database, disk, hostName, load } from './checks/host.ts';
import { adminPages } from './checks/later.ts';
import { issuers } from './checks/issuers.ts';
import { dnsLists } from './checks/lists.ts';
import { exchange, exchangeHosts, roles } from './checks/mail-exchange.ts';
import { nameServers } from './checks/name-servers.ts';
import { clientAddresses, listeners, outsideProbe, relay } from './checks/network.ts';
import { plannedRecords } from './checks/plan.ts';
import { mtaSts, tlsReports } from './checks/policies.ts';
import { complaintRate, oneClick } from './checks/readers.ts';
import { registration } from './checks/registration.ts';
import { renewal } from './checks/renewal.ts';
import { confirmedName, ownName, reverseName } from './checks/reverse-names.ts';
import { ROUND_TRIP_PATIENCE, roundTrip } from './checks/round-trip.ts';
import { spfLimits, spfOfAddresses, spfRecord } from './checks/spf.ts';
import { loginInClear, tlsVersions } from './checks/tls.ts';
import { deferrals, hardBounces, loginAbuse, queue, sentForm } from './checks/traffic.ts';
import { backup, secrets, versions } from './checks/upkeep.ts';
import { warmUp } from './checks/warm-up.ts';
import { sourceAddress, wayOut } from './checks/way-out.ts';
import { signedZone, timesToLive, validatingResolver } from './checks/zone.ts';
import type { CheckId } from './texts.ts';

const host = { of: 'host', needs: [], also: [], server: false } as const;
const domain = { of: 'domain', needs: [], also: [], server: false } as const;
const world = { needs: ['outside'] } as const;
const production = { needs: ['production'] } as const;
const server = { server: true } as const;

export const CHECKS: { readonly [Id in CheckId]: Check<Id> } = {
  H1: { ...host, ...world, family: 'host', also: ['no-answer', 'no-address'], run: hostName },
  H2: { ...host, family: 'host', also: ['unreachable'], run: clock },
  H3: { ...host, family: 'host', also: ['unreachable'], run: disk },
  H4: { ...host, ...server, family: 'host', run: load },
  H5: { ...host, ...server, family: 'host', run: database },
  H6: { ...host, ...server, ...production, family: 'host', run: backup },
  H7: { ...host, family: 'host', run: secrets },
  H8: { ...host, family: 'host', also: ['unreachable'], run: versions },

  N1: { ...host, ...server, family: 'network', run: listeners },
  N2: { ...host, family: 'network', also: ['unreachable', 'no-server'], run: outsideProbe },
  N3: { ...host, ...world, family: 'network', also: ['no-answer'], run: wayOut },
  N4: {
    ...host,
    ...world,
    family: 'network',
    also: ['no-answer', 'no-address', 'unreachable'],
    run: sourceAddress,
  },
  N5: { ...host, ...server, ...production, family: 'network', run: clientAddresses },
  N6: { ...host, ...server, family: 'network', also: ['unreachable'], run: relay },

  D1: { ...domain, ...world, family: 'dns', also: ['no-answer'], run: nameServers },
  D2: { ...host, ...world, family: 'dns', also: ['no-answer'], run: validatingResolver },
  D3: { ...domain, ...world, family: 'dns', also: ['no-answer'], run: signedZone },
  D4: { ...domain, ...world, family: 'dns', also: ['unreachable'], run: registration },
  D5: { ...domain, ...world, family: 'dns', also: ['no-answer'], run: timesToLive },
  D6: {
    ...domain,
    ...world,
    ...server,
    family: 'dns',
    also: ['no-answer', 'propagating', 'no-domain'],
    run: plannedRecords,
  },

  I1: {
    ...host,
    ...world,
    family: 'identity',
    also: ['no-answer', 'no-address'],
    run: reverseName,
  },
  I2: {
    ...host,
    ...world,
    family: 'identity',
    also: ['no-answer', 'no-address'],
    run: confirmedName,
  },
  I3: { ...host, ...world, family: 'identity', also: ['no-answer', 'no-address'], run: ownName },

  X1: { ...domain, ...world, family: 'mx', also: ['no-answer', 'propagating'], run: exchange },
  X2: { ...domain, ...world, family: 'mx', also: ['no-answer', 'propagating'], run: exchangeHosts },
  X3: { ...domain, ...server, family: 'mx', also: ['unreachable', 'not-here'], run: roles },

  S1: { ...domain, ...world, family: 'spf', also: ['no-answer', 'propagating'], run: spfRecord },
  S2: { ...domain, ...world, family: 'spf', also: ['no-answer', 'propagating'], run: spfLimits },
  S3: {
    ...domain,
    ...world,
    family: 'spf',
    also: ['no-answer', 'propagating', 'no-address'],
    run: spfOfAddresses,
  },

  K1: {
    ...domain,
    ...world,
    ...server,
    family: 'dkim',
    also: ['no-answer', 'propagating'],
    run: publishedKeys,
  },
  K2: {
    ...domain,
    ...world,
    ...server,
    family: 'dkim',
    also: ['no-answer', 'propagating'],
    run: keyStrength,
  },
  K3: {
    ...domain,
    ...world,
    ...server,
    family: 'dkim',
    also: ['no-answer', 'propagating'],
    run: freshSignature,
  },
  K4: {
    ...domain,
    ...world,
    ...server,
    family: 'dkim',
    also: ['no-answer', 'propagating'],
    run: rotation,
  },

  M1: {
    ...domain,
    ...world,
    family: 'dmarc',
    also: ['no-answer', 'propagating'],
    run: dmarcRecord,
  },
  M2: {
    ...domain,
    ...world,
    family: 'dmarc',
    also: ['no-answer', 'propagating'],
    run: dmarcPolicy,
  },
  M3: {
    ...domain,
    ...world,
    ...server,
    family: 'dmarc',
    also: ['no-answer', 'propagating', 'unreachable'],
    run: dmarcReports,
  },
  M4: { ...domain, ...server, family: 'dmarc', run: alignment },

  T1: { ...host, ...server, ...production, family: 'tls', also: ['unreachable'], run: certificate },
  T2: { ...host, ...server, ...production, family: 'tls', run: renewal },
  T3: { ...host, ...server, family: 'tls', also: ['unreachable'], run: tlsVersions },
  T4: { ...host, ...server, family: 'tls', also: ['unreachable'], run: loginInClear },
  T5: { ...host, ...world, family: 'tls', also: ['no-answer', 'propagating'], run: issuers },

  P1: { ...domain, ...world, family: 'policy', also: ['no-answer', 'propagating'], run: mtaSts },
  P2: {
    ...domain,
    ...world,
    family: 'policy',
    also: ['no-answer', 'propagating'],
    run: tlsReports,
  },
  P3: {
    ...domain,
    ...world,
    ...server,
    family: 'policy',
    also: ['no-answer', 'propagating'],
    run: dane,
  },

  A1: {
    ...domain,
    ...world,
    family: 'clients',
    also: ['no-answer', 'propagating'],
    run: clientSetup,
  },

  R1: {
    ...domain,
    ...world,
    family: 'reputation',
    also: ['no-answer', 'no-address'],
    run: dnsLists,
  },
  R2: { ...host, ...server, family: 'reputation', run: complaintRate },
  R3: { ...host, ...server, family: 'reputation', run: hardBounces },
  R4: { ...host, ...server, family: 'reputation', run: warmUp },

  L1: { ...host, ...server, family: 'flow', run: queue },
  L2: {
    ...domain,
    ...server,
    family: 'flow',
    also: ['unreachable', 'not-here'],
    patience: ROUND_TRIP_PATIENCE,
    run: roundTrip,
  },
  L3: { ...host, ...server, family: 'flow', run: deferrals },

  C1: { ...host, ...server, family: 'content', run: sentForm },
  C2: { ...host, ...server, family: 'content', run: oneClick },

  B1: { ...host, ...server, family: 'abuse', run: loginAbuse },
  B2: { ...host, ...server, family: 'abuse', run: adminPages },
};

export const CHECK_IDS = Object.keys(CHECKS) as CheckId[];
