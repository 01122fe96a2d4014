/**
 * What a worker process runs: a whole server without ports of its own. Started by `server/processes/supervisor.ts`, which tells it
 * everything by messages; it ends when told to, or when that process is gone.
 */
import type { Socket } from 'node:net';
import { systemClock } from '#clock';
import { jsonLog, terminalLog, type AdjustableLog, type LogFields } from '#log';
import { nameCommand } from '#mail/story/as-typed';
import { startServer, type ServerProcess } from '#server';
import type { DoorName } from '#server/listeners/inherited-sockets';
import {
  ALIVE_EVERY,
  type FromWorker,
  type Question,
  type ToWorker,
  type WorkerStart,
} from '#server/processes/worker-messages';
import { Door } from '#servers/net/door';
import { collectAtRest } from './rest.ts';

const doors = new Map<DoorName, Door>();
let server: ServerProcess | undefined;
let starting: Promise<void> = Promise.resolve();
let log: AdjustableLog | undefined;

nameCommand(process.env['HIKYAKU_CALLED'] ?? 'hikyaku');
// signals to the whole group are the other process's to hear
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('message', (message: ToWorker, socket: Socket | undefined) => {
  void hear(message, socket);
});
// nobody is there who could bring connections
process.once('disconnect', () => void end());

async function hear(message: ToWorker, socket: Socket | undefined): Promise<void> {
  switch (message.kind) {
    case 'start':
      starting = begin(message);
      return starting;
    case 'connection':
      return admit(message.door, socket);
    case 'ask':
      return answer(message.id, message.question);
    case 'reload':
      if (log !== undefined) log.level = message.config.log_level;
      return server?.reload(message.config);
    case 'stop':
      return end(message.grace);
  }
}

async function begin({ number, forPeople, doors: held, ...start }: WorkerStart): Promise<void> {
  const { mode, config, connection, holdsControl } = start;
  log = forPeople
    ? peopleLog(config.log_level, number)
    : jsonLog(config.log_level, { worker: number });
  for (const { name, address, port } of held) doors.set(name, new Door(address, port, () => {}));
  const worker = { connection, holdsControl };
  const started = await startServer({ mode, config, log, clock: systemClock, doors, worker });
  if (started.kind === 'failed') {
    say({ kind: 'failed', message: started.message, remedy: started.remedy });
    return leave();
  }
  server = started;
  collectAtRest();
  setInterval(() => say({ kind: 'alive' }), ALIVE_EVERY).unref();
  say({ kind: 'ready', firstAccounts: started.firstAccounts });
}

/** @param socket undefined where the client went on the way */
function admit(door: DoorName, socket: Socket | undefined): void {
  if (socket === undefined) return;
  // as a listener of our own would hand it over
  socket.allowHalfOpen = true;
  socket.setNoDelay(true);
  socket.pause();
  const known = doors.get(door);
  if (known === undefined) socket.destroy();
  else known.admit(socket);
}

async function answer(id: number, question: Question): Promise<void> {
  if (server === undefined) return;
  const { http } = server;
  const found =
    question.kind === 'figures'
      ? await http.figures()
      : await http.ask(question.path, question.headers);
  say({ kind: 'answer', id, answer: found });
}

/** What is being started is stopped once it is up. */
async function end(grace?: number): Promise<void> {
  await starting;
  await server?.stop(grace);
  leave();
}

function leave(): void {
  if (process.connected) process.disconnect();
  process.removeAllListeners('message');
}

function say(message: FromWorker): void {
  if (process.connected) process.send!(message);
}

function peopleLog(level: AdjustableLog['level'], number: number): AdjustableLog {
  const plain = terminalLog(level, (line) => process.stdout.write(line));
  const say = (at: AdjustableLog['level']) => (event: string, fields?: LogFields) =>
    plain[at](event, { worker: number, ...fields });
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    get level() {
      return plain.level;
    },
    set level(least) {
      plain.level = least;
    },
  };
}
