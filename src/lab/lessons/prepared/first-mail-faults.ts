/** What can be wrong with a first mail to bigmail.test, one of it for each learner: laid out, and put back. */
import type { Json } from '#events';
import type { ZoneRecord } from '#lab/dns/records';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import type { LessonRun } from '#store/lab/lesson-runs';
import { seeded } from '#lab/seeded';
import { placeLearner, putBack } from './standing.ts';

export const FAULTS = ['authentication', 'reverse-name', 'rate', 'reputation'] as const;
export type Fault = (typeof FAULTS)[number];

const PROVIDER = 'bigmail';
const DAY = 24 * 3_600_000;
/** How long the page lets pass before the letter is written. */
const PAGE_WAITS = 3 * 3_600_000;

/** A quota that is used up is whole again at midnight: not chosen shortly before. */
export function chooseFault({ seed }: Pick<LessonRun, 'seed'>, now: number): Fault {
  const lasts = Math.floor(now / DAY) === Math.floor((now + PAGE_WAITS) / DAY);
  return seeded(seed).pick(FAULTS.filter((fault) => lasts || fault !== 'rate'));
}

/** @returns what {@link repair} needs */
export async function breakMail(world: LessonWorld, fault: Fault): Promise<Record<string, Json>> {
  const { dns } = aroundOf(world);
  const { domain } = world.server;
  switch (fault) {
    case 'authentication': {
      const broken = vouchers(world);
      for (const { name, type } of broken) await dns.panel.removeRecord(domain, { name, type });
      const kept = broken.filter(({ name }) => name === domain).flatMap(({ values }) => values);
      const others = kept.filter((value) => !value.includes('v=spf1'));
      await dns.panel.setRecords(domain, {
        name: domain,
        type: 'TXT',
        ttl: 3600,
        values: [...others, '"v=spf1 -all"'],
      });
      return { records: JSON.stringify(broken) };
    }
    case 'reverse-name': {
      const address = world.network.addressOf('mail.example.test');
      const known = dns.isp.addresses().find((one) => one.address === address);
      await dns.isp.setPtr(address);
      return { pointer: known?.name ?? world.server.hostname };
    }
    case 'rate': {
      const former = await placeLearner(world, PROVIDER);
      const { memory } = aroundOf(world).providers;
      const address = world.network.addressOf('mail.example.test');
      const { quota } = memory.sender(PROVIDER, 'ip', address);
      memory.count(PROVIDER, 'ip', address, { accepted: quota, inbox: quota });
      return { former };
    }
    case 'reputation':
      return { former: await placeLearner(world, PROVIDER, { domain: { score: -3 } }) };
    default:
      return fault satisfies never;
  }
}

export async function repair(
  world: LessonWorld,
  { prepared }: Pick<LessonRun, 'prepared'>,
): Promise<void> {
  const { dns } = aroundOf(world);
  const { domain } = world.server;
  const { records, pointer, former } = prepared;
  if (typeof records === 'string')
    for (const record of JSON.parse(records) as ZoneRecord[])
      await dns.panel.setRecords(domain, record);
  if (typeof pointer === 'string')
    await dns.isp.setPtr(world.network.addressOf('mail.example.test'), pointer);
  await putBack(world, PROVIDER, former);
}

/** The records by which others know that mail of the domain is its own: SPF, and every key of DKIM. */
function vouchers(world: LessonWorld): ZoneRecord[] {
  const zone = aroundOf(world).dns.panel.listZone(world.server.domain);
  if (zone.kind !== 'zone') return [];
  return zone.records.filter(
    ({ name, type }) =>
      type === 'TXT' && (name === zone.zone || name.endsWith(`._domainkey.${zone.zone}`)),
  );
}
