/**
 * Lesson 2.15: several things of the learner's domain are broken, and the doctor that looks at it for the check is the server's own. Every
 * check has to be as well as it was before, none may fail, and what warns is explained.
 */
import type { ZoneRecord } from '#lab/dns/records';
import { isRefused } from '#lab/dns/outcome';
import { malloryAddress } from '#lab/mallory/victim';
import type { Result } from '#mail/doctor/result';
import { tellResult } from '#mail/doctor/tell';
import type { Json } from '#events';
import {
  consequencesOf,
  explainable,
  explanationOf,
  numberOf,
  questionOf,
} from '#lab/lessons/handed-in/warnings-left';
import { keyOf, statusesOf, worsened, type Statuses } from '#lab/lessons/handed-in/worsened';
import type { LessonRun } from '#store/lab/lesson-runs';
import { lesson, missing, seen, wrong, type Said, type Sight } from '#lab/lessons/lesson';
import {
  DOCTOR_FAULTS,
  placeOf,
  recordsAt,
  type FaultSite,
} from '#lab/lessons/prepared/doctor-faults';
import { seeded } from '#lab/seeded';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'repaired' | 'no-fail' | 'no-warning';

const FAULTS = 5;
/** Longer than any cache keeps a record of the zone. Milliseconds of the calendar. */
const CACHES_FORGET = 2 * 60 * 60 * 1000;
const SHOWN = 3;

export const doctor = lesson<Key>({
  number: '2.15',
  slug: 'doctor',
  breaks: 'until-passed',
  criteria: {
    repaired: {
      en: 'Every check that got worse when the lesson began is as well again as it was before',
      ja: 'レッスンの開始で悪化したチェックが、すべて元の状態に戻っている',
    },
    'no-fail': {
      en: 'No check of the doctor fails',
      ja: 'ドクターのチェックに FAIL が一つもない',
    },
    'no-warning': {
      en: 'Of every warning that is left you know what it leads to, and say why it may stay',
      ja: '残った WARN のすべてについて、放っておくとどうなるかを選び、残してよい理由を説明した',
    },
  },
  questions: (run) => explainable(run).map(questionOf),
  async begin(world, run) {
    const { dns, clock, learner } = aroundOf(world);
    // what was put back or changed a moment ago is seen by everybody
    clock.step(CACHES_FORGET);
    const before = await learner().examine();
    const listed = dns.panel.listZone(world.server.domain);
    if (isRefused(listed)) return { failure: listed.message };
    const address = world.network.addressOf('mail.example.test');
    const pointer = dns.isp.addresses().find((one) => one.address === address)?.name ?? null;
    const site = siteOf(world);
    const broken: Json[] = [];
    for (const name of chooseFaults(run.seed, site)) {
      const fault = DOCTOR_FAULTS[name]!;
      if (fault.kind === 'pointer') {
        await dns.isp.setPtr(address, fault.name(site));
        broken.push({ fault: name, pointer });
        continue;
      }
      const place = fault.of(site);
      const old = recordsAt(listed.records, place);
      const values = fault.values(site, old?.values ?? []);
      const changed = await dns.panel.setRecords(world.server.domain, {
        ...place,
        ttl: old?.ttl ?? 3600,
        values,
      });
      if (isRefused(changed)) return { failure: changed.message };
      broken.push({ fault: name, ...place, ttl: old?.ttl ?? 0, values: old?.values ?? [] });
    }
    // as if it had been so for long: nobody remembers the records before
    clock.step(CACHES_FORGET);
    const after = await learner().examine();
    const was = statusesOf(before);
    const worse = worsened(was, after);
    const prepared = {
      broken,
      worse: worse.map(keyOf),
      before: was,
      // what the first look could not find out is seen by the second one
      unwell: [...before, ...after.filter((one) => !worse.includes(one))]
        .filter(({ status }) => status === 'warn' || status === 'fail')
        .map(({ id }) => id),
    };
    return {
      prepared,
      told: [
        consequencesOf({ ...run, prepared }),
        {
          en: `The doctor finds ${worse.length} checks worse than before. The clock is four hours later now.`,
          ja: `ドクターの診断は、始める前より ${worse.length} 項目悪くなりました。時計は 4 時間進んでいます。`,
        },
      ],
    };
  },
  async check(world, run) {
    const results = await aroundOf(world).learner().examine();
    const { hostname } = world.server;
    const was = run.prepared['before'] as Statuses;
    const worse = new Set(run.prepared['worse'] as readonly string[]);
    const still = worsened(was, results).filter((one) => worse.has(keyOf(one)));
    const failing = results.filter(({ status }) => status === 'fail');
    const of = `${results.length}`;
    return {
      repaired:
        still.length === 0 ? seen({ at: `${worse.size}/${worse.size}` }) : tell(still, hostname),
      'no-fail': failing.length === 0 ? seen({ at: of }) : tell(failing, hostname),
      'no-warning': warningsSight(run, results, hostname),
    };
  },
  /** What the learner has mended meanwhile is left alone. */
  async reset(world, run) {
    const { dns } = aroundOf(world);
    const site = siteOf(world);
    const listed = dns.panel.listZone(world.server.domain);
    if (isRefused(listed)) return;
    const address = world.network.addressOf('mail.example.test');
    for (const one of run.prepared['broken'] as unknown as readonly Broken[]) {
      const fault = DOCTOR_FAULTS[one.fault]!;
      if (fault.kind === 'pointer') {
        const now = dns.isp.addresses().find((row) => row.address === address)?.name;
        if (now === fault.name(site)) await dns.isp.setPtr(address, one.pointer ?? undefined);
        continue;
      }
      const place = fault.of(site);
      const now = recordsAt(listed.records, place);
      if (now === undefined || !sameValues(now.values, fault.values(site, one.values ?? [])))
        continue;
      if (one.values === undefined || one.values.length === 0)
        await dns.panel.removeRecord(world.server.domain, place);
      else
        await dns.panel.setRecords(world.server.domain, {
          ...place,
          ttl: one.ttl ?? 3600,
          values: one.values,
        });
    }
  },
});

/** What a fault took the place of. */
interface Broken extends Partial<Omit<ZoneRecord, 'values'>> {
  readonly fault: string;
  readonly values?: readonly string[];
  readonly pointer?: string | null;
}

function siteOf({ server, network }: LessonWorld): FaultSite {
  const { domain, hostname } = server;
  return { domain, hostname, stranger: malloryAddress(network, 5) };
}

/** At different places: one at each. */
function chooseFaults(seed: number, site: FaultSite): readonly string[] {
  const taken = new Set<string>();
  const chosen: string[] = [];
  for (const name of seeded(seed).shuffled(Object.keys(DOCTOR_FAULTS))) {
    const place = placeOf(DOCTOR_FAULTS[name]!, site);
    if (chosen.length === FAULTS || taken.has(place)) continue;
    taken.add(place);
    chosen.push(name);
  }
  return chosen;
}

function sameValues(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value) => other.includes(value));
}

/** No word of a warning is judged before there is one for each that may stay. */
function warningsSight(run: LessonRun, results: readonly Result[], hostname: string): Sight {
  const warning = results.filter(({ status }) => status === 'warn');
  const open = warning.filter(({ id }) => explanationOf(run, id) === undefined);
  if (open.length > 0) {
    const { en, ja } = toldOf(open, hostname);
    const list = consequencesOf(run);
    return missing({ en: `${en}\n  ${list.en}`, ja: `${ja}\n  ${list.ja}` });
  }
  if (warning.some(({ id }) => explanationOf(run, id) !== numberOf(run, id))) return wrong(WRONG);
  return seen({ at: `${results.length}` });
}

const WRONG: Said = {
  en: 'At least one warning leads to something else than you say. hikyaku doctor --explain tells why each check matters.',
  ja: '少なくとも一つの WARN について、選んだ番号が違います。それぞれのチェックがなぜ大切かは、hikyaku doctor --explain で確認できます。',
};

function tell(results: readonly Result[], hostname: string): Sight {
  return missing(toldOf(results, hostname));
}

function toldOf(results: readonly Result[], hostname: string): Said {
  const lines = (language: keyof Said): string => {
    const told = results.slice(0, SHOWN).map((one) => {
      const { observed } = tellResult(one, hostname, language);
      return `${one.id} ${observed}`;
    });
    const more = results.length - told.length;
    return [...told, ...(more > 0 ? [`+${more}`] : [])].join(' | ');
  };
  return { en: lines('en'), ja: lines('ja') };
}
