/** Changes records of the learner's zone at the hosting company, and puts them back where they are still as they were made. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { base64 } from '#bytes';
import type { Json } from '#events';
import { isRefused } from '#lab/dns/outcome';
import type { ZoneRecord } from '#lab/dns/records';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

export interface ZoneEdit {
  readonly pick: (record: ZoneRecord) => boolean;
  /** What stands there then; none: nothing. */
  readonly values: (before: readonly string[]) => readonly string[] | Promise<readonly string[]>;
}

/** @returns what was there, for `restoreZone`; a text: why nothing was changed */
export async function editZone(
  world: LessonWorld,
  { pick, values }: ZoneEdit,
): Promise<Json | string> {
  const { panel } = aroundOf(world).dns;
  const { domain } = world.server;
  const listed = panel.listZone(domain);
  if (isRefused(listed)) return listed.message;
  const picked = listed.records.filter(pick);
  if (picked.length === 0) return `${domain} has no such record: hikyaku domain dns ${domain}`;
  const edited: Json[] = [];
  for (const { name, type, ttl, values: before } of picked) {
    const after = await values(before);
    await put(world, { name, type, ttl, values: after });
    edited.push({ name, type, ttl, before, after });
  }
  return edited;
}

interface Edited extends Omit<ZoneRecord, 'values'> {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export async function restoreZone(world: LessonWorld, edited: Json | undefined): Promise<void> {
  const listed = aroundOf(world).dns.panel.listZone(world.server.domain);
  if (isRefused(listed)) return;
  for (const { before, after, ...place } of edited as unknown as readonly Edited[]) {
    const now =
      listed.records.find(({ name, type }) => name === place.name && type === place.type)?.values ??
      [];
    if (now.length === after.length && now.every((value) => after.includes(value)))
      await put(world, { ...place, values: before });
  }
}

async function put(world: LessonWorld, record: ZoneRecord): Promise<void> {
  const { panel } = aroundOf(world).dns;
  const { domain } = world.server;
  const { name, type } = record;
  if (record.values.length === 0) await panel.removeRecord(domain, { name, type });
  else await panel.setRecords(domain, record);
}

const newKeyPair = promisify(generateKeyPair);

/** A DKIM key record of the same algorithm with a key that nobody has. RFC 6376 §3.6.1, RFC 8463 §4 */
export async function strangeKey(value: string): Promise<string> {
  if (value.includes('k=ed25519')) {
    const { publicKey } = await newKeyPair('ed25519');
    // the key itself is the end of its SubjectPublicKeyInfo (RFC 8410 §4)
    const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    return `"v=DKIM1; k=ed25519; p=${base64(key)}"`;
  }
  const { publicKey } = await newKeyPair('rsa', { modulusLength: 2048 });
  const key = base64(publicKey.export({ type: 'spki', format: 'der' }));
  // a character string of the DNS has 255 octets at most
  const strings = `v=DKIM1; k=rsa; p=${key}`.match(/.{1,250}/g) ?? [];
  return strings.map((string) => `"${string}"`).join(' ');
}
