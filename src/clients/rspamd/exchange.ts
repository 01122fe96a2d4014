/**
 * One request to Rspamd and its answer, over HTTP (RFC 9112) with connections that are kept. Bounded: the answer in size, the whole in
 * time by the signal; the message is sent as it is read, no faster than it is taken. Called by `rspamd.ts`.
 */
import {
  request as requestHttp,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { concat, EMPTY } from '#bytes';
import { failure, type Failure } from './failure.ts';

/** The octets of a message, which may be read again. */
export interface Body {
  readonly size: number;
  readonly read: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** The words behind the status, where Rspamd repeats its error. */
  readonly reason: string;
  readonly body: Uint8Array;
}

export interface Asked {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: NodeJS.Dict<string | readonly string[]>;
  readonly body: Body;
  /** Ends it whatever happens. */
  readonly signal: AbortSignal;
}

const NO_CONTENT = 204;
/** Of an answer: that to a message of a thousand links has some 100 KB. */
const MAX_ANSWER = 1024 * 1024;

/** @throws what reading the body throws */
export async function exchange(asked: Asked): Promise<Answered | Failure> {
  const answer = await attempt(asked);
  // a connection that was kept may have been closed by the other end just now
  return answer === 'stale' ? exchangeAnew(asked) : answer;
}

async function exchangeAnew(asked: Asked): Promise<Answered | Failure> {
  const headers = { ...asked.headers, Connection: 'close' };
  const answer = await attempt({ ...asked, headers }, false);
  return answer === 'stale' ? failure('unreachable', 'the connection was closed') : answer;
}

async function attempt(
  { url, agent, headers, body, signal }: Asked,
  keep = true,
): Promise<Answered | Failure | 'stale'> {
  if (signal.aborted) return failure('time', 'no time was left');
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, {
    method: 'POST',
    agent: keep ? agent : false,
    headers: { ...headers, 'Content-Length': String(body.size) },
    signal,
  });
  const reading = new Reading(body);
  const answer = answerTo(request, signal);
  // Its errors are those of the request, which the answer tells, or of reading.
  const sent = pipeline(Readable.from(reading), request).catch(() => {});
  const answered = await answer;
  await sent;
  if (reading.error !== undefined) throw reading.error;
  return answered;
}

/** The octets of a body, remembering whether it was they that failed. */
class Reading implements AsyncIterable<Uint8Array> {
  readonly #body: Body;
  error: Error | undefined;

  constructor(body: Body) {
    this.#body = body;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#body.read();
    } catch (error) {
      this.error = error as Error;
      throw error;
    }
  }
}

function answerTo(
  request: ClientRequest,
  signal: AbortSignal,
): Promise<Answered | Failure | 'stale'> {
  const { promise, resolve } = Promise.withResolvers<Answered | Failure | 'stale'>();
  const failed = (error: NodeJS.ErrnoException): void => {
    if (signal.aborted) resolve(failure('time', 'no whole answer came in time'));
    else if (error.code?.startsWith('HPE_')) resolve(failure('garbage', error.message));
    else if (request.reusedSocket && STALE.has(error.code ?? '')) resolve('stale');
    else resolve(failure('unreachable', error.message || (error.code ?? 'no connection')));
  };
  request.on('error', failed);
  request.once('response', (response) => {
    // Rspamd sends content with it, which there must not be (RFC 9110 §15.3.5): the parser would have none of it
    if (response.statusCode === NO_CONTENT) resolve(answered(response, EMPTY));
    // the whole answer is there, or will not be: what is left of the message need not be sent
    void collect(response, failed).then((answer) => {
      resolve(answer);
      if (!request.writableFinished) request.destroy();
    });
  });
  return promise;
}

const STALE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

async function collect(
  response: IncomingMessage,
  failed: (error: Error) => void,
): Promise<Answered | Failure> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > MAX_ANSWER) return failure('too-long', `the answer has over ${MAX_ANSWER} octets`);
      pieces.push(piece);
    }
  } catch (error) {
    failed(error as Error);
    return failure('unreachable', (error as Error).message);
  }
  return answered(response, concat(pieces));
}

function answered({ statusCode, statusMessage }: IncomingMessage, body: Uint8Array): Answered {
  return { kind: 'answered', status: statusCode ?? 0, reason: statusMessage ?? '', body };
}
