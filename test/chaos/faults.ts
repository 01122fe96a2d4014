/**
 * What is done to the server in a chaos run. Two nodes share one database: `main` brings it along, `second` uses it.
 * Each fault leaves processes killed, stopped or ended; the round starts again what does not come back by itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { alive } from '#store/embedded/postmaster';
import type { RunningServer } from '../support/program/running-server.ts';
import type { Random } from './random.ts';

export interface Nodes {
  readonly main: RunningServer;
  readonly second: RunningServer;
}

export interface FaultOptions {
  readonly random: Random;
  /** How long a node is frozen: longer than a lease. Milliseconds. */
  readonly freeze: number;
}

interface Fault {
  readonly doc: string;
  /** How often it comes in twenty. */
  readonly weight: number;
  inflict(nodes: Nodes, options: FaultOptions): Promise<void>;
}

/** What PostgreSQL was sent it has committed after so long. Milliseconds. */
const COMMITTED_WITHIN = 500;

export const FAULTS = {
  server: {
    doc: 'SIGKILL of the server; its database lives on and is adopted',
    weight: 3,
    inflict: ({ main }) => kill(main),
  },
  unanswered: {
    doc: 'SIGSTOP of the server until its database has committed what it was sent, then SIGKILL: between commit and reply',
    weight: 2,
    async inflict({ main }) {
      main.signal('SIGSTOP');
      await delay(COMMITTED_WITHIN);
      await kill(main);
    },
  },
  second: {
    doc: 'SIGKILL of the second node',
    weight: 2,
    inflict: ({ second }) => kill(second),
  },
  backend: {
    doc: 'SIGKILL of one process of PostgreSQL, which ends all sessions and recovers',
    weight: 4,
    async inflict({ main }, { random }) {
      const backends = main.backends();
      if (backends.length > 0) killPid(random.pick(backends));
    },
  },
  postmaster: {
    doc: 'SIGKILL of the postmaster, which the server starts again',
    weight: 3,
    async inflict({ main }) {
      const pid = main.postmaster();
      if (pid !== undefined) killPid(pid);
    },
  },
  both: {
    doc: 'SIGKILL of server and postmaster at once',
    weight: 2,
    async inflict({ main }) {
      const pid = main.postmaster();
      main.signal('SIGKILL');
      if (pid !== undefined) killPid(pid);
      await main.ended();
    },
  },
  everything: {
    doc: 'SIGKILL of both nodes and of every process of PostgreSQL',
    weight: 1,
    async inflict({ main, second }) {
      const pids = [main.postmaster() ?? [], main.backends()].flat();
      main.signal('SIGKILL');
      second.signal('SIGKILL');
      for (const pid of pids) killPid(pid);
      await Promise.all([main.ended(), second.ended()]);
    },
  },
  freeze: {
    doc: 'SIGSTOP of a node past its leases, then SIGCONT',
    weight: 1,
    async inflict({ main, second }, { random, freeze }) {
      const node = random.pick([main, second]);
      node.signal('SIGSTOP');
      await delay(freeze);
      node.signal('SIGCONT');
    },
  },
  terminate: {
    doc: 'SIGTERM of the server, which ends with exit code 0',
    weight: 2,
    async inflict({ main }) {
      const code = await main.end('SIGTERM');
      if (code !== 0) throw new Error(`SIGTERM ended it with ${code}:\n${main.lastWords()}`);
    },
  },
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof FAULTS;

/** So many faults in random order, each kind as often as its weight says. */
export function deal(count: number, random: Random): FaultKind[] {
  const deck = Object.entries(FAULTS).flatMap(([kind, { weight }]) =>
    Array.from({ length: weight }, () => kind as FaultKind),
  );
  const dealt: FaultKind[] = [];
  while (dealt.length < count) dealt.push(...random.shuffled(deck));
  return dealt.slice(0, count);
}

async function kill(node: RunningServer): Promise<void> {
  await node.end('SIGKILL');
}

function killPid(pid: number): void {
  if (alive(pid)) process.kill(pid, 'SIGKILL');
}
