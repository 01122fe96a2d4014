/**
 * Runs checks: those that were asked for, once for the host or for each domain, some at the same time, each within its time. What a check needs
 * and does not have is said instead of it. A check that throws is a bug, and says so in its own line.
 */
import { CHECK_IDS, CHECKS } from './checks.ts';
import type { Check } from './check.ts';
import type { Context } from './context.ts';
import type { AnyOutcome } from './outcome.ts';
import { resultOf, type Result } from './result.ts';
import type { CheckId } from './texts.ts';

/** Everything but what the frame makes for each check. */
export type World = Omit<Context, 'domain' | 'share' | 'signal'>;

export interface RunOptions {
  readonly ids?: readonly CheckId[];
  readonly domains: readonly string[];
  readonly signal?: AbortSignal;
  /** Why the server, which is there, could not say what it knows. */
  readonly databaseDown?: string | undefined;
}

/** At once: each may ask several things. */
const AT_ONCE = 12;
/** Milliseconds for one check. */
const PATIENCE = 15_000;

interface Task {
  readonly id: CheckId;
  readonly subject: string;
}

/** In the order of the table, whichever is ready first. */
export async function runChecks(world: World, options: RunOptions): Promise<readonly Result[]> {
  const tasks = tasksOf(world, options);
  const results: Result[] = [];
  const share = sharing();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < tasks.length; at = next++)
      results[at] = await runTask(world, tasks[at]!, share, options);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

function tasksOf({ settings }: World, { ids = CHECK_IDS, domains }: RunOptions): Task[] {
  const asked = new Set(ids);
  return CHECK_IDS.filter((id) => asked.has(id)).flatMap((id) =>
    CHECKS[id].of === 'host'
      ? [{ id, subject: settings.hostname }]
      : domains.length === 0
        ? [{ id, subject: '' }]
        : domains.map((subject) => ({ id, subject })),
  );
}

type Share = Context['share'];

function sharing(): Share {
  const made = new Map<string, Promise<unknown>>();
  return (name, make) => {
    const known = made.get(name) ?? make();
    made.set(name, known);
    return known as ReturnType<typeof make>;
  };
}

async function runTask(
  world: World,
  { id, subject }: Task,
  share: Share,
  options: RunOptions,
): Promise<Result> {
  const check = CHECKS[id] as unknown as Check<CheckId>;
  const outcome =
    notNeeded(world, check, { id, subject }, options) ??
    (await bounded(world, check, { id, subject }, share, options.signal));
  return resultOf({ id, family: check.family, subject }, outcome, world.now());
}

function notNeeded(
  { settings, server }: World,
  check: Check<CheckId>,
  { id, subject }: Task,
  { databaseDown: cause }: RunOptions,
): AnyOutcome | undefined {
  const needs = new Set(check.needs);
  const isDev = settings.mode === 'dev';
  if (isDev && (needs.has('production') || (needs.has('outside') && !settings.outside)))
    return { finding: 'dev', values: {} };
  const isNowhere = check.of === 'domain' && subject === '';
  if (cause !== undefined) {
    if (id === 'H5') return { finding: 'down', values: { cause } };
    if (isNowhere || check.server) return { finding: 'no-database', values: {} };
  }
  if (isNowhere) return { finding: 'no-domain', values: {} };
  return check.server && server === undefined ? { finding: 'no-server', values: {} } : undefined;
}

async function bounded(
  world: World,
  check: Check<CheckId>,
  { subject }: Task,
  share: Share,
  stop: AbortSignal | undefined,
): Promise<AnyOutcome> {
  const controller = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<AnyOutcome>();
  const giveUp = (): void => {
    controller.abort();
    resolve({ finding: 'too-slow', values: {} });
  };
  const timer = setTimeout(giveUp, check.patience ?? PATIENCE);
  stop?.addEventListener('abort', giveUp, { once: true });
  const context = { ...world, domain: subject, share, signal: controller.signal };
  // what a check with `server: true` gets has one: `notNeeded` saw to it
  const run = check.run as (context: Context) => Promise<AnyOutcome> | AnyOutcome;
  try {
    return await Promise.race([Promise.resolve().then(() => run(context)), late]);
  } catch (error) {
    return { finding: 'broken', values: { error: (error as Error).message.slice(0, 200) } };
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', giveUp);
  }
}
