/** What `hikyaku lab` asks of the providers: functions from a checked input to one value, without a socket or a terminal. */
import { z } from 'zod';
import { decodeUtf8Lossy } from '#bytes';
import type { LabCall } from '#lab/ground';
import { LANGUAGES } from '#protocol/dsn/language';
import type { Pool } from '#store/database/open';
import {
  findTrace,
  listProviderMail,
  readProviderMail,
  type KeptMail,
} from '#store/lab/provider-mail';
import { listOutgoing, type ListedOutgoing } from '#store/lab/provider-outbox';
import { senderDays } from '#store/lab/provider-senders';
import { tracesOfMessage } from './own-message.ts';
import { crowdName, peopleOf } from './reception/list-people.ts';
import { personAt } from './reception/readers.ts';
import type { Provider } from './rule.ts';
import type { TraceEntry } from './rules/evaluate.ts';
import { outcomeOf, sourceOf, tellTrace, type ToldEntry } from './rules/tell-trace.ts';
import { CONDITION_TEXTS } from './rules/texts.ts';
import type { Counts } from './senders/counts.ts';
import { dateOf } from './senders/memory.ts';
import { postmasterRow, type PostmasterRow } from './senders/postmaster.ts';
import { MODES, type Mode, type Providers } from './start.ts';
import { findProvider } from './tables/list.ts';

export interface ProviderRefusal {
  readonly kind: 'refused';
  readonly reason: 'no-such-provider' | 'no-such-person' | 'no-such-message';
  readonly message: string;
  readonly remedy: string;
}

export interface ListedProvider {
  readonly provider: string;
  readonly domain: string;
  readonly mx: string;
  readonly address: string;
  readonly rules: number;
  readonly people: readonly string[];
  readonly crowds: readonly string[];
  readonly mode: Mode;
}

export interface Explained {
  readonly id: string;
  readonly provider: string;
  /** RFC 3339. */
  readonly at: string;
  readonly code: number;
  readonly enhanced: string | null;
  /** `inbox`, `spam`, or the rule that refused it; null in an exam. */
  readonly verdict: string | null;
  readonly mode: Mode;
  /** Empty in an exam. */
  readonly trace: readonly ToldEntry[];
  readonly facts: unknown;
  /** Asked for by a message of ours that several providers judged, or one several times: the other ids, oldest first. */
  readonly others: readonly string[];
}

export interface ListedRule {
  readonly rule: string;
  readonly stage: string;
  readonly asks: string;
  readonly reply: string;
  readonly source: string;
}

const text = z.string().max(320);
const lang = z.enum(LANGUAGES).default('en');
const limit = z.number().int().min(1).max(1000).default(50);
const DAY = 24 * 60 * 60 * 1000;

interface Parts {
  readonly pool: Pool;
  readonly now: () => number;
  readonly addressOf: (provider: Provider) => string;
  readonly providers: Providers;
}

export function providerCalls({ pool, now, addressOf, providers }: Parts) {
  const named = (name: string): Provider | undefined => findProvider(name, providers.all);
  return {
    providers: {
      input: z.unknown(),
      run: () => ({
        providers: providers.all.map((provider): ListedProvider => ({
          provider: provider.name,
          domain: provider.domain,
          mx: provider.mx,
          address: addressOf(provider),
          rules: provider.rules.length,
          people: provider.people.map(({ name }) => name),
          crowds: provider.crowds.map(crowdName),
          mode: providers.mode,
        })),
      }),
    },
    people: {
      input: z.object({ provider: text }),
      run: ({ provider: name }: { provider: string }) => {
        const provider = named(name);
        return provider === undefined
          ? noProvider(name, providers.all)
          : { people: peopleOf(provider) };
      },
    },
    rules: {
      input: z.object({ provider: text, lang }),
      run: ({ provider: name, lang: language }: { provider: string; lang: 'en' | 'ja' }) => {
        const provider = named(name);
        if (provider === undefined) return noProvider(name, providers.all);
        const rules = provider.rules.map((rule): ListedRule => ({
          rule: rule.id,
          stage: rule.stage,
          asks: CONDITION_TEXTS[rule.when.key].asks[language],
          reply: outcomeOf(rule),
          source: sourceOf(rule),
        }));
        return { rules };
      },
    },
    mailbox: {
      input: z.object({ address: text, limit }),
      run: async (given: { address: string; limit: number }) => {
        const at = given.address.lastIndexOf('@');
        const domain = given.address.slice(at + 1);
        const provider = named(domain);
        if (provider === undefined) return noProvider(domain, providers.all);
        const person = at < 0 ? undefined : personAt(provider, given.address.slice(0, at));
        if (at >= 0 && person === undefined)
          return refused(
            'no-such-person',
            `there is no ${given.address}`,
            `See who reads mail there with: hikyaku lab people ${provider.name}`,
          );
        const messages = await listProviderMail(pool, {
          provider: provider.name,
          person: person?.name,
          limit: given.limit,
        });
        return { messages: messages.map((message) => shownMail(message, provider)) };
      },
    },
    'mailbox-read': {
      input: z.object({ address: text, id: z.string().regex(/^\d{1,18}$/) }),
      run: async ({ address, id }: { address: string; id: string }) => {
        const at = address.lastIndexOf('@');
        const provider = named(address.slice(at + 1));
        if (provider === undefined) return noProvider(address.slice(at + 1), providers.all);
        const person = address.slice(0, Math.max(0, at)).toLowerCase();
        const found = await readProviderMail(pool, { provider: provider.name, person, id });
        if (found === undefined)
          return refused(
            'no-such-message',
            `${address} has no message ${id}`,
            `See what there is with: hikyaku lab mailbox ${address}`,
          );
        const { raw, ...message } = found;
        return { ...shownMail(message, provider), raw: decodeUtf8Lossy(raw) };
      },
    },
    why: {
      input: z.object({
        id: z
          .string()
          .max(200)
          .regex(/^[ -~]*$/),
        lang,
      }),
      run: async ({ id: given, lang: language }: { id: string; lang: 'en' | 'ja' }) => {
        // the address of the page is taken as well
        const id = given.replace(/^https:\/\/why\.lab\.test\//, '');
        const own = await findTrace(pool, id);
        const all = own ? [own] : await tracesOfMessage(pool, id, providers.all);
        const found = all.at(-1);
        const provider = found && named(found.provider);
        if (found === undefined || provider === undefined)
          return refused(
            'no-such-message',
            `no provider knows a message ${id}`,
            'Give the id that stands in the reply of the provider, after why.lab.test/ or in the 250, or ours.',
          );
        const others = all.slice(0, -1).map((one) => one.id);
        return { ...explained(provider, found, providers.mode, language), others };
      },
    },
    postmaster: {
      input: z.object({
        provider: text,
        days: z.number().int().min(1).max(60).default(14),
        sender: text.optional(),
      }),
      run: async (given: { provider: string; days: number; sender?: string | undefined }) => {
        const provider = named(given.provider);
        if (provider === undefined) return noProvider(given.provider, providers.all);
        await providers.memory.save();
        const since = dateOf(Math.floor(now() / DAY) - given.days + 1);
        const rows = await senderDays<Counts>(pool, {
          provider: provider.name,
          since,
          limit: MOST_ROWS,
        });
        const wanted = rows.filter(
          ({ name }) => given.sender === undefined || name === given.sender,
        );
        return { days: wanted.map((row): PostmasterRow => postmasterRow(row)) };
      },
    },
    outgoing: {
      input: z.object({ provider: text, limit }),
      run: async (given: { provider: string; limit: number }) => {
        const provider = named(given.provider);
        if (provider === undefined) return noProvider(given.provider, providers.all);
        const letters = await listOutgoing(pool, provider.name, given.limit);
        return { letters: letters.map(shownOutgoing) };
      },
    },
    mode: {
      input: z.object({ mode: z.enum(MODES).optional() }),
      run: async ({ mode }: { mode?: Mode | undefined }) => {
        if (mode !== undefined) await providers.setMode(mode);
        return { mode: providers.mode };
      },
    },
    'end-of-day': {
      input: z.unknown(),
      run: () => providers.endOfDay(),
    },
  } satisfies Record<string, LabCall>;
}

/** Rows of one postmaster page. */
const MOST_ROWS = 2000;

function explained(
  provider: Provider,
  found: NonNullable<Awaited<ReturnType<typeof findTrace>>>,
  mode: Mode,
  language: 'en' | 'ja',
): Omit<Explained, 'others'> {
  const learns = mode === 'learn';
  const { id, at, code, enhanced, verdict, facts, trace } = found;
  return {
    id,
    provider: provider.name,
    at: new Date(at).toISOString(),
    code,
    enhanced,
    verdict: learns ? verdict : null,
    mode,
    trace: learns ? tellTrace(provider, trace as readonly TraceEntry[], language) : [],
    facts: learns ? facts : null,
  };
}

function shownMail({ receivedAt, person, ...mail }: KeptMail, { domain }: Provider) {
  return { ...mail, to: `${person}@${domain}`, receivedAt: new Date(receivedAt).toISOString() };
}

function shownOutgoing({ madeAt, ...letter }: ListedOutgoing) {
  return { ...letter, madeAt: madeAt.toISOString() };
}

export type ShownOutgoing = ReturnType<typeof shownOutgoing>;

export type ShownMail = ReturnType<typeof shownMail>;

function noProvider(name: string, all: readonly Provider[]): ProviderRefusal {
  return refused(
    'no-such-provider',
    `${name} is no provider of the practice Internet`,
    `There are ${all.map(({ domain }) => domain).join(', ')}.`,
  );
}

function refused(
  reason: ProviderRefusal['reason'],
  message: string,
  remedy: string,
): ProviderRefusal {
  return { kind: 'refused', reason, message, remedy };
}
