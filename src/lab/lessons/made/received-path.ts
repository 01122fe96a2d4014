/**
 * A path of Received fields made up from a seed, for lesson 1.8: who handed the letter to whom, when, and how. Hosts write their times in zones
 * of their own, one of them kept the letter for long, one hop went in clear. Pure.
 */
import { seeded } from '#lab/seeded';

export interface Path {
  /** The lines of the header, the newest hop first, as they stand in a letter. CRLF. */
  readonly fields: string;
  readonly answers: Readonly<Record<PathQuestion, string>>;
}

export const PATH_QUESTIONS = ['client', 'first', 'hops', 'clear', 'slowest'] as const;
export type PathQuestion = (typeof PATH_QUESTIONS)[number];

const HOSTS = [
  'smtp.kissaten.test',
  'gateway.kissaten.test',
  'filter.sakura-mail.test',
  'relay.sakura-mail.test',
  'out.lists.test',
  'mx.archive.test',
  'hub.kawara.test',
] as const;
/** Minutes east of UTC. */
const ZONES = [0, 60, -300, 540, 330, -480] as const;
const PROGRAMS = ['laptop.local', 'phone.local', 'desk-7.local'] as const;

interface Hop {
  readonly from: string;
  readonly address: string;
  readonly by: string;
  readonly tls: boolean;
  /** Calendar milliseconds of its arrival. */
  readonly at: number;
  readonly zone: number;
  readonly id: string;
}

/** @param arrival when the learner's server will get it: the path ends a moment before. Calendar milliseconds */
export function receivedPath(seed: number, arrival: number): Path {
  const chance = seeded(seed);
  const count = 3 + chance.number(3);
  const hosts = chance.shuffled(HOSTS).slice(0, count);
  const client = `198.51.100.${1 + chance.number(254)}`;
  const addresses = hosts.map((_, index) => `203.0.113.${1 + ((seed + index * 37) % 254)}`);
  const clear = chance.number(count);
  // from the second on: what the first waited for is the author's business
  const slow = 1 + chance.number(count - 1);
  const waits = hosts.map((_, index) =>
    index === slow ? 2400 + chance.number(3000) : 1 + chance.number(40),
  );
  const total = waits.reduce((sum, seconds) => sum + seconds, 0);
  let at = arrival - (total + 2) * 1000;
  const hops = hosts.map((by, index): Hop => {
    at += waits[index]! * 1000;
    return {
      from: index === 0 ? chance.pick(PROGRAMS) : hosts[index - 1]!,
      address: index === 0 ? client : addresses[index - 1]!,
      by,
      tls: index !== clear,
      at,
      zone: chance.pick(ZONES),
      id: (seed + index * 7919).toString(36),
    };
  });
  return {
    fields: hops.toReversed().map(fieldOf).join(''),
    answers: {
      client,
      first: hosts[0]!,
      // the learner's own server adds one
      hops: String(count + 1),
      clear: hosts[clear]!,
      // who had it while time passed: the host before the late arrival
      slowest: hosts[slow - 1]!,
    },
  };
}

function fieldOf({ from, address, by, tls, at, zone, id }: Hop): string {
  return [
    `Received: from ${from} (${from} [${address}])`,
    `\tby ${by} with ${tls ? 'ESMTPS' : 'ESMTP'} id ${id};`,
    `\t${dateText(at, zone)}`,
    '',
  ].join('\r\n');
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** RFC 5322 §3.3, in a zone. */
function dateText(at: number, zone: number): string {
  const local = new Date(at + zone * 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()]
    .map(two)
    .join(':');
  const east = Math.abs(zone);
  const offset = `${zone < 0 ? '-' : '+'}${two(Math.floor(east / 60))}${two(east % 60)}`;
  const day = `${DAYS[local.getUTCDay()]!}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]!}`;
  return `${day} ${local.getUTCFullYear()} ${time} ${offset}`;
}
