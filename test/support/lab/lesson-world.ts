/**
 * A learner's server with the world that its lessons look at: real sockets, a real database, the witness of sessions. Solutions are
 * scripts that do what a learner would do; `check` must then pass, and name what is missing where they did something else.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '#clock';
import type { Event } from '#events';
import { lessonCalls, type LessonCalls } from '#lab/lessons/calls';
import { toolCalls, type ToolCalls } from '#lab/lessons/calls/tool-calls';
import { LessonWitness } from '#lab/lessons/seen/session-witness';
import type { LessonWorld } from '#lab/lessons/world';
import { labNetwork } from '#lab/network';
import { silentLog } from '#log';
import { EventBuffer } from '#store/events/event-buffer';
import { freeLabPrefix } from './network.ts';
import { LineSocket } from '../sockets/line-socket.ts';
import {
  openTestStore,
  startTestSmtp,
  type TestSmtpOptions,
  type TestStore,
} from '../smtp/own-server.ts';

export interface Classroom extends AsyncDisposable {
  readonly at: TestStore;
  readonly world: LessonWorld;
  readonly calls: LessonCalls;
  readonly tools: ToolCalls;
  readonly ports: LessonWorld['server']['ports'];
  /** Starts a lesson. @throws where it is refused */
  start(lesson: string): Promise<unknown>;
  answer(lesson: string, answers: Readonly<Record<string, string>>): Promise<void>;
  /** The keys of the criteria that are seen, and of those that are missing. */
  check(lesson: string): Promise<{ passed: boolean; seen: string[]; missing: string[] }>;
}

export async function openClassroom(options: TestSmtpOptions = {}): Promise<Classroom> {
  await using parts = new AsyncDisposableStack();
  const at = parts.use(await openTestStore());
  const { store } = at;
  const witness = new LessonWitness({ clock: systemClock, log: silentLog });
  witness.keepIn(store.pool);
  const notes = new EventBuffer(store.writer, silentLog, () => {});
  const settle = async (): Promise<void> => {
    await witness.flush();
    await notes.flush();
  };
  // once the server has stopped: what its last sessions leave behind is not written into a store that closes
  parts.defer(settle);
  const smtp = parts.use(
    await startTestSmtp(at, {
      ...options,
      services: { witness, note: (noted: Event) => notes.note(noted), ...options.services },
    }),
  );
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-lessons-'));
  parts.defer(() => rm(folder, { recursive: true }));
  const practice = labNetwork({ prefix: await freeLabPrefix() });
  // the server of a classroom listens at 127.0.0.1, beside the network
  const network = { ...practice, dialer: practice.machineDialer };
  const ending = new AbortController();
  parts.defer(() => ending.abort());
  const world: LessonWorld = {
    store,
    clock: systemClock,
    log: silentLog,
    network,
    server: {
      hostname: 'mail.example.test',
      domain: 'example.test',
      address: '127.0.0.1',
      ports: smtp.ports,
    },
    random: randomBytes,
    settle,
    app: { network, clock: systemClock, random: randomBytes, folder, owner: 'bob@example.test' },
    ending: ending.signal,
    around: undefined,
  };
  const calls = lessonCalls(world);
  const kept = parts.move();
  return {
    at,
    world,
    calls,
    tools: toolCalls(world),
    ports: smtp.ports,
    async start(lesson) {
      return allowed(await calls.start.run({ lesson, lang: 'en' }));
    },
    async answer(lesson, answers) {
      allowed(await calls.answer.run({ lesson, lang: 'en', answers: { ...answers } }));
    },
    async check(lesson) {
      const verdict = allowed(await calls.check.run({ lesson, lang: 'en' }));
      return {
        passed: verdict.passed,
        seen: verdict.seen.map(({ key }) => key),
        missing: verdict.missing.map(({ key }) => key),
      };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What a call answered. @throws where it is refused */
export function allowed<T extends object>(value: T): Exclude<T, { readonly kind: 'refused' }> {
  if ('kind' in value && value.kind === 'refused') throw new Error(JSON.stringify(value));
  return value as Exclude<T, { readonly kind: 'refused' }>;
}

/** Types lines as a person at telnet does, reading the answer to each; `\n` within an entry is content without an answer. */
export async function typeLines(port: number, lines: readonly string[]): Promise<string[][]> {
  await using client = await LineSocket.connect(port);
  const replies = [await client.restOfReply()];
  for (const line of lines) replies.push(await client.ask(line.replaceAll('\n', '\r\n')));
  return replies;
}
