/**
 * What `hikyaku lab dns`, `lab registrar` and `lab isp` ask the running server: each call with the schema of its input. A refusal carries its
 * cause and remedy and is told by the caller. Times leave as RFC 3339, by the calendar of the practice Internet.
 */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import { LANGUAGES, type Language } from '#protocol/dsn/language';
import { readFaultValue } from './faults.ts';
import type { CachedRow } from './cache-list.ts';
import { isChanged, isRefused, refused, toldIn } from './outcome.ts';
import type { Refused } from './outcome.ts';
import type { AskedQuestion } from './questions.ts';
import { shortened } from './said.ts';
import type { LabDns } from './start.ts';
import { parseName } from './wire/name.ts';
import { typeCode } from './wire/record-types.ts';

const name = z.string().min(1).max(1_024);
const type = z.string().min(1).max(20);
const value = z.string().min(1).max(70_000);
const ttl = z.number().int().min(0).max(604_800);
const keyTag = z.number().int().min(0).max(65_535);
const text = z.string().max(262_144);
const zone = z.object({ zone: name });

const LARGEST_PAGE = 5_000;

export function dnsCalls(dns: LabDns): Record<string, LabCall> {
  return { ...zoneCalls(dns), ...registrarCalls(dns), ...watchingCalls(dns) };
}

function zoneCalls({ panel }: LabDns): Record<string, LabCall> {
  const records = z.object({
    zone: name,
    name,
    type,
    ttl: ttl.default(3_600),
    values: z.array(value).min(1).max(100),
  });
  const one = z.object({ zone: name, name, type, value });
  return {
    'dns-list': call(zone, (input) => panel.listZone(input.zone)),
    'dns-set': call(records, ({ zone: apex, ...record }) => panel.setRecords(apex, record)),
    'dns-add': call(
      one.extend({ ttl: ttl.optional() }),
      ({ zone: apex, ttl: seconds, ...record }) =>
        panel.addRecord(apex, { ...record, ...(seconds !== undefined && { ttl: seconds }) }),
    ),
    'dns-remove': call(
      one.extend({ value: value.optional() }),
      ({ zone: apex, value: gone, ...record }) =>
        panel.removeRecord(apex, { ...record, ...(gone !== undefined && { value: gone }) }),
    ),
    'dns-import': call(zone.extend({ text, whole: z.boolean().default(false) }), (input) =>
      panel.importZone(input.zone, input.text, input.whole),
    ),
    'dns-sign': call(zone, (input) => panel.signZone(input.zone)),
    'dns-unsign': call(zone, (input) => panel.unsignZone(input.zone)),
    'dns-roll-key': call(zone, (input) => panel.rollKey(input.zone)),
    'dns-retire-key': call(zone.extend({ keyTag }), (input) =>
      panel.retireKey(input.zone, input.keyTag),
    ),
  };
}

function registrarCalls({ registrar, isp }: LabDns): Record<string, LabCall> {
  const domain = z.object({ domain: name });
  const glue = z.record(name, z.array(z.string().max(45)).max(8));
  const delegation = domain.extend({ ns: z.array(name).max(20), glue: glue.default({}) });
  const pointer = z.object({ address: z.string().max(45), name: name.optional() });
  return {
    'registrar-domains': callOf(() => ({ domains: registrar.domains() })),
    'registrar-buy': call(domain.extend({ ns: z.array(name).max(20).default([]) }), (input) =>
      registrar.buy(input.domain, input.ns),
    ),
    'registrar-give-up': call(domain, (input) => registrar.giveUp(input.domain)),
    'registrar-ns': call(delegation, ({ domain: which, ...input }) =>
      registrar.setDelegation(which, input),
    ),
    'registrar-ds-set': call(domain.extend({ ds: z.array(value).max(20) }), (input) =>
      registrar.setDs(input.domain, input.ds),
    ),
    'registrar-ds-add': call(domain.extend({ ds: value }), (input) =>
      registrar.addDs(input.domain, input.ds),
    ),
    'registrar-ds-remove': call(domain.extend({ keyTag: keyTag.optional() }), (input) =>
      registrar.removeDs(input.domain, input.keyTag),
    ),
    'isp-addresses': callOf(() => ({ addresses: isp.addresses() })),
    'isp-ptr': call(pointer, (input) => isp.setPtr(input.address, input.name)),
  };
}

function watchingCalls({
  cache,
  questions,
  faults,
  trustAnchor,
  resolver,
}: LabDns): Record<string, LabCall> {
  const fault = z.object({
    id: z.string().min(1).max(100),
    name,
    below: z.boolean().default(false),
    type: type.optional(),
    kind: z.enum(['servfail', 'timeout', 'wrong', 'lame']),
    host: z.string().max(45).optional(),
    values: z.array(value).max(20).default([]),
  });
  return {
    'dns-resolver': callOf(() => ({ ...resolver, trustAnchor })),
    'dns-cache': call(z.object({ name: name.optional() }), (input) =>
      input.name === undefined ? { entries: cache.list() } : besideAuthority(cache, input.name),
    ),
    'dns-flush': call(z.object({ name: name.optional() }), (input) => ({
      forgotten: cache.flush(input.name),
    })),
    'dns-questions': call(
      z.object({
        after: z.number().int().min(0).default(0),
        most: z.number().int().min(1).max(LARGEST_PAGE).default(LARGEST_PAGE),
      }),
      ({ after, most }) => ({
        questions: questions.list(after).slice(0, most).map(shownQuestion),
      }),
    ),
    'dns-faults': callOf(() => ({ faults: faults.list() })),
    'dns-fault': call(fault, (input) => declare(faults, input)),
    'dns-fault-end': call(z.object({ id: z.string().max(100) }), ({ id }) => ({
      ended: faults.remove(id),
    })),
  };
}

/** Where nothing is remembered of a name. */
const USUAL = ['A', 'MX', 'TXT'];

export interface BesideAuthority {
  readonly name: string;
  readonly entries: readonly CachedRow[];
  readonly now: readonly CachedRow[];
}

/** What is remembered of one name, and what is said of it now. */
export async function besideAuthority(
  cache: LabDns['cache'],
  given: string,
): Promise<BesideAuthority | Refused> {
  const asked = parseName(given);
  if (asked === undefined) return refused('no-name', { name: shortened(given) });
  const entries = cache.list().filter((row) => row.name === asked);
  const types = entries.map((row) => row.type).filter((one) => one !== 'any');
  const now = await cache.now(asked, types.length === 0 ? USUAL : [...new Set(types)]);
  return { name: asked, entries, now };
}

type FaultInput = Parameters<LabDns['faults']['declare']>[0];

function declare(
  faults: LabDns['faults'],
  {
    name: given,
    type: ofType,
    host,
    ...rest
  }: Omit<FaultInput, 'type' | 'host'> & {
    readonly type?: string | undefined;
    readonly host?: string | undefined;
  },
): { declared: string } | Refused {
  const asked = parseName(given);
  if (asked === undefined || (ofType !== undefined && typeCode(ofType) === undefined)) {
    return refused('no-question', { name: shortened(given), type: shortened(ofType ?? '') });
  }
  const upper = ofType?.toUpperCase();
  const wrong = (rest.values ?? [])
    .map((one) => readFaultValue(upper ?? '', one))
    .find((read) => 'flaw' in read);
  if (wrong !== undefined) return refused('no-wrong-answer', { flaw: wrong.flaw });
  faults.declare({
    ...rest,
    name: asked,
    ...(upper !== undefined && { type: upper }),
    ...(host !== undefined && { host }),
  });
  return { declared: rest.id };
}

function told(outcome: object, lang: Language): object {
  if (isRefused(outcome)) {
    const { kind, reason } = outcome;
    const { message, remedy } = toldIn(outcome, lang);
    return { kind, reason, message, remedy };
  }
  if (!isChanged(outcome)) return outcome;
  const { changedAt, servedFrom, servedByAllFrom, seenByAllFrom, remarks, ...rest } = outcome;
  return {
    ...rest,
    changedAt: calendar(changedAt),
    servedFrom: calendar(servedFrom),
    servedByAllFrom: calendar(servedByAllFrom),
    seenByAllFrom: calendar(seenByAllFrom),
    remarks: remarks.map((remark) => remark[lang]),
  };
}

function shownQuestion({ at, ...rest }: AskedQuestion): object {
  return { at: calendar(at), ...rest };
}

function calendar(at: number): string {
  return new Date(at).toISOString();
}

function callOf(run: () => object): LabCall {
  return { input: z.unknown(), run };
}

/** What comes of it is told in the language that was asked for. */
function call<Shape extends z.ZodRawShape>(
  input: z.ZodObject<Shape>,
  run: (input: z.output<z.ZodObject<Shape>>) => Promise<object> | object,
): LabCall {
  const asked = z.object({ lang: z.enum(LANGUAGES).default('en') });
  return {
    input: input.and(asked),
    run: async ({ lang, ...given }: z.output<z.ZodObject<Shape>> & z.output<typeof asked>) =>
      told(await run(given as unknown as z.output<z.ZodObject<Shape>>), lang),
  };
}
