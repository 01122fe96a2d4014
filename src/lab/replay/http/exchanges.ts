/**
 * What was asked by HTTP and answered among the parties of the practice Internet, the learner's server among them: the newest, in memory, bounded
 * in number and each in length, secrets removed. Node tells of every request that a server of this process gets (`diagnostics_channel`); those
 * that come to an address of this network are kept. Where nobody subscribes, Node tells nobody.
 */
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { HTTPS_FAILED, type HttpsFailed } from '#clients/https/failed';
import type { Clock } from '#clock';
import { Newest, type Numbered } from '#lab/newest';
import { hostOf } from '#protocol/http/host';
import { plainAddress } from '#servers/net/client-address';
import { Body } from './body.ts';
import { HIDDEN, scrubBody, scrubHeader, scrubTarget } from './scrub.ts';
import { HTTP_FAILURES, type HttpFailureReason } from './texts.ts';

export interface HttpSaid {
  readonly headers: readonly (readonly [string, string])[];
  /** The beginning, as text; '' where it is none. */
  readonly body: string;
  readonly octets: number;
}

export interface HttpExchange {
  /** Calendar milliseconds. */
  readonly at: number;
  readonly answeredAt: number;
  /** Addresses; '' where it is not known. */
  readonly from: string;
  readonly to: string;
  /** As it was asked for, without the port. */
  readonly host: string;
  readonly secure: boolean;
  readonly method: string;
  readonly target: string;
  readonly asked: HttpSaid;
  /** Undefined: nothing was answered, or not to its end. */
  readonly status: number | undefined;
  readonly answer: HttpSaid;
  /** Nothing was asked. */
  readonly failure: { readonly reason: HttpFailureReason; readonly detail: string } | undefined;
}

export type KeptExchange = Numbered<HttpExchange>;

export interface HttpWatchOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Whether an address is one of a host here whose requests are kept. */
  readonly isWatched: (address: string) => boolean;
  readonly most?: number;
}

const MOST = 300;
const HEADERS = 24;
const VALUE = 200;
const TARGET = 300;
const DETAIL = 200;
/** RFC 1035 §3.1. */
const HOST = 253;

const REQUEST = 'http.server.request.start';

export class HttpExchanges implements Disposable {
  readonly #options: HttpWatchOptions;
  readonly #newest: Newest<HttpExchange>;
  readonly #requested = (told: unknown): void => this.#begin(told as Requested);
  readonly #failed = (told: unknown): void => this.#fail(told as HttpsFailed);

  constructor(options: HttpWatchOptions) {
    this.#options = options;
    this.#newest = new Newest(options.most ?? MOST);
    channel(REQUEST).subscribe(this.#requested);
    HTTPS_FAILED.subscribe(this.#failed);
  }

  /** Oldest first. */
  list(): KeptExchange[] {
    return this.#newest.list();
  }

  [Symbol.dispose](): void {
    channel(REQUEST).unsubscribe(this.#requested);
    HTTPS_FAILED.unsubscribe(this.#failed);
  }

  #begin({ request, response }: Requested): void {
    const { socket } = request;
    const to = addressOf(socket.localAddress);
    if (!this.#options.isWatched(to)) return;
    const at = this.#options.clock.now();
    const from = addressOf(socket.remoteAddress);
    const asked = new Body();
    const push = request.push.bind(request);
    request.push = (chunk: unknown, encoding?: BufferEncoding) => {
      asked.add(chunk, encoding);
      return push(chunk, encoding);
    };
    const answer = answerOf(response);
    const [target, method] = [(request.url ?? '').slice(0, TARGET), request.method ?? ''];
    const headers = pairsOf(request.rawHeaders);
    response.once('close', () =>
      this.#newest.add({
        at,
        answeredAt: this.#options.clock.now(),
        from,
        to,
        host: hostOf(request.headers.host).slice(0, HOST),
        secure: socket instanceof TLSSocket,
        method,
        target: scrubTarget(target),
        asked: saidOf(headers, asked, target),
        status: response.writableFinished ? response.statusCode : undefined,
        answer: saidOf(answer.headers(), answer.body, target),
        failure: undefined,
      }),
    );
  }

  #fail({ host, method, path, reason, detail, from, to }: HttpsFailed): void {
    if (!Object.hasOwn(HTTP_FAILURES, reason)) return;
    const at = this.#options.clock.now();
    this.#newest.add({
      at,
      answeredAt: at,
      from: addressOf(from),
      to: to ?? '',
      host: hostOf(host).slice(0, HOST),
      secure: true,
      method,
      target: scrubTarget(path.slice(0, TARGET)),
      asked: NOTHING,
      status: undefined,
      answer: NOTHING,
      failure: { reason: reason as HttpFailureReason, detail: detail.slice(0, DETAIL) },
    });
  }
}

const NOTHING: HttpSaid = { headers: [], body: '', octets: 0 };

interface Requested {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function addressOf(address: string | undefined): string {
  return (address && plainAddress(address)) ?? '';
}

interface Answer {
  readonly body: Body;
  readonly headers: () => readonly (readonly [string, string])[];
}

/** Keeps what the response is given. `writeHead` does not leave its headers where they can be read afterwards. */
function answerOf(response: ServerResponse): Answer {
  const body = new Body();
  let direct: readonly (readonly [string, string])[] = [];
  const own = {
    writeHead: response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse,
    write: response.write.bind(response) as (...given: unknown[]) => boolean,
    end: response.end.bind(response) as (...given: unknown[]) => ServerResponse,
  };
  Object.assign(response, {
    writeHead(...given: unknown[]) {
      direct = headPairs(given.at(-1));
      return own.writeHead(...given);
    },
    write(chunk: unknown, ...rest: unknown[]) {
      body.add(chunk, rest[0]);
      return own.write(chunk, ...rest);
    },
    end(...given: unknown[]) {
      if (typeof given[0] !== 'function') body.add(given[0], given[1]);
      return own.end(...given);
    },
  });
  return {
    body,
    headers() {
      const set = headPairs(response.getHeaders());
      const given = new Set(direct.map(([name]) => name.toLowerCase()));
      return [...direct, ...set.filter(([name]) => !given.has(name.toLowerCase()))];
    },
  };
}

/** Of what `writeHead` takes: an object, or names and values in turn. */
function headPairs(given: unknown): readonly (readonly [string, string])[] {
  if (typeof given !== 'object' || given === null) return [];
  if (Array.isArray(given)) return pairsOf(given.flat().map(String));
  return Object.entries(given).map(([name, value]) => [name, String(value)]);
}

function pairsOf(raw: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    pairs.push([raw[index]!, raw[index + 1]!]);
  return pairs;
}

function saidOf(
  pairs: readonly (readonly [string, string])[],
  body: Body,
  target: string,
): HttpSaid {
  const headers = pairs.slice(0, HEADERS).map(([name, value]) => {
    const shown = scrubHeader(name, value.slice(0, VALUE));
    return [name.slice(0, 100), value.length > VALUE ? `${shown} ${HIDDEN}` : shown] as const;
  });
  const type = contentType(pairs);
  return { headers, body: scrubBody(body.text(type), type, target), octets: body.octets };
}

/** In lower case, without parameters. */
export function contentType(headers: readonly (readonly [string, string])[]): string {
  const [, value = ''] = headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return value.split(';', 1)[0]!.trim().toLowerCase();
}
