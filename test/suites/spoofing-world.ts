/**
 * The Internet of the spoofing suite: a bank that does all it can, its cautious and careless neighbours, and an attacker with domains, keys and SPF
 * records of his own, all in order. Signatures are made by hand, so that their tags may be as odd as he likes.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { base64, utf8 } from '#bytes';
import { startBodyHashes } from '#protocol/dkim/body-hash';
import { canonicalizeFields, chooseFields, headerToSign } from '#protocol/dkim/canonicalize-header';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { digestFor } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import { declaredZone, type DeclaredName, type DeclaredZone } from '../support/dns/declared-zone.ts';
import { HONEST, STRANGER } from '../support/smtp/reception.ts';

const bank = generateKeyPairSync('ed25519');
const evil = generateKeyPairSync('ed25519');
const EVIL_RECORD = dnsRecordFor(evil.publicKey);

export function spoofingWorld(): DeclaredZone {
  const honest = (name: string, dmarc: string): Record<string, DeclaredName> => ({
    [name]: { MX: '10 mx.bank.example', TXT: `v=spf1 ip4:${HONEST} -all` },
    [`s._domainkey.${name}`]: { TXT: dnsRecordFor(bank.publicKey) },
    [`_dmarc.${name}`]: { TXT: `v=DMARC1; ${dmarc}` },
  });
  /** His key answers at every selector below, too. */
  const attackers = (name: string, more: DeclaredName = {}): Record<string, DeclaredName> => ({
    [name]: { MX: '10 host.evil.example', TXT: 'v=spf1 +all', ...more },
    [`*.${name}`]: { TXT: EVIL_RECORD },
    [`s._domainkey.${name}`]: { TXT: EVIL_RECORD },
  });
  return declaredZone({
    ...honest('bank.example', 'p=reject'),
    'mx.bank.example': { A: HONEST },
    'online.bank.example': { A: HONEST },
    // rented out, and said to be so
    '_dmarc.shop.bank.example': { TXT: 'v=DMARC1; p=none; psd=n' },
    's._domainkey.shop.bank.example': { TXT: EVIL_RECORD },
    '10.2.0.192.in-addr.arpa': { PTR: 'mx.bank.example' },
    // whose partner may sign with a key for a subdomain, but not in its own name
    ...honest('strict.example', 'p=reject; adkim=s; aspf=s'),
    's._domainkey.partner.strict.example': { TXT: EVIL_RECORD },
    'partner.strict.example': { MX: '10 host.evil.example', TXT: 'v=spf1 +all' },
    // each of its names otherwise
    ...honest('group.example', 'p=none; sp=quarantine; np=reject'),
    'mail.group.example': { A: HONEST, MX: '10 mx.bank.example' },
    ...honest('careless.example', 'p=none'),
    // the public suffix has a record, and the attacker a key there
    '_dmarc.example': { TXT: 'v=DMARC1; p=none; psd=y' },
    's._domainkey.example': { TXT: EVIL_RECORD },
    ...attackers('evil.example'),
    'host.evil.example': { A: STRANGER, TXT: 'v=spf1 +all' },
    '66.100.51.198.in-addr.arpa': { PTR: 'host.evil.example' },
    ...attackers('notbank.example'),
    // bаnk.example, with a Cyrillic а
    ...attackers('xn--bnk-6cd.example'),
  });
}

interface Tags {
  /** As it is written. */
  readonly d: string;
  readonly h?: string;
  /** Octets of the body that it covers. */
  readonly l?: number;
  /** More tags, as they are written. */
  readonly more?: string;
}

export const signedByBank = (tags: Partial<Tags> = {}) =>
  signedBy(bank.privateKey, { d: 'bank.example', ...tags });
export const signedByEvil = (tags: Partial<Tags> = {}) =>
  signedBy(evil.privateKey, { d: 'evil.example', ...tags });

/** Puts a signature on top that is genuine for the message as it is. */
function signedBy(key: KeyObject, tags: Tags): (message: string) => string {
  return (message) => {
    const octets = utf8(message);
    const { fields, bodyStart } = splitHeader(octets);
    const { d, h = 'from:subject:date', l, more } = tags;
    const request = { canonicalization: 'relaxed', ...(l !== undefined && { limit: l }) } as const;
    const hasher = startBodyHashes([request]);
    hasher.push(octets.subarray(bodyStart));
    hasher.end();
    const field = [
      `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=${d}; s=s; h=${h}`,
      ...(l === undefined ? [] : [`l=${l}`]),
      ...(more === undefined ? [] : [more]),
      `bh=${base64(hasher.of(request).digest)}`,
      'b=',
    ].join(';\r\n ');
    const chosen = canonicalizeFields('relaxed', octets, chooseFields(fields, h.split(':')));
    const data = headerToSign('relaxed', chosen, utf8(`${field}\r\n`));
    const signature = sign(null, digestFor('ed25519-sha256', data), key).toString('base64');
    return `${field}${signature}\r\n${message}`;
  };
}
