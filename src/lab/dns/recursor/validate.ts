/**
 * Whether what a signed zone answered is true: each set by a key of the zone (RFC 4035 §5.3), the keys by the DS records of the parent (§5.2),
 * what is missing by NSEC (§5.4). Every failure has the code of RFC 8914 and a sentence for the learner. Pure but for the arithmetic of node:crypto.
 */
import { dsOf, ECDSA_P256, keyTag, SHA256_DIGEST } from '#lab/dns/dnssec/key';
import {
  allowsWildcard,
  deniesName,
  deniesSecurity,
  deniesType,
  readDenial,
} from '#lab/dns/dnssec/denial';
import { checkSignature, readSignature } from '#lab/dns/dnssec/signature';
import type { Check } from '#lab/dns/dnssec/signature';
import { labelsOf } from '#lab/dns/wire/name';
import { TYPE, typeName } from '#lab/dns/wire/record-types';
import type { SignedSet } from './cache.ts';

export interface Bogus {
  readonly kind: 'failure';
  /** RFC 8914 §4. */
  readonly code: number;
  readonly text: string;
}

/** Info codes of RFC 8914 §4. */
export const ERROR = {
  other: 0,
  bogus: 6,
  expired: 7,
  notYet: 8,
  noKey: 9,
  noSignature: 10,
  noDenial: 12,
  unreachable: 22,
} as const;

/** The keys of a zone that speak for it, at `now` in seconds since 1970. */
export interface Trust {
  readonly zone: string;
  readonly dnskeys: readonly Uint8Array[];
  readonly now: number;
}

/** RFC 4035 §5.3: one good signature is enough. */
export function checkSet({ set, signatures }: SignedSet, trust: Trust): Bogus | undefined {
  const what = `${typeName(set.type)} of ${shown(set.name)}`;
  if (signatures.length === 0) {
    return bogus(
      ERROR.noSignature,
      `${what} has no signature, and the zone ${shown(trust.zone)} is signed`,
    );
  }
  let first: Check = 'wrong';
  // More signatures than keys in any rollover are an attack on our time.
  for (const [index, signature] of signatures.slice(0, 8).entries()) {
    const check = checkSignature(set, signature, trust.zone, trust.dnskeys, trust.now);
    if (check === 'good') return undefined;
    if (index === 0) first = check;
  }
  const [code, why] = CHECKS[first];
  return bogus(code, `the signature of ${what} ${why}`);
}

const CHECKS: { readonly [C in Exclude<Check, 'good'>]: readonly [number, string] } = {
  expired: [ERROR.expired, 'has expired'],
  'not-yet': [ERROR.notYet, 'is of the future'],
  'no-key': [ERROR.noKey, 'is by a key that the zone does not have'],
  wrong: [ERROR.bogus, 'does not fit the data'],
};

/** A set that answers a question: a wildcard's must be shown to be allowed (RFC 4035 §5.3.4). */
export function checkAnswer(
  found: SignedSet,
  authorities: readonly SignedSet[],
  trust: Trust,
): Bogus | undefined {
  const wrong = checkSet(found, trust);
  if (wrong !== undefined) return wrong;
  const { name } = found.set;
  const labels = readSignature(found.signatures[0]!)!.labels;
  const counted = labelsOf(name)[0] === '*' ? labelsOf(name).length - 1 : labelsOf(name).length;
  if (labels >= counted) return undefined;
  const denials = goodDenials(authorities, trust);
  return denials !== undefined && allowsWildcard(denials, name, labels)
    ? undefined
    : bogus(
        ERROR.noDenial,
        `a wildcard answered for ${name}, and nothing shows that it has no records of its own`,
      );
}

export function checkNegative(
  name: string,
  type: number,
  exists: boolean,
  authorities: readonly SignedSet[],
  trust: Trust,
): Bogus | undefined {
  const denials = goodDenials(authorities, trust);
  const shownMissing =
    denials !== undefined && (exists ? deniesType(denials, name, type) : deniesName(denials, name));
  const what = exists ? `${shown(name)} has no ${typeName(type)}` : `${shown(name)} does not exist`;
  return shownMissing
    ? undefined
    : bogus(ERROR.noDenial, `nothing that is signed shows that ${what}`);
}

/** The DS records of a delegation; none where it is shown that there are none, or that none is of a kind that we know (RFC 4035 §5.2). */
export function checkDelegation(
  cut: string,
  authorities: readonly SignedSet[],
  trust: Trust,
): readonly Uint8Array[] | Bogus {
  const ds = authorities.find(({ set }) => set.type === TYPE.DS && set.name === cut);
  if (ds !== undefined) {
    const wrong = checkSet(ds, trust);
    return (
      wrong ??
      ds.set.rdatas.filter((rdata) => rdata[2] === ECDSA_P256 && rdata[3] === SHA256_DIGEST)
    );
  }
  const denials = goodDenials(authorities, trust);
  return denials !== undefined && deniesSecurity(denials, cut)
    ? []
    : bogus(ERROR.noDenial, `nothing that is signed shows that ${cut} has no DS`);
}

/** The keys of a zone, which one that a DS record stands for has signed. */
export function checkKeys(
  keys: SignedSet,
  ds: readonly Uint8Array[],
  now: number,
): readonly Uint8Array[] | Bogus {
  const { name, rdatas } = keys.set;
  const entries = rdatas.filter((dnskey) => {
    const digest = dsOf(name, dnskey);
    return ds.some((one) => Buffer.compare(one, digest) === 0);
  });
  if (entries.length === 0) {
    const have = rdatas.map(keyTag).join(', ');
    const want = ds.map((rdata) => (rdata[0]! << 8) | rdata[1]!).join(', ');
    return bogus(
      ERROR.noKey,
      `no key of ${shown(name)} (${have}) fits a DS of its parent (${want})`,
    );
  }
  return checkSet(keys, { zone: name, dnskeys: entries, now }) ?? rdatas;
}

/** The NSEC records, if every one of them is signed well. */
function goodDenials(authorities: readonly SignedSet[], trust: Trust) {
  const sets = authorities.filter(({ set }) => set.type === TYPE.NSEC);
  if (sets.length > 8 || sets.some((set) => checkSet(set, trust) !== undefined)) return undefined;
  return sets
    .map(({ set }) => readDenial(set.name, set.rdatas[0]!))
    .filter((denial) => denial !== undefined);
}

export function bogus(code: number, text: string): Bogus {
  return { kind: 'failure', code, text };
}

export function shown(name: string): string {
  return name === '' ? 'the root' : name;
}
