/**
 * What accounts may still send, today, in this hour and this minute. The limit itself is held by the transaction that queues a message (`store/abuse/daily-limits.ts`); here
 * stands who has reached it, so that it is told once and an account that goes on trying does not make transactions fail, in which
 * messages of others are. Built by the composition root, asked by `mail/submit`.
 */
import type { Clock } from '#clock';
import { event, type Event } from '#events';
import type { Log } from '#log';
import type { Login } from '#mail/receive/envelope';
import {
  accountDay,
  countSubmission,
  endOfDay,
  endOfPace,
  hasNewRecipient,
  passedLimit,
  type DailyLimit,
  type PaceLimit,
  type SendingLimits,
} from '#store/abuse/daily-limits';
import type { Pool } from '#store/database/open';
import type { RowsStatement } from '#store/writer/batch';
import { REMEMBERED } from './limits.ts';

/** `until`: when it is lifted, calendar milliseconds. */
export type LimitReached =
  | {
      readonly kind: 'daily-limit';
      readonly limit: DailyLimit;
      readonly most: number;
      readonly until: number;
    }
  | {
      readonly kind: 'account-pace';
      readonly limit: PaceLimit;
      readonly most: number;
      readonly until: number;
      /** So long from now. */
      readonly seconds: number;
    };

/** Who submits what to whom. */
export interface Sending {
  readonly login: Login;
  /** Of the client. */
  readonly client: string;
  readonly recipients: readonly string[];
}

export interface DailyAllowanceOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: SendingLimits;
  readonly note: (event: Event) => void;
}

/** For so long an account is known to have reached a limit: an operator may raise it meanwhile. Milliseconds. */
const HOLDS = 60_000;

/** Who sends too fast all day is told of once in this time. Milliseconds. */
const TOLD_EVERY = 3_600_000;

interface Reached {
  readonly by: LimitReached;
  readonly heldUntil: number;
  readonly toldAt: number;
}

export class DailyAllowance {
  readonly #options: DailyAllowanceOptions;
  readonly #reached = new Map<string, Reached>();

  constructor(options: DailyAllowanceOptions) {
    this.#options = options;
  }

  get limits(): SendingLimits {
    return this.#options.limits;
  }

  /** The statement that counts it, in the transaction that queues it. */
  count({ login, recipients }: Sending, now: number): RowsStatement {
    return countSubmission({ accountId: login.accountId, recipients, limits: this.limits, now });
  }

  /** Of an account that was refused a moment ago: whether this is refused too. Costs nothing for all others. */
  refusal({ login, recipients }: Sending): Promise<LimitReached | undefined> | undefined {
    const known = this.#reached.get(login.accountId);
    if (known === undefined) return undefined;
    const now = this.#options.clock.now();
    if (known.heldUntil <= now || known.by.until <= now) return undefined;
    if (known.by.kind === 'account-pace')
      return Promise.resolve({ ...known.by, seconds: secondsTo(known.by.until, now) });
    if (known.by.limit === 'messages') return Promise.resolve(known.by);
    return hasNewRecipient(this.#options.pool, login.accountId, recipients).then((isNew) =>
      isNew ? known.by : undefined,
    );
  }

  /** What the error of a transaction means, where it was a limit. */
  async reached(error: unknown, { login, client }: Sending): Promise<LimitReached | undefined> {
    const limit = passedLimit(error);
    if (limit === undefined) return undefined;
    const { pool, clock } = this.#options;
    const now = clock.now();
    const own = await accountDay(pool, login.accountId, now);
    const { limits } = this;
    const most = {
      messages: own.messagesADay ?? limits.messages,
      'new-recipients': own.newRecipientsADay ?? limits.newRecipients,
      minute: own.messagesAMinute ?? limits.messagesAMinute,
      hour: own.messagesAnHour ?? limits.messagesAnHour,
    }[limit];
    const by =
      limit === 'minute' || limit === 'hour' ? pace(limit, most, now) : day(limit, most, now);
    this.#remember(login, client, by, now);
    return by;
  }

  #remember(login: Login, client: string, by: LimitReached, now: number): void {
    const before = this.#reached.get(login.accountId);
    const isTold = before !== undefined && wasTold(before, by, now);
    const toldAt = isTold ? before.toldAt : now;
    this.#reached.delete(login.accountId);
    this.#reached.set(login.accountId, { by, heldUntil: now + HOLDS, toldAt });
    for (const oldest of this.#reached.keys()) {
      if (this.#reached.size <= REMEMBERED) break;
      this.#reached.delete(oldest);
    }
    if (isTold) return;
    const { log, note } = this.#options;
    const until = new Date(by.until).toISOString();
    log.warn('account.limited', {
      login: login.name,
      client,
      limit: by.limit,
      most: by.most,
      until,
    });
    note(
      event(
        'account.limited',
        now,
        {
          accountId: login.accountId,
          credentialId: login.credentialId,
          tenantId: login.tenantId,
        },
        {
          public: { limit: by.limit, most: by.most, until },
          personal: { client, login: login.name },
        },
      ),
    );
  }
}

function day(limit: DailyLimit, most: number, now: number): LimitReached {
  return { kind: 'daily-limit', limit, most, until: endOfDay(now) };
}

function pace(limit: PaceLimit, most: number, now: number): LimitReached {
  const until = endOfPace(limit, now);
  return { kind: 'account-pace', limit, most, until, seconds: secondsTo(until, now) };
}

function secondsTo(until: number, now: number): number {
  return Math.max(1, Math.ceil((until - now) / 1000));
}

function wasTold({ by: before, toldAt }: Reached, by: LimitReached, now: number): boolean {
  if (before.limit !== by.limit || before.most !== by.most) return false;
  return by.kind === 'account-pace' ? now - toldAt < TOLD_EVERY : before.until === by.until;
}
