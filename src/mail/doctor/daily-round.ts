/**
 * The round of the day: all checks once a day, by one node, and a letter to postmaster when something differs from the last one. The letter goes
 * by the queue like every message of ours, in the transaction that says that it was told: it is neither lost nor sent twice.
 */
import type { Clock } from '#clock';
import { concat } from '#bytes';
import { event } from '#events';
import type { Log } from '#log';
import { sign } from '#mail/submit/sign';
import type { Language } from '#protocol/dsn/language';
import { hashBody } from '#protocol/dkim/body-hash';
import { splitHeader } from '#protocol/message/fields';
import { blobOrder, storeBlob, wholeBlob } from '#store/blobs';
import type { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import { ensureTenant } from '#store/directory/tenants';
import {
  forgetSubjects,
  keepResults,
  markTold,
  readResults,
  type RememberedResult,
} from '#store/doctor/results';
import { endRound, takeRound } from '#store/doctor/round';
import { viewOf } from '#store/emails';
import { writeEvents } from '#store/events';
import type { Store } from '#store/open';
import { destinationsOf, enqueue, type DestinationKey } from '#store/queue/enqueue';
import type { Event } from '#events';
import { changesOf, keyOf, toldAfter, type Mark } from './difference.ts';
import { composeLetter } from './letter.ts';
import type { Result } from './result.ts';
import type { Status } from './status.ts';

export interface RoundOptions {
  readonly store: Store;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  readonly hostname: string;
  readonly language: Language;
  /** How long delivery is tried. Milliseconds. */
  readonly queueLifetime: number;
  readonly random: (octets: number) => Uint8Array;
  /** Runs every check. */
  readonly examine: (
    domains: readonly string[],
    before: readonly RememberedResult[],
    signal: AbortSignal,
  ) => Promise<readonly Result[]>;
  /** Called after the commit. */
  readonly queued: (destinations: readonly DestinationKey[], events: readonly Event[]) => void;
}

/** Between looks whether a new day has begun. Milliseconds of the calendar. */
const LOOK_EVERY = 60 * 60 * 1000;

/** Until `dispose`. The first look is an hour after the start, when everything has come up. */
export function startDailyRounds(options: RoundOptions): AsyncDisposable {
  const stop = new AbortController();
  const { clock, log } = options;
  const rounds = (async () => {
    for (;;) {
      await clock.sleep(LOOK_EVERY, stop.signal);
      if (stop.signal.aborted) return;
      try {
        await makeRound(options, stop.signal);
      } catch (error) {
        log.warn('doctor.round-failed', { error: (error as Error).message });
      }
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await rounds;
    },
  };
}

/** @returns what became of it: another node had it, nothing was to be told, or a letter of so many changes */
export async function makeRound(
  options: RoundOptions,
  signal: AbortSignal,
): Promise<{ readonly kind: 'not-ours' } | { readonly kind: 'made'; readonly changes: number }> {
  const { store, clock, log, hostname } = options;
  const { pool } = store;
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const token = store.newId();
  if (!(await takeRound(pool, token, day))) return { kind: 'not-ours' };
  const domains = (await listDomains(pool)).map(({ name }) => name);
  const before = await readResults(pool);
  const results = await options.examine(domains, before, signal);
  if (signal.aborted) return { kind: 'not-ours' };
  await keepResults(pool, results.map(toKept), clock.now());
  await forgetSubjects(pool, [hostname, '', ...domains]);
  const changes = changesOf(results, toldBefore(before));
  const known = await readResults(pool);
  const letter =
    changes.length > 0 && domains.length > 0
      ? await letterOf(options, domains, (id) =>
          composeLetter(changes, results, {
            language: options.language,
            hostname,
            address: id.address,
            messageId: id.messageId,
            now: clock.now(),
            since: (result) => sinceOf(known, result),
          }),
        )
      : undefined;
  const stored = await store.writer.run({
    accounts: [],
    order: letter?.order ?? '',
    bytes: letter?.bytes ?? 0,
    statements: [
      ...(letter?.statements ?? []),
      markTold(toldAfter(results).map((result) => ({ ...toKept(result), about: result.about }))),
      endRound(token, day),
    ],
  });
  if (letter) options.queued(destinationsOf(stored), letter.events);
  log.info('doctor.round', { changes: changes.length, letter: letter?.id ?? null });
  return { kind: 'made', changes: changes.length };
}

export function toKept({ id, subject, status, finding }: Result) {
  return { check: id, subject, status, finding };
}

function toldBefore(known: readonly RememberedResult[]): ReadonlyMap<string, Mark> {
  return new Map(
    known.flatMap(({ check, subject, toldStatus, toldFinding, toldAbout }) =>
      toldStatus === null
        ? []
        : [
            [
              `${check} ${subject}`,
              { status: toldStatus as Status, finding: toldFinding ?? '', about: toldAbout ?? '' },
            ] as const,
          ],
    ),
  );
}

function sinceOf(known: readonly RememberedResult[], result: Result): string | undefined {
  const found = known.find(({ check, subject }) => `${check} ${subject}` === keyOf(result));
  return found?.since.toISOString().slice(0, 10);
}

interface Names {
  readonly address: string;
  readonly messageId: string;
}

/** The letter as statements: its recipient is the postmaster of the host's own domain, or of the first that is here. */
async function letterOf(
  { store, directory, clock, hostname, queueLifetime }: RoundOptions,
  domains: readonly string[],
  compose: (names: Names) => Uint8Array,
) {
  const domain = domains.find((name) => hostname.endsWith(`.${name}`)) ?? domains[0]!;
  const id = store.newId();
  const now = clock.now();
  const tenantId = await ensureTenant(store.pool, 'default', now);
  const address = `postmaster@${domain}`;
  const message = compose({ address, messageId: `${id}@${hostname}` });
  const { bodyStart } = splitHeader(message);
  const [hash] = await hashBody([message.subarray(bodyStart)], [{ canonicalization: 'relaxed' }]);
  const head = { header: message.subarray(0, bodyStart), bodyHash: hash!.digest };
  const signed = await sign({ directory, clock }, head, domain, now);
  const blob = wholeBlob(message);
  const about = { messageId: id, tenantId };
  const events: Event[] = [
    signed.kind === 'signed'
      ? event('message.signed', now, about, {
          public: { signatures: signed.signatures, milliseconds: signed.milliseconds },
          personal: {},
        })
      : event('message.unsigned', now, about, {
          public: { reason: signed.reason, domain },
          personal: {},
        }),
  ];
  const queued = {
    id,
    parentId: undefined,
    sessionId: undefined,
    tenantId,
    accountId: undefined,
    sha256: blob.sha256,
    view: viewOf(concat([signed.fields]), blob.size, []),
    // nobody is told when it cannot be delivered: the log says so, and the next letter tells all again
    reversePath: null,
    ret: undefined,
    envid: undefined,
    smtputf8: false,
    eightBit: true,
    notifyAuthor: false,
    arrivedAt: now,
    expiresAt: now + queueLifetime,
    recipients: [
      {
        id: 1,
        forwardPath: address,
        domain: '',
        reversePath: undefined,
        orcpt: undefined,
        notify: 'NEVER',
        stream: 'transactional',
        priority: 0,
        sourcePool: '',
        nextAt: now,
      },
    ],
  } as const;
  return {
    id,
    events,
    order: blobOrder(blob),
    bytes: message.length,
    statements: [storeBlob(blob, now), writeEvents(events), ...enqueue(queued)],
  };
}
