/**
 * The data of DNS records between the text of a zone file and the types of `protocol/dns/resolver.ts`, and onward to
 * what `dns-packet` encodes. For zones declared in tests: a text that cannot be read is a mistake in the test and throws.
 */
import type { Answer } from 'dns-packet';
import type { RecordData, RecordType } from '#protocol/dns/resolver';

type Text = string | readonly string[];

/** One record's data. Only a TXT record may be a list: of its character-strings. */
export function parseRecordText<T extends RecordType>(type: T, text: Text): RecordData[T] {
  if (typeof text !== 'string') {
    if (type !== 'TXT') throw new Error(`${type} is written as one text`);
    return [...text] as readonly string[] as RecordData[T];
  }
  return PARSERS[type](text, text.split(/\s+/));
}

type Parser<T extends RecordType> = (text: string, words: readonly string[]) => RecordData[T];

const PARSERS: { [T in RecordType]: Parser<T> } = {
  A: (text) => text,
  AAAA: (text) => text,
  CNAME: domainName,
  NS: domainName,
  PTR: domainName,
  TXT: characterStrings,
  MX: (_, [preference, exchange]) => ({
    preference: number(preference),
    exchange: domainName(exchange ?? ''),
  }),
  SOA: (_, [mname, rname, serial, refresh, retry, expire, minimum]) => ({
    mname: domainName(mname ?? ''),
    rname: domainName(rname ?? ''),
    serial: number(serial),
    refresh: number(refresh),
    retry: number(retry),
    expire: number(expire),
    minimum: number(minimum),
  }),
  SRV: (_, [priority, weight, port, target]) => ({
    priority: number(priority),
    weight: number(weight),
    port: number(port),
    target: domainName(target ?? ''),
  }),
  CAA: (_, [flags, tag, ...value]) => ({
    flags: number(flags),
    tag: tag ?? '',
    value: value.join(' '),
  }),
  DS: (_, [keyTag, algorithm, digestType, digest]) => ({
    keyTag: number(keyTag),
    algorithm: number(algorithm),
    digestType: number(digestType),
    digest: octets(digest),
  }),
  TLSA: (_, [usage, selector, matchingType, certificate]) => ({
    usage: number(usage),
    selector: number(selector),
    matchingType: number(matchingType),
    certificate: octets(certificate),
  }),
};

/** The record as `dns-packet` takes it. */
export function packetRecord(
  name: string,
  type: RecordType,
  ttl: number,
  data: RecordData[RecordType],
): Answer {
  return { name, type, ttl, class: 'IN', data: encodable(type, data) } as Answer;
}

function encodable(type: RecordType, data: RecordData[RecordType]): unknown {
  if (type === 'TXT') {
    return (data as RecordData['TXT']).map((string) => Buffer.from(string, 'latin1'));
  }
  if (type === 'TLSA') {
    const tlsa = data as RecordData['TLSA'];
    return { ...tlsa, certificate: Buffer.from(tlsa.certificate) };
  }
  if (type === 'DS') {
    const ds = data as RecordData['DS'];
    return { ...ds, digest: Buffer.from(ds.digest) };
  }
  // The encoder writes into what it is given.
  return structuredClone(data);
}

/** RFC 1035 §3.3: a character-string has at most 255 octets. */
function characterStrings(text: string): string[] {
  const octetText = Buffer.from(text, 'utf8').toString('latin1');
  return octetText.match(/[^]{1,255}/g) ?? [''];
}

function domainName(text: string): string {
  return text === '.' ? text : text.replace(/\.$/, '').toLowerCase();
}

function number(word: string | undefined): number {
  if (word === undefined || !/^\d+$/.test(word)) throw new Error(`not a number: ${word}`);
  return Number(word);
}

function octets(word: string | undefined): Uint8Array {
  if (word === undefined || !/^(?:[0-9a-f]{2})*$/i.test(word)) throw new Error(`not hex: ${word}`);
  return Uint8Array.from(Buffer.from(word, 'hex'));
}
