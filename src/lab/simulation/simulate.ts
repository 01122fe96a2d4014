/**
 * Days of sending to three providers, hour by hour: the app hands in its mail, the queue of production delivers it by its warm-up plan, people
 * read it, and the calendar moves on when all that was due is done. The same seed gives the same days in every run, on every machine
 * (docs/decisions/0046). Called by `hikyaku lab simulate`.
 */
import { startSource } from '#mail/warm-up/operate';
import { nextOutgoing } from '#store/lab/provider-outbox';
import { nextReadyAt } from '#store/queue/destinations';
import { untilQuiet } from './quiet.ts';
import { readersFrom } from './readers.ts';
import { RECEIVERS } from './receivers.ts';
import { BEGINNING, lettersOn, PLAN, type SimulationSettings } from './settings.ts';
import { openShop } from './shop.ts';
import { sendStraight } from './straight.ts';
import { tellDay, tellStanding, type FinalStanding, type SimulatedDay } from './tell-day.ts';
import type { SimulatedWorld } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** When the shop writes. */
const ORDERS_AT = 8;
const ISSUE_AT = 9;
/**
 * Hours in which nothing is handed in begin a little later: what ends so many hours after a letter of an hour before, each of which had a moment
 * of its own, is over by then, however fast the machine was.
 */
const AFTER_THE_HOUR = 30_000;

export async function* simulate(
  world: SimulatedWorld,
  settings: SimulationSettings,
): AsyncGenerator<readonly SimulatedDay[], readonly FinalStanding[]> {
  const { pool, clock, source, submission } = world;
  const { days, seed, way } = settings;
  const post = way === 'straight' ? straight(world) : await bySubmission(world, seed);
  if (way === 'plan') await startSource({ pool, now: clock.now() }, source, PLAN);
  let place = 0;
  for (let day = 0; day < days; day++) {
    const beganAt = BEGINNING + day * DAY;
    const count = lettersOn(day, settings);
    const issue = RECEIVERS.map((provider) => readersFrom(seed, provider, place, count));
    place += count;
    await passDay(world, beganAt, post, inTurns(issue));
    const handedIn = new Map(RECEIVERS.map(({ name }) => [name, count]));
    yield await tellDay(pool, { day: day + 1, beganAt, handedIn, source });
  }
  const domain = submission.user.slice(submission.user.indexOf('@') + 1);
  return tellStanding(pool, BEGINNING + (days - 1) * DAY, { ip: source, domain });
}

/** What is done in an hour of the day, with the letters of the day. */
type Post = ReadonlyMap<number, (issue: readonly string[]) => Promise<void>>;

async function bySubmission(world: SimulatedWorld, seed: number): Promise<Post> {
  const shop = await openShop(world, seed);
  return new Map([
    [ORDERS_AT, () => shop.writeTo(RECEIVERS.map(friendAt))],
    [ISSUE_AT, (issue: readonly string[]) => shop.sendIssue(issue)],
  ]);
}

function straight(world: SimulatedWorld): Post {
  let again: readonly string[] = [];
  return new Map([
    [ISSUE_AT, async (issue: readonly string[]) => void (again = await sendStraight(world, issue))],
    [ISSUE_AT + 1, async () => void (await sendStraight(world, again))],
  ]);
}

async function passDay(
  world: SimulatedWorld,
  beganAt: number,
  post: Post,
  issue: readonly string[],
): Promise<void> {
  for (let hour = 0; hour < 24; hour++) {
    const handIn = post.get(hour);
    await moveTo(world, beganAt + hour * HOUR + (handIn ? 0 : AFTER_THE_HOUR));
    await handIn?.(issue);
    if (handIn) await untilQuiet(world);
  }
  await moveTo(world, beganAt + DAY - 1);
}

/**
 * Moves on to a time, and on the way looks whenever the queue has something to do: a site that rests is tried again within the hour, many times
 * where nobody planned. What people send leaves before the next hour begins, so that a complaint is read before the next letters go: in one step
 * both would leave at once, and who was first would be chance.
 */
async function moveTo(world: SimulatedWorld, time: number): Promise<void> {
  const { pool, clock } = world;
  const before = Math.floor(time / HOUR) * HOUR - 1;
  for (;;) {
    const due = await nextReadyAt(pool);
    const look = due === undefined ? Infinity : lookAt(Math.max(due, clock.now() + 1));
    if (look >= Math.min(time, before)) break;
    clock.advanceTo(look);
    await untilQuiet(world);
  }
  const answers = await nextOutgoing(pool);
  if (answers !== undefined && answers <= before && clock.now() < before) {
    clock.advanceTo(before);
    await untilQuiet(world);
  }
  clock.advanceTo(time);
  await untilQuiet(world);
}

/** The first half minute from a time on: what differs by the moments of single letters is looked at in the same one. */
function lookAt(time: number): number {
  return Math.ceil((time - AFTER_THE_HOUR) / MINUTE) * MINUTE + AFTER_THE_HOUR;
}

/** One of each in turn. */
function inTurns(lists: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => list.slice(at, at + 1)),
  ).flat();
}

function friendAt({ people, domain }: (typeof RECEIVERS)[number]): string {
  return `${people.find(({ temper }) => temper === 'friend')!.name}@${domain}`;
}
