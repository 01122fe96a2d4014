/**
 * From an address to a session that takes mail: connect, greeting, EHLO (HELO where EHLO is unknown), STARTTLS by
 * policy, AUTH. RFC 5321 §3.1, §3.2, RFC 3207, RFC 4954. Everything said is recorded, failures included.
 */
import type { TLSSocket } from 'node:tls';
import {
  DIALOGUE_LIMITS,
  DialogueRecorder,
  type DialogueEntry,
  type TlsFacts,
} from '#protocol/smtp/dialogue';
import { channelBindings } from '#protocol/sasl/channel-binding';
import { isPositive, type Reply } from '#protocol/smtp/reply';
import { authenticate } from './auth.ts';
import { SmtpConnection, type ReadResult } from './connection.ts';
import { ABORTED } from './dial.ts';
import { parseEhlo, type Extensions } from '#protocol/smtp/ehlo';
import type { Cause, Deferred, Failed, Stage } from './outcome.ts';
import type { SmtpClientParts, SmtpPeer, TlsPolicy } from './peer.ts';
import { SmtpSession } from './smtp-session.ts';
import { deferred, failed, networkFailure, notSmtp, refusal } from './status.ts';
import { handshake } from './tls.ts';

export type OpenResult =
  | {
      readonly kind: 'open';
      readonly session: SmtpSession;
      readonly parties: Parties;
      /** Why it is in clear, where the policy would have TLS if it could. */
      readonly tlsFailure: TlsFailure | undefined;
    }
  | {
      readonly kind: 'not-open';
      readonly outcome: Deferred | Failed;
      readonly dialogue: readonly DialogueEntry[];
      readonly parties: Parties;
    };

/** Who spoke with whom, as far as it came to it. */
export interface Parties {
  readonly localAddress: string;
  /** How the peer calls itself in its answer to EHLO. */
  readonly helo: string;
}

export type TlsFailure = Omit<Extract<Cause, { kind: 'tls' }>, 'kind'>;

/** Opens a session. `signal` ends the attempt, not the session that came of it. */
export async function openSession(
  peer: SmtpPeer,
  parts: SmtpClientParts,
  signal?: AbortSignal,
): Promise<OpenResult> {
  const start = parts.monotonic();
  const recorder = new DialogueRecorder(start, DIALOGUE_LIMITS, parts.observe);
  let opening = new Opening(peer, parts, recorder, start);
  let result = await opening.run(peer.tls, signal);
  let broken: TlsFailure | undefined;
  if (result.kind === 'tls-broken') {
    broken = result.failure;
    recorder.note(parts.monotonic(), 'TLS failed: connecting again to go on in clear');
    opening = new Opening(peer, parts, recorder, start);
    result = await opening.run('none', signal);
  }
  const { parties } = opening;
  if (result.kind === 'open') {
    return { ...result, parties, tlsFailure: broken ?? opening.tlsFailure };
  }
  if (result.kind === 'tls-broken') throw new Error('TLS failed where none was asked for');
  return { kind: 'not-open', outcome: result, dialogue: recorder.entries(), parties };
}

/** What a peer offers that knows only HELO. */
const HELO_ONLY: Extensions = {};

type RunResult = { readonly kind: 'open'; readonly session: SmtpSession } | Stop;

/** Why the opening stops; `tls-broken`: the policy allows to go on without TLS, on a new connection. */
type Stop = Deferred | Failed | { readonly kind: 'tls-broken'; readonly failure: TlsFailure };

class Opening {
  readonly #peer: SmtpPeer;
  readonly #parts: SmtpClientParts;
  readonly #recorder: DialogueRecorder;
  readonly #start: number;
  #offer: Extensions = HELO_ONLY;
  #greeting: Reply | undefined;
  #tls: TlsFacts | undefined;
  #secured: TLSSocket | undefined;
  #localAddress = '';
  #helo = '';
  /** Why the session goes on in clear though TLS was to be tried. */
  tlsFailure: TlsFailure | undefined;

  constructor(peer: SmtpPeer, parts: SmtpClientParts, recorder: DialogueRecorder, start: number) {
    this.#start = start;
    this.#peer = peer;
    this.#parts = parts;
    this.#recorder = recorder;
  }

  get parties(): Parties {
    return { localAddress: this.#localAddress, helo: this.#helo };
  }

  async run(policy: TlsPolicy, signal: AbortSignal | undefined): Promise<RunResult> {
    const { address, port, localAddress } = this.#peer;
    const { dialer, limits, monotonic } = this.#parts;
    const dialled = await dialer.dial({
      address,
      port,
      timeoutMs: limits.connectMs,
      ...(localAddress !== undefined && { localAddress }),
      ...(signal !== undefined && { signal }),
    });
    if (dialled.kind === 'network') {
      this.#recorder.note(
        monotonic(),
        `cannot connect to ${address} port ${port}: ${dialled.detail}`,
      );
      return networkFailure('connect', dialled);
    }
    const { socket } = dialled;
    this.#localAddress = socket.localAddress ?? '';
    const from = this.#localAddress === '' ? '' : ` from ${this.#localAddress}`;
    this.#recorder.note(monotonic(), `connected to ${address} port ${port}${from}`);
    const connection = new SmtpConnection(socket, this.#recorder, monotonic, limits.replyOctets);
    const onAbort = (): void => connection.close(ABORTED);
    signal?.addEventListener('abort', onAbort);
    try {
      const stop = await this.#talk(connection, policy);
      if (stop === undefined) return { kind: 'open', session: this.#session(connection) };
      this.#leave(connection, stop);
      return stop;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #session(connection: SmtpConnection): SmtpSession {
    return new SmtpSession({
      connection,
      limits: this.#parts.limits,
      newRecorder: () => new DialogueRecorder(this.#start, DIALOGUE_LIMITS, this.#parts.observe),
      dialogue: this.#recorder.entries(),
      greeting: this.#greeting!,
      offer: this.#offer,
      tls: this.#tls,
    });
  }

  async #talk(connection: SmtpConnection, policy: TlsPolicy): Promise<Stop | undefined> {
    const implicit = policy === 'implicit' || policy === 'implicit-unverified';
    const stop =
      (implicit ? await this.#secure(connection, policy) : undefined) ??
      (await this.#greet(connection)) ??
      (await this.#hello(connection)) ??
      (implicit || policy === 'none' ? undefined : await this.#startTls(connection, policy)) ??
      this.#requireTls();
    return stop ?? (await this.#authenticate(connection));
  }

  async #greet(connection: SmtpConnection): Promise<Stop | undefined> {
    const result = await connection.read(this.#parts.limits.greetingMs);
    this.#greeting = positive(result);
    return this.#greeting === undefined ? stopFor(result, 'greeting') : undefined;
  }

  async #hello(connection: SmtpConnection): Promise<Stop | undefined> {
    const { heloName } = this.#peer;
    const { helloMs } = this.#parts.limits;
    let result = await connection.ask(`EHLO ${heloName}`, helloMs);
    this.#offer = HELO_ONLY;
    const answer = positive(result);
    if (answer !== undefined) {
      this.#offer = parseEhlo(answer.lines);
      this.#helo = peerName(answer.lines[0] ?? '');
      return undefined;
    }
    if (result.kind !== 'reply' || result.reply.code < 500) return stopFor(result, 'ehlo');
    // RFC 5321 §3.2: a server that does not know EHLO
    result = await connection.ask(`HELO ${heloName}`, helloMs);
    return positive(result) === undefined ? stopFor(result, 'ehlo') : undefined;
  }

  async #startTls(connection: SmtpConnection, policy: TlsPolicy): Promise<Stop | undefined> {
    const mayGoClear = policy === 'opportunistic';
    if (this.#offer.startTls !== true) {
      const detail = 'the peer offers no STARTTLS';
      if (!mayGoClear) return tlsStop('4.7.4', 'not-offered', detail);
      this.tlsFailure = { reason: 'not-offered', detail };
      return undefined;
    }
    const result = await connection.ask('STARTTLS', this.#parts.limits.helloMs);
    if (positive(result) === undefined) {
      if (result.kind !== 'reply' || result.reply.code === 421) return stopFor(result, 'tls');
      if (!mayGoClear) return deferred('tls', '4.7.4', { kind: 'reply', reply: result.reply });
      connection.note('STARTTLS refused: going on in clear');
      this.tlsFailure = { reason: 'refused', detail: String(result.reply.code) };
      return undefined;
    }
    // RFC 3207 §4.2: what came in clear after this reply may be anybody's, and is believed by nobody.
    if (connection.unread) {
      connection.note('octets after the reply to STARTTLS: possibly injected');
      return tlsBroken(mayGoClear, 'injected', 'octets in clear after the reply to STARTTLS');
    }
    const stop = (await this.#secure(connection, policy)) ?? (await this.#hello(connection));
    if (stop === undefined || !mayGoClear || stop.kind === 'tls-broken') return stop;
    // With TLS 1.3 a peer that rejects the handshake shows it only after our side is done.
    return isLost(stop) ? tlsBroken(true, 'handshake', 'lost right after the handshake') : stop;
  }

  async #secure(connection: SmtpConnection, policy: TlsPolicy): Promise<Stop | undefined> {
    const { serverName, ca, dane } = this.#peer;
    const { limits, monotonic } = this.#parts;
    const result = await handshake(connection.releaseSocket(), {
      serverName,
      timeoutMs: limits.tlsMs,
      ...(ca !== undefined && { ca }),
      ...(dane !== undefined && { dane }),
    });
    if (result.kind === 'failed') {
      connection.hangUp();
      this.#recorder.note(monotonic(), `TLS handshake failed: ${result.detail}`);
      return tlsBroken(policy === 'opportunistic', 'handshake', result.detail);
    }
    connection.replaceSocket(result.socket);
    this.#tls = result.facts;
    this.#secured = result.socket;
    this.#recorder.tls(monotonic(), result.facts);
    const { peer } = result.facts;
    const mustBeProven = policy === 'verified' || policy === 'implicit' || dane !== undefined;
    if (mustBeProven && peer.kind === 'unverified') {
      return tlsStop('4.7.5', dane === undefined ? 'unverified' : 'tlsa', peer.reason);
    }
    return undefined;
  }

  /** RFC 8689 §4.2.1: another host may offer it. */
  #requireTls(): Stop | undefined {
    if (this.#peer.requireTls !== true || this.#offer.requireTls === true) return undefined;
    const detail = 'the author asks for TLS on the whole way';
    return failed('tls', '5.7.30', { kind: 'not-offered', extension: 'REQUIRETLS', detail });
  }

  async #authenticate(connection: SmtpConnection): Promise<Stop | undefined> {
    const { credentials, allowClearAuth } = this.#peer;
    if (credentials === undefined) return undefined;
    const socket = this.#secured;
    const certificate = socket?.getPeerX509Certificate()?.raw;
    return await authenticate(connection, {
      credentials,
      offered: this.#offer.auth ?? [],
      bindings: socket === undefined ? undefined : channelBindings(socket, 'client', certificate),
      allowClear: allowClearAuth === true,
      nonce: this.#parts.randomBytes(18),
      timeoutMs: this.#parts.limits.helloMs,
    });
  }

  /** Says QUIT where somebody listens who can understand it (RFC 5321 §3.1 asks for it after 554), and hangs up. */
  #leave(connection: SmtpConnection, stop: Stop): void {
    if (connection.end !== undefined) return;
    const listens = stop.kind !== 'tls-broken' && stop.stage !== 'tls';
    if (listens) connection.command('QUIT');
    connection.finish();
  }
}

function positive(result: ReadResult): Reply | undefined {
  return result.kind === 'reply' && isPositive(result.reply) ? result.reply : undefined;
}

function stopFor(result: ReadResult, stage: Stage): Deferred | Failed {
  if (result.kind === 'network') return networkFailure(stage, result);
  if (result.kind === 'not-smtp') return notSmtp(stage, result.reason, result.line);
  return refusal(result.reply, stage);
}

function isLost(stop: Deferred | Failed): boolean {
  return stop.cause.kind === 'network' && ['lost', 'error'].includes(stop.cause.reason);
}

function tlsStop(status: string, reason: TlsFailure['reason'], detail: string): Deferred {
  return deferred('tls', status, { kind: 'tls', reason, detail });
}

/** @param mayGoClear what the policy says of a session without TLS, on a new connection */
function tlsBroken(mayGoClear: boolean, reason: TlsFailure['reason'], detail: string): Stop {
  return mayGoClear
    ? { kind: 'tls-broken', failure: { reason, detail } }
    : tlsStop('4.7.5', reason, detail);
}

/** RFC 5321 §4.1.1.1: the first word of the answer to EHLO. */
function peerName(line: string): string {
  return /^[!-~]{1,255}/.exec(line)?.[0] ?? '';
}
