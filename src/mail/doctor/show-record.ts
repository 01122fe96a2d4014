/** A record as a zone file has it, for evidence. */
import { hex } from '#bytes';
import type { RecordData, RecordType } from '#protocol/dns/resolver';

type Show = { readonly [Type in RecordType]: (data: RecordData[Type]) => string };

const asItIs = (text: string): string => text;

const SHOW: Show = {
  A: asItIs,
  AAAA: asItIs,
  CNAME: asItIs,
  NS: asItIs,
  PTR: asItIs,
  MX: ({ preference, exchange }) => `${preference} ${exchange}`,
  TXT: (strings) => JSON.stringify(strings.join('')),
  SOA: ({ mname, rname, serial }) => `${mname} ${rname} ${serial}`,
  SRV: ({ priority, weight, port, target }) => `${priority} ${weight} ${port} ${target}`,
  CAA: ({ flags, tag, value }) => `${flags} ${tag} ${JSON.stringify(value)}`,
  DS: ({ keyTag, algorithm, digestType }) => `${keyTag} ${algorithm} ${digestType} …`,
  TLSA: ({ usage, selector, matchingType, certificate }) =>
    `${usage} ${selector} ${matchingType} ${hex(certificate.subarray(0, 8))}…`,
};

export function showRecord<Type extends RecordType>(type: Type, data: RecordData[Type]): string {
  return SHOW[type](data);
}
