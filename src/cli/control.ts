/**
 * The command line's side of the control socket: calls the running server of a data folder. Types come from the table of calls; its
 * code is not loaded here.
 */
import { request, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type {
  BytesName,
  IntakeName,
  CallName,
  InputOf,
  RowOf,
  RowsName,
  StepOf,
  ValueName,
  ValueOf,
} from '#servers/admin/calls';
import { controlSocketPath } from '#servers/admin/control-socket';
import { dataDirOf } from './data-dir.ts';
import { CommandFailure } from './failure.ts';
import { PatientSocket } from './patient-socket.ts';
import { waiting } from './terminal/progress.ts';
import type { SettingsOptions } from './settings-options.ts';

const LABEL = 'waiting for the server';

/** For commands that have something to say without a server too. */
export class NoServer extends CommandFailure {}

/** The server is there, and its database is not, or has no room. */
export class NoDatabase extends CommandFailure {
  override readonly cause: string;

  constructor(message: string, remedy: string, cause: string) {
    super(message, remedy);
    this.cause = cause;
  }
}

/** Asks for one value. @throws CommandFailure */
export async function callValue<Name extends ValueName>(
  options: SettingsOptions,
  name: Name,
  input: InputOf<Name>,
): Promise<ValueOf<Name>> {
  const answer = await waiting(LABEL, call(options, name, input));
  return JSON.parse(await wholeText(answer)) as ValueOf<Name>;
}

/** Asks for a value by a call that is none of the server's own: `lab/…`. @throws CommandFailure */
export async function callAdded<Value>(
  options: SettingsOptions,
  name: `lab/${string}`,
  input: unknown,
): Promise<Value> {
  const answer = await waiting(LABEL, call(options, name, input));
  return JSON.parse(await wholeText(answer)) as Value;
}

/** Asks for rows, which come as the server finds them. @throws CommandFailure */
export async function* callRows<Name extends RowsName>(
  options: SettingsOptions,
  name: Name,
  input: InputOf<Name>,
): AsyncGenerator<RowOf<Name>> {
  yield* rowsOf<RowOf<Name>>(await waiting(LABEL, call(options, name, input)));
}

/** Asks for octets. @throws CommandFailure */
export async function* callBytes<Name extends BytesName>(
  options: SettingsOptions,
  name: Name,
  input: InputOf<Name>,
): AsyncGenerator<Uint8Array> {
  const answer = await waiting(LABEL, call(options, name, input));
  yield* unbroken(answer as AsyncIterable<Uint8Array>);
}

/** Hands octets over as they come, and yields what the server says meanwhile. @throws CommandFailure */
export async function* callIntake<Name extends IntakeName>(
  options: SettingsOptions,
  name: Name,
  input: InputOf<Name>,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<StepOf<Name>> {
  const dataDir = await dataDirOf(options);
  const socketPath = await socketOf(dataDir);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request(
    {
      createConnection: () => new PatientSocket().connect(socketPath),
      path: `/${name}?input=${encodeURIComponent(JSON.stringify(input))}`,
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', host: 'hikyaku', connection: 'close' },
    },
    resolve,
  ).on('error', reject);
  // a server that refuses closes before the body has ended, which is no failure of the body
  const sent = pipeline(body, asked).catch((error: unknown) => error);
  try {
    const answer = await promise.catch((error: NodeJS.ErrnoException) => {
      throw unreachable(error, dataDir);
    });
    if (answer.statusCode !== 200) throw refusal(await wholeText(answer));
    yield* rowsOf<StepOf<Name>>(answer);
  } catch (error) {
    asked.destroy();
    const failure = await sent;
    throw failure instanceof CommandFailure ? failure : error;
  } finally {
    asked.destroy();
  }
}

async function* rowsOf<Row>(answer: IncomingMessage): AsyncGenerator<Row> {
  answer.setEncoding('utf8');
  let rest = '';
  const chunks = unbroken(answer as AsyncIterable<string>)[Symbol.asyncIterator]();
  for (;;) {
    const next = await waiting(LABEL, chunks.next());
    if (next.done) return;
    const lines = (rest + next.value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Row;
  }
}

async function call(
  options: SettingsOptions,
  name: CallName | `lab/${string}`,
  input: unknown,
): Promise<IncomingMessage> {
  const dataDir = await dataDirOf(options);
  const answer = await send(await socketOf(dataDir), name, JSON.stringify(input)).catch(
    (error: NodeJS.ErrnoException) => {
      throw unreachable(error, dataDir);
    },
  );
  if (answer.statusCode === 200) return answer;
  throw refusal(await wholeText(answer));
}

function send(socketPath: string, name: string, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { 'content-type': 'application/json', host: 'hikyaku', connection: 'close' };
  request({ socketPath, path: `/${name}`, method: 'POST', headers }, resolve)
    .on('error', reject)
    .end(body);
  return promise;
}

async function socketOf(dataDir: string): Promise<string> {
  try {
    return await controlSocketPath(dataDir);
  } catch (error) {
    throw unreachable(error as NodeJS.ErrnoException, dataDir);
  }
}

function unreachable(error: NodeJS.ErrnoException, dataDir: string): CommandFailure {
  const code = error.code ?? '';
  if (['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(code)) {
    return new NoServer(
      `no server is running for ${dataDir}; start it with npm start`,
      'If its data lies elsewhere, set HIKYAKU_DATA_DIR, or give the --config FILE that it was started with, or --set data_dir=FOLDER.',
    );
  }
  if (['EACCES', 'EPERM'].includes(code)) {
    return new CommandFailure(
      `the control socket of ${dataDir} is not for this user`,
      'Run the command as the user who runs the server.',
    );
  }
  return new CommandFailure(
    `the server of ${dataDir} broke off: ${error.message}`,
    'Its log says why; try again.',
  );
}

interface Told {
  readonly message: string;
  readonly remedy: string;
  /** Of the database. */
  readonly cause?: string;
}

function refusal(text: string): CommandFailure {
  try {
    const { message, remedy, cause } = JSON.parse(text) as Told;
    return cause === undefined
      ? new CommandFailure(message, remedy)
      : new NoDatabase(message, remedy, cause);
  } catch {
    return new CommandFailure(`the server answered: ${text}`, 'Restart the server.');
  }
}

async function wholeText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of unbroken(answer as AsyncIterable<Buffer>)) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** An answer that ends before its end is no answer. */
async function* unbroken<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (error) {
    throw new CommandFailure(
      `the server broke off in the middle of its answer: ${(error as Error).message}`,
      'What was printed is not all. The log of the server says why; try again.',
    );
  }
}
