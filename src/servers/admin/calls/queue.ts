/** What waits to go out. */
import { z } from 'zod';
import {
  heldBackUntil,
  holdQueued,
  queueShape,
  releaseQueued,
  retryQueued,
  SHAPE_MINUTES,
  showQueued,
  type QueuedRecipient,
  type QueueSelection,
  type QueueStatus,
  type ShapeRow,
} from '#store/queue/admin';
import { walkQueue } from '#store/queue/walk';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, readMailDomain, text } from '#servers/admin/inputs';
import { isId } from '#store/database/ids';

/** Whoever asks for no fewer gets all, up to what one answer may hold. */
const MOST_DOMAINS = 1_000_000;
/** Who did it, as the story tells it. */
const BY = 'operator';

const selection = z.object({ what: text.optional(), all: z.boolean().optional() });
type Selection = z.infer<typeof selection>;

export const queueCalls = {
  'queue/list': rows(
    z.object({
      what: text.optional(),
      status: z.enum(['waiting', 'deferred', 'active', 'held']).optional(),
      limit,
    }),
    async (context, input, signal) => {
      const chosen = select({ what: input.what, all: input.what === undefined });
      if (chosen.kind === 'refused') return chosen;
      return listed(context, chosen, input, signal);
    },
  ),

  'queue/show': value(z.object({ id: text }), async ({ store, clock }, { id }) => {
    const message = await showQueued(store.pool, id);
    if (!message) {
      return refuse(
        'not-queued',
        `message ${id} is not in the queue`,
        `hikyaku message trace ${id} tells what became of it.`,
      );
    }
    return {
      messageId: message.id,
      parentId: message.parentId,
      sessionId: message.sessionId,
      account: message.account,
      reversePath: message.reversePath,
      size: message.size,
      arrivedAt: message.arrivedAt.toISOString(),
      expiresAt: message.expiresAt.toISOString(),
      notifyAuthor: message.notifyAuthor,
      recipients: message.recipients.map((one) => row(one, clock.now())),
    };
  }),

  'queue/retry': changes((store, chosen, now) => retryQueued(store.pool, chosen, now, BY)),
  'queue/hold': changes((store, chosen, now) => holdQueued(store.pool, chosen, now, BY)),
  'queue/release': changes((store, chosen, now) => releaseQueued(store.pool, chosen, now, BY)),

  'queue/remove': value(
    selection.extend({ silent: z.boolean().optional() }),
    async ({ queue }, { silent = false, ...input }) => {
      const chosen = select(input);
      if (chosen.kind === 'refused') return chosen;
      const { free, underWay } = await queue.remove(chosen, silent);
      return { recipients: free, underWay };
    },
  ),

  'queue/shape': value(z.object({ limit }), async ({ store, clock }, input) => {
    const all = await queueShape(store.pool, clock.now(), MOST_DOMAINS);
    const domains = all.slice(0, input.limit);
    const sum = (pick: (row: ShapeRow) => number): number =>
      all.reduce((total, one) => total + pick(one), 0);
    return {
      minutes: SHAPE_MINUTES,
      domains,
      /** Domains that are not among them. */
      leftOut: all.length - domains.length,
      /** Of all domains. */
      total: {
        recipients: sum(({ recipients }) => recipients),
        byAge: Array.from({ length: SHAPE_MINUTES.length + 1 }, (_, i) =>
          sum(({ byAge }) => byAge[i] ?? 0),
        ),
      },
    };
  }),
} as const;

async function* listed(
  { store, clock }: AdminContext,
  chosen: QueueSelection,
  wanted: { readonly status?: QueueStatus | undefined; readonly limit?: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<ReturnType<typeof row>> {
  for await (const one of walkQueue(store.pool, chosen, wanted)) {
    if (signal.aborted) return;
    yield row(one, clock.now());
  }
}

type Change = (
  store: AdminContext['store'],
  chosen: QueueSelection,
  now: number,
) => Promise<number>;

function changes(apply: Change) {
  return value(selection, async ({ store, clock }, input) => {
    const chosen = select(input);
    if (chosen.kind === 'refused') return chosen;
    const recipients = await apply(store, chosen, clock.now());
    if (recipients > 0) store.notices.say('queue');
    return { recipients };
  });
}

/** An id means a message, anything else a domain or an address literal. */
function select({ what, all }: Selection): QueueSelection | Refusal {
  if (all === true && what === undefined) return { kind: 'all' };
  if (what === undefined || all === true) {
    return refuse(
      'nothing-selected',
      all === true ? '--all leaves nothing to choose' : 'it is not said which messages',
      'Give an ID, which hikyaku queue list shows, or a domain, or --all.',
    );
  }
  if (isId(what)) return { kind: 'message', id: what };
  const domain = readMailDomain(what);
  return typeof domain === 'string' ? { kind: 'domain', domain } : domain;
}

/** A recipient as scripts see it; names and types are stable. */
function row(recipient: QueuedRecipient, now: number) {
  const until = heldBackUntil(recipient, now);
  return {
    messageId: recipient.messageId,
    recipientId: recipient.recipientId,
    forwardPath: recipient.forwardPath,
    reversePath: recipient.reversePath,
    domain: recipient.domain,
    site: recipient.site,
    stream: recipient.stream,
    status: recipient.status,
    held: recipient.held,
    attempts: recipient.attempts,
    nextAt: recipient.nextAt.toISOString(),
    /** The server's own time, by which the others are: its calendar may be another than the reader's. */
    asOf: new Date(now).toISOString(),
    heldBack:
      until === undefined
        ? null
        : {
            by: 'warm-up' as const,
            until: Number.isFinite(until) ? new Date(until).toISOString() : null,
          },
    lastAttemptAt: recipient.lastAttemptAt?.toISOString() ?? null,
    lastReply: recipient.lastReply,
    lastStatus: recipient.lastStatus,
    arrivedAt: recipient.arrivedAt.toISOString(),
    expiresAt: recipient.expiresAt.toISOString(),
    size: recipient.size,
  };
}
