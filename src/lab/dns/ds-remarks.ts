/** Whether what the registry says of the keys of a domain fits the keys that its zone has at the hosting company. Pure. */
import { dsOf, SHA256_DIGEST } from './dnssec/key.ts';
import { listed, saidWith, type Said } from './said.ts';
import { REMARKS } from './texts/remarks.ts';
import { formatRdata } from './wire/rdata.ts';
import { TYPE } from './wire/record-types.ts';
import { keyOf } from './zones.ts';
import type { KeptKey } from './dnssec/key.ts';

/**
 * By the digest where it is one that keys are compared by here, by tag and algorithm else. All in the presentation form.
 * @param own the DS records that the keys of the zone would have
 */
export function fitsKey(ds: string, own: readonly string[]): boolean {
  const [tag, algorithm, digest] = ds.split(' ');
  return digest === String(SHA256_DIGEST)
    ? own.includes(ds)
    : own.some((one) => one.startsWith(`${tag} ${algorithm} `));
}

export function dsRemarks(domain: string, ds: readonly string[], keys: readonly KeptKey[]): Said[] {
  const own = keys.map((key) => formatRdata(TYPE.DS, dsOf(domain, keyOf(key).dnskey)));
  const idle = ds.filter((one) => !fitsKey(one, own));
  const tags = listed(keys.map((key) => String(keyOf(key).tag)));
  if (ds.length > 0 && idle.length === ds.length)
    return [saidWith(REMARKS['ds-fits-none'], { domain, tags })];
  return idle.map((one) => saidWith(REMARKS['ds-idle'], { tag: one.split(' ', 1)[0]!, tags }));
}
