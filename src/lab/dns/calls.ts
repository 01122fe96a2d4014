/**
 * What `hikyaku lab dns`, `lab registrar` and `lab isp` ask the running server: each call with the schema of its input. A refusal carries its
 * cause and remedy and is told by the caller. Times leave as RFC 3339, by the calendar of the practice Internet.
 */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import { readFaultValue } from './faults.ts';
import { isRefused, refused } from './outcome.ts';
import type { Changed, Refused } from './outcome.ts';
import type { AskedQuestion } from './questions.ts';
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
    'dns-set': call(records, async ({ zone: apex, ...record }) =>
      told(await panel.setRecords(apex, record)),
    ),
    'dns-add': call(
      one.extend({ ttl: ttl.optional() }),
      async ({ zone: apex, ttl: seconds, ...record }) =>
        told(
          await panel.addRecord(apex, {
            ...record,
            ...(seconds !== undefined && { ttl: seconds }),
          }),
        ),
    ),
    'dns-remove': call(
      one.extend({ value: value.optional() }),
      async ({ zone: apex, value: gone, ...record }) =>
        told(
          await panel.removeRecord(apex, { ...record, ...(gone !== undefined && { value: gone }) }),
        ),
    ),
    'dns-import': call(zone.extend({ text, whole: z.boolean().default(false) }), async (input) =>
      told(await panel.importZone(input.zone, input.text, input.whole)),
    ),
    'dns-sign': call(zone, async (input) => told(await panel.signZone(input.zone))),
    'dns-unsign': call(zone, async (input) => told(await panel.unsignZone(input.zone))),
    'dns-roll-key': call(zone, async (input) => told(await panel.rollKey(input.zone))),
    'dns-retire-key': call(zone.extend({ keyTag }), async (input) =>
      told(await panel.retireKey(input.zone, input.keyTag)),
    ),
  };
}

function registrarCalls({ registrar, isp }: LabDns): Record<string, LabCall> {
  const domain = z.object({ domain: name });
  const glue = z.record(name, z.array(z.string().max(45)).max(8));
  const delegation = domain.extend({ ns: z.array(name).max(20), glue: glue.default({}) });
  return {
    'registrar-domains': call(z.unknown(), () => ({ domains: registrar.domains() })),
    'registrar-buy': call(domain, async (input) => told(await registrar.buy(input.domain))),
    'registrar-give-up': call(domain, async (input) => told(await registrar.giveUp(input.domain))),
    'registrar-ns': call(delegation, async ({ domain: which, ...input }) =>
      told(await registrar.setDelegation(which, input)),
    ),
    'registrar-ds-set': call(domain.extend({ ds: z.array(value).max(20) }), async (input) =>
      told(await registrar.setDs(input.domain, input.ds)),
    ),
    'registrar-ds-add': call(domain.extend({ ds: value }), async (input) =>
      told(await registrar.addDs(input.domain, input.ds)),
    ),
    'registrar-ds-remove': call(domain.extend({ keyTag: keyTag.optional() }), async (input) =>
      told(await registrar.removeDs(input.domain, input.keyTag)),
    ),
    'isp-addresses': call(z.unknown(), () => ({ addresses: isp.addresses() })),
    'isp-ptr': call(
      z.object({ address: z.string().max(45), name: name.optional() }),
      async (input) => told(await isp.setPtr(input.address, input.name)),
    ),
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
    'dns-resolver': call(z.unknown(), () => ({ ...resolver, trustAnchor })),
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
    'dns-faults': call(z.unknown(), () => ({ faults: faults.list() })),
    'dns-fault': call(fault, (input) => declare(faults, input)),
    'dns-fault-end': call(z.object({ id: z.string().max(100) }), ({ id }) => ({
      ended: faults.remove(id),
    })),
  };
}

/** Where nothing is remembered of a name. */
const USUAL = ['A', 'MX', 'TXT'];

/** What is remembered of one name, and what is said of it now. */
async function besideAuthority(cache: LabDns['cache'], given: string): Promise<object> {
  const asked = parseName(given);
  if (asked === undefined)
    return refused('bad-name', `${given} is no name.`, 'Give one such as mail.example.test.');
  const entries = cache.list().filter((row) => row.name === asked);
  const types = entries.map((row) => row.type).filter((one) => one !== 'any');
  const now = await cache.now(asked, types.length === 0 ? USUAL : [...new Set(types)]);
  return { entries, now };
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
    return refused(
      'bad-name',
      `${given} ${ofType ?? ''} cannot be asked for.`,
      'Give a name, and a type such as MX.',
    );
  }
  const upper = ofType?.toUpperCase();
  const wrong = (rest.values ?? [])
    .map((one) => readFaultValue(upper ?? '', one))
    .find((read) => typeof read === 'string');
  if (wrong !== undefined) {
    return refused(
      'bad-value',
      `The wrong answer cannot be written: ${wrong}.`,
      'Give the type, and values in the form of a zone file.',
    );
  }
  faults.declare({
    ...rest,
    name: asked,
    ...(upper !== undefined && { type: upper }),
    ...(host !== undefined && { host }),
  });
  return { declared: rest.id };
}

function told(outcome: Changed | Refused): object {
  if (isRefused(outcome)) return outcome;
  const { changedAt, servedFrom, servedByAllFrom, seenByAllFrom, ...rest } = outcome;
  return {
    ...rest,
    changedAt: calendar(changedAt),
    servedFrom: calendar(servedFrom),
    servedByAllFrom: calendar(servedByAllFrom),
    seenByAllFrom: calendar(seenByAllFrom),
  };
}

function shownQuestion({ at, ...rest }: AskedQuestion): object {
  return { at: calendar(at), ...rest };
}

function calendar(at: number): string {
  return new Date(at).toISOString();
}

function call<Input>(
  input: z.ZodType<Input>,
  run: (input: Input) => Promise<object> | object,
): LabCall {
  return { input, run };
}
