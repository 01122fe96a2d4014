/**
 * The round of the day: all checks once a day, by one node, and a letter to postmaster when something differs from the last one. The letter goes
 * by the queue like every message of ours, in the transaction that says that it was told: it is neither lost nor sent twice.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { ownDomain, ownStatements, type OwnStatements } from '#mail/submit/own-message';
import type { Language } from '#protocol/dsn/language';
import type { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import {
  forgetSubjects,
  keepResults,
  markTold,
  readResults,
  type RememberedResult,
} from '#store/doctor/results';
import { endRound, giveUpRound, takeRound } from '#store/doctor/round';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import type { Event } from '#events';
import type { Store } from '#store/database/open';
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
  /** Where the documentation is published; empty: in the installation. */
  readonly documentation: string;
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

/** Between looks whether a new day has begun, and from the start to the first, when everything has come up. Milliseconds of the calendar. */
export const LOOK_EVERY = 60 * 60 * 1000;

type Round =
  | { readonly kind: 'not-ours' | 'stopped' }
  | { readonly kind: 'made'; readonly changes: number };

/** Where another node has the round of the day, or made it, nothing is done. @throws what the database or a check throws; the round is free again */
export async function makeRound(options: RoundOptions, signal: AbortSignal): Promise<Round> {
  const { store, clock } = options;
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const token = store.newId();
  if (!(await takeRound(store.pool, token, day))) return { kind: 'not-ours' };
  let made: Round | undefined;
  try {
    made = await examineAndTell(options, { token, day }, signal);
    return made;
  } finally {
    if (made?.kind !== 'made') await giveUpRound(store.pool, token);
  }
}

async function examineAndTell(
  options: RoundOptions,
  { token, day }: { readonly token: string; readonly day: string },
  signal: AbortSignal,
): Promise<Round> {
  const { store, clock, log, hostname } = options;
  const { pool } = store;
  const domains = (await listDomains(pool)).map(({ name }) => name);
  const before = await readResults(pool);
  const results = await options.examine(domains, before, signal);
  if (signal.aborted) return { kind: 'stopped' };
  await keepResults(pool, results.map(toKept), clock.now());
  await forgetSubjects(pool, [hostname, '', ...domains]);
  const changes = changesOf(results, toldBefore(before));
  const known = await readResults(pool);
  const letter =
    changes.length > 0 && domains.length > 0
      ? await letterOf(options, domains, (names) =>
          composeLetter(changes, results, {
            ...names,
            language: options.language,
            hostname,
            documentation: options.documentation,
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
      markTold(toldAfter(results).map(toKept)),
      endRound(token, day),
    ],
  });
  if (letter) options.queued(destinationsOf(stored), letter.events);
  log.info('doctor.round', { changes: changes.length, letter: letter?.id ?? null });
  return { kind: 'made', changes: changes.length };
}

function toKept({ id, subject, status, finding, about }: Result) {
  return { check: id, subject, status, finding, about };
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
  options: RoundOptions,
  domains: readonly string[],
  compose: (names: Names) => Uint8Array,
): Promise<OwnStatements> {
  const { hostname, store } = options;
  const domain = ownDomain(hostname, domains)!;
  const id = store.newId();
  const address = `postmaster@${domain}`;
  const content = compose({ address, messageId: `${id}@${hostname}` });
  const recipients = [{ forwardPath: address, domain: '' }];
  // where it cannot be delivered the log says so, and the next letter tells all again
  return ownStatements(options, { id, content, domain, recipients });
}
