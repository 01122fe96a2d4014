/** A day of a simulation as its provider saw it: counts of verdicts and replies, what people did, and what was thought of the sender. */
import type { Provider } from '#lab/providers/rule';
import type { Counts } from '#lab/providers/senders/counts';
import {
  afterDay,
  reputationOf,
  type Reputation,
  type Standing,
} from '#lab/providers/senders/growth';
import { dateOf } from '#lab/providers/senders/memory';
import type { Pool } from '#store/database/open';
import { loadSenders, type SenderKey } from '#store/lab/provider-senders';
import { judgedSince, waitingByDomain } from '#store/lab/simulation-counts';
import { planDays } from '#store/warm-up/plans';
import { RECEIVERS } from './receivers.ts';

export interface SimulatedDay {
  /** 1 is the first. */
  readonly day: number;
  readonly provider: string;
  /** Letters that the app handed in. */
  readonly handedIn: number;
  /** By the warm-up plan; null: there is none. */
  readonly planned: number | null;
  readonly inbox: number;
  readonly spam: number;
  /** Replies of 4yz and of 5yz. */
  readonly deferred: number;
  readonly refused: number;
  /** `421 4.7.28 rate-ip` and how often: reply and rule. */
  readonly replies: Readonly<Record<string, number>>;
  readonly opened: number;
  readonly answered: number;
  readonly complaints: number;
  /** In the queue when the day ended. */
  readonly waiting: number;
  /** What the provider allowed, and thought, of the address on this day. */
  readonly quota: number;
  readonly reputation: Reputation;
}

/** What is thought of a sender when all is over. */
export interface FinalStanding {
  readonly provider: string;
  readonly kind: 'ip' | 'domain';
  readonly quota: number;
  /** From −4 to 4. */
  readonly score: number;
  readonly reputation: Reputation;
}

export interface DayAsked {
  readonly day: number;
  /** When it began. Calendar milliseconds. */
  readonly beganAt: number;
  /** By provider. */
  readonly handedIn: ReadonlyMap<string, number>;
  readonly source: string;
}

export async function tellDay(
  pool: Pool,
  { day, beganAt, handedIn, source }: DayAsked,
): Promise<SimulatedDay[]> {
  const judged = await judgedSince(pool, beganAt);
  const waiting = await waitingByDomain(pool);
  const date = dateOf(beganAt / DAY);
  const { days } = await loadSenders<Counts>(pool, date);
  return Promise.all(
    RECEIVERS.map(async (provider) => {
      const of = judged.filter((one) => one.provider === provider.name);
      const sum = (is: (one: (typeof of)[number]) => boolean): number =>
        of.filter(is).reduce((all, { count }) => all + count, 0);
      const address = senderOf(days, provider, 'ip', source);
      const plans = await planDays(pool, { site: provider.mx, source });
      const plan = plans.find((one) => one.beganAt >= beganAt && one.beganAt < beganAt + DAY);
      return {
        day,
        provider: provider.name,
        handedIn: handedIn.get(provider.name) ?? 0,
        planned: plan?.planned ?? null,
        inbox: sum(({ verdict }) => verdict === 'inbox'),
        spam: sum(({ verdict }) => verdict === 'spam'),
        deferred: sum(({ code }) => code >= 400 && code < 500),
        refused: sum(({ code }) => code >= 500),
        replies: Object.fromEntries(
          of
            .filter(({ code }) => code >= 400)
            .map(({ code, enhanced, verdict, count }) => [`${code} ${enhanced} ${verdict}`, count]),
        ),
        opened: address?.counts.opened ?? 0,
        answered: address?.counts.replied ?? 0,
        complaints: address?.counts.complaints ?? 0,
        waiting: waiting.get(provider.domain) ?? 0,
        quota: address?.quota ?? provider.growth.first,
        reputation: reputationOf({ score: address?.score ?? 0 }),
      };
    }),
  );
}

/** After the last day, that day reckoned in. @param last when it began */
export async function tellStanding(
  pool: Pool,
  last: number,
  names: Readonly<Record<'ip' | 'domain', string>>,
): Promise<FinalStanding[]> {
  const { days, senders } = await loadSenders<Counts>(pool, dateOf(last / DAY));
  return RECEIVERS.flatMap((provider) =>
    (['ip', 'domain'] as const).flatMap((kind) => {
      const row = senderOf(days, provider, kind, names[kind]);
      if (row === undefined) return [];
      // before that day: a sender of bulk mail stays one
      const { bulk = false } = senderOf(senders, provider, kind, names[kind]) ?? {};
      const standing: Standing = { quota: row.quota, score: row.score, bulk };
      const { quota, score } = afterDay(provider.growth, standing, row.counts);
      const reputation = reputationOf({ score });
      return [{ provider: provider.name, kind, quota, score, reputation }];
    }),
  );
}

function senderOf<Row extends SenderKey>(
  rows: readonly Row[],
  provider: Provider,
  kind: 'ip' | 'domain',
  name: string,
): Row | undefined {
  return rows.find(
    (row) => row.provider === provider.name && row.kind === kind && row.name === name,
  );
}

const DAY = 24 * 60 * 60 * 1000;
