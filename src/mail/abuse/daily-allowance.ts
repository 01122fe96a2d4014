/**
 * What accounts may still send today. The limit itself is held by the transaction that queues a message (`store/abuse/daily-limits.ts`); here
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
  hasNewRecipient,
  passedLimit,
  type DailyLimit,
  type DailyLimits,
} from '#store/abuse/daily-limits';
import type { RowsStatement } from '#store/batch';
import type { Pool } from '#store/open';
import { REMEMBERED } from './limits.ts';

export interface LimitReached {
  readonly kind: 'daily-limit';
  readonly limit: DailyLimit;
  readonly most: number;
  /** When it is lifted. Calendar milliseconds. */
  readonly until: number;
}

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
  readonly limits: DailyLimits;
  readonly note: (event: Event) => void;
}

/** For so long an account is known to have reached a limit: an operator may raise it meanwhile. Milliseconds. */
const HOLDS = 60_000;

export class DailyAllowance {
  readonly #options: DailyAllowanceOptions;
  readonly #reached = new Map<string, { readonly by: LimitReached; readonly heldUntil: number }>();

  constructor(options: DailyAllowanceOptions) {
    this.#options = options;
  }

  get limits(): DailyLimits {
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
    const { messagesADay, newRecipientsADay } = await accountDay(pool, login.accountId, now);
    const most =
      limit === 'messages'
        ? (messagesADay ?? this.limits.messages)
        : (newRecipientsADay ?? this.limits.newRecipients);
    const by: LimitReached = { kind: 'daily-limit', limit, most, until: endOfDay(now) };
    this.#remember(login, client, by, now);
    return by;
  }

  #remember(login: Login, client: string, by: LimitReached, now: number): void {
    const before = this.#reached.get(login.accountId)?.by;
    this.#reached.delete(login.accountId);
    this.#reached.set(login.accountId, { by, heldUntil: now + HOLDS });
    for (const oldest of this.#reached.keys()) {
      if (this.#reached.size <= REMEMBERED) break;
      this.#reached.delete(oldest);
    }
    if (before?.limit === by.limit && before.most === by.most && before.until === by.until) return;
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
