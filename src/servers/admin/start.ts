/**
 * The control socket: HTTP over a unix socket that only the owner of the data folder may open, so that the command line needs no
 * password on the same machine. `POST /noun/verb` with a JSON object runs a call of `calls.ts`.
 */
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { makePrivate } from '#store/embedded/socket-folder';
import type { z } from 'zod';
import {
  isRefusal,
  value,
  type BytesCall,
  type IntakeCall,
  type RowsCall,
  type ValueCall,
} from './call.ts';
import { CALLS } from './calls.ts';
import type { AdminContext } from './context.ts';
import { clearStaleSocket, controlSocketPath } from './control-socket.ts';
import { failureOf } from './failure.ts';

/** A call that is none of this server's own, such as those of the practice Internet. Answers one value. */
export interface AddedCall {
  readonly input: z.ZodType;
  /** Given what `input` made of what came. */
  readonly run: (input: never) => Promise<object> | object;
}

export interface AdminOptions {
  /** It exists. */
  readonly dataDir: string;
  readonly context: AdminContext;
  readonly added?: Readonly<Record<string, AddedCall>> | undefined;
}

export interface AdminServer {
  readonly kind: 'running';
  readonly socketPath: string;
  /** Ends streams, lets calls under way answer, and takes the socket away. */
  stop(): Promise<void>;
}

export interface AdminFailure {
  readonly kind: 'failed';
  readonly message: string;
  readonly remedy: string;
}

/** An alias with some hundred targets fits. */
const BODY_OCTETS = 256 * 1024;
/** For calls under way when the server stops; then their connections are cut. Milliseconds. */
const STOP_PATIENCE = 5000;

export async function startAdmin({
  dataDir,
  context,
  added = {},
}: AdminOptions): Promise<AdminServer | AdminFailure> {
  const socketPath = await controlSocketPath(dataDir);
  const folder = path.dirname(socketPath);
  if (folder !== (await realpath(dataDir))) await makePrivate(folder);
  if (!(await clearStaleSocket(socketPath))) {
    return {
      kind: 'failed',
      message: `${socketPath} is in use by another server`,
      remedy: 'Stop that server, or set HIKYAKU_DATA_DIR to a folder of its own for this one.',
    };
  }
  const stopping = new AbortController();
  const app = fastify({ bodyLimit: BODY_OCTETS, forceCloseConnections: 'idle' });
  app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
  for (const [name, call] of Object.entries(CALLS)) {
    addCall(app, name, call as AnyCall, context, stopping.signal);
  }
  for (const [name, { input, run }] of Object.entries(added)) {
    const call = value<unknown, object>(input, async (_context, given) => run(given as never));
    addCall(app, name, call, context, stopping.signal);
  }
  answerErrors(app, context);
  await app.ready();
  await listenPrivately(app, socketPath);
  return {
    kind: 'running',
    socketPath,
    async stop() {
      stopping.abort();
      const closed = once(app.server, 'close');
      app.server.close();
      app.server.closeIdleConnections();
      const late = setTimeout(() => app.server.closeAllConnections(), STOP_PATIENCE);
      await closed;
      clearTimeout(late);
      await app.close();
    },
  };
}

type AnyCall =
  | ValueCall<unknown, object>
  | RowsCall<unknown, object>
  | BytesCall<unknown>
  | IntakeCall<unknown, object>;

function addCall(
  app: FastifyInstance,
  name: string,
  call: AnyCall,
  context: AdminContext,
  stopping: AbortSignal,
): void {
  app.post(`/${name}`, async (request, reply) => {
    const takes = 'takes' in call;
    const input = call.input.safeParse(takes ? queryInput(request.query) : (request.body ?? {}));
    if (!input.success) {
      const { path: at, message } = input.error.issues[0]!;
      return reply.code(400).send({
        reason: 'bad-input',
        message: `${at.join('.') || 'the input'}: ${message}`,
        remedy:
          'Look at what was given. Where that is right, command and server are of different versions: restart the server.',
      });
    }
    const signal = AbortSignal.any([stopping, goneSignal(reply)]);
    const result = takes
      ? await call.run(context, input.data, request.body as AsyncIterable<Uint8Array>)
      : await call.run(context, input.data, signal);
    if (isRefusal(result)) return reply.code(422).send(result);
    if (call.answers === 'value') return reply.send(result);
    const content =
      call.answers === 'rows'
        ? lines(result as AsyncIterable<object>)
        : (result as AsyncIterable<Uint8Array>);
    return reply
      .type(call.answers === 'rows' ? 'application/x-ndjson' : 'application/octet-stream')
      .send(Readable.from(content, { objectMode: false }));
  });
}

/** `?input={…}`, where the body is octets. */
function queryInput(query: unknown): unknown {
  try {
    return JSON.parse((query as { input?: string }).input ?? '');
  } catch {
    return undefined;
  }
}

async function* lines(rows: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** Aborts when the caller's connection closes. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

function answerErrors(app: FastifyInstance, { log }: AdminContext): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      reason: 'unknown-call',
      message: `the server does not know ${request.url.slice(1, 100)}`,
      remedy: 'The command is newer than the server: restart the server.',
    }),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const { status, ...failure } = failureOf(error);
    if (status >= 500) log.error('admin.failed', { call: request.url, error: error.message });
    return reply.code(status).send(failure);
  });
}

/** The socket is made with the mode that it keeps: there is no moment at which others could open it. */
async function listenPrivately(app: FastifyInstance, socketPath: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    app.server.listen(socketPath);
  } finally {
    process.umask(before);
  }
  if (!app.server.listening) await once(app.server, 'listening');
}
