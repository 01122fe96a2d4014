/**
 * One SMTP dialogue, a command at a time, so that each line can be read and explained before the next. Unlike the queue's client it
 * pipelines nothing and may stop after any stage.
 */
import type { LookupAddress } from 'node:dns';
import type { TLSSocket } from 'node:tls';
import { authenticate } from '#clients/smtp/auth';
import { SmtpConnection, type ReadResult } from '#clients/smtp/connection';
import type { Dialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import type { Cause } from '#clients/smtp/outcome';
import { handshake } from '#clients/smtp/tls';
import { channelBindings } from '#protocol/sasl/channel-binding';
import type { ClientCredentials } from '#protocol/sasl/client-step';
import type { DialogueRecorder } from '#protocol/smtp/dialogue';
import { DotStuffer } from '#protocol/smtp/dot-stuffing';
import { parseEhlo, type Extensions } from '#protocol/smtp/ehlo';
import { isPositive, replyClass, replyText, type Reply } from '#protocol/smtp/reply';

export const STAGES = ['connect', 'ehlo', 'tls', 'auth', 'mail', 'rcpt', 'data'] as const;
export type ProbeStage = (typeof STAGES)[number];

export const TLS_CHOICES = ['none', 'opportunistic', 'required', 'verified', 'implicit'] as const;
export type ProbeTls = (typeof TLS_CHOICES)[number];

export interface ProbePlan {
  readonly host: string;
  readonly address: LookupAddress;
  readonly port: number;
  readonly tls: ProbeTls;
  readonly helo: string;
  readonly credentials: ClientCredentials | undefined;
  /** Parameters and all: `FROM:<a@example.test> SIZE=100`. */
  readonly mail: string | undefined;
  readonly recipients: readonly string[];
  readonly content: Uint8Array;
  readonly quitAfter: ProbeStage;
  /** For each answer. Milliseconds. */
  readonly timeout: number;
}

export interface ProbeParts {
  readonly dialer: Dialer;
  /** Roots to trust instead of the system's, PEM. */
  readonly ca?: readonly string[] | undefined;
  readonly recorder: DialogueRecorder;
  readonly monotonic: () => number;
  readonly randomBytes: (octets: number) => Uint8Array;
}

export type ProbeResult =
  | { readonly kind: 'well'; readonly stage: ProbeStage }
  | { readonly kind: 'unwell'; readonly stage: ProbeStage; readonly reason: string };

export async function runProbe(plan: ProbePlan, parts: ProbeParts): Promise<ProbeResult> {
  const { address, port, timeout } = plan;
  const { dialer, recorder, monotonic } = parts;
  const dialled = await dialer.dial({ address: address.address, port, timeoutMs: timeout });
  if (dialled.kind === 'network') {
    recorder.note(monotonic(), `cannot connect to ${address.address} port ${port}`);
    return { kind: 'unwell', stage: 'connect', reason: dialled.detail };
  }
  recorder.note(monotonic(), `connected to ${address.address} port ${port}`);
  const { replyOctets } = SMTP_CLIENT_LIMITS;
  const connection = new SmtpConnection(dialled.socket, recorder, monotonic, replyOctets);
  return new Probe(plan, parts, connection).run();
}

/** Why a stage ended the probe; undefined: it went well. */
type Trouble = string | undefined;

class Probe {
  readonly #plan: ProbePlan;
  readonly #parts: ProbeParts;
  readonly #connection: SmtpConnection;
  #offer: Extensions = {};
  #secured: TLSSocket | undefined;

  constructor(plan: ProbePlan, parts: ProbeParts, connection: SmtpConnection) {
    this.#plan = plan;
    this.#parts = parts;
    this.#connection = connection;
  }

  async run(): Promise<ProbeResult> {
    const steps: Record<ProbeStage, () => Promise<Trouble>> = {
      connect: () => this.#greet(),
      ehlo: () => this.#hello(),
      tls: () => this.#startTls(),
      auth: () => this.#authenticate(),
      mail: () => this.#mail(),
      rcpt: () => this.#recipients(),
      data: () => this.#data(),
    };
    let result: ProbeResult = { kind: 'well', stage: 'connect' };
    for (const stage of STAGES) {
      const reason = await steps[stage]();
      result = reason === undefined ? { kind: 'well', stage } : { kind: 'unwell', stage, reason };
      if (reason !== undefined || stage === this.#plan.quitAfter) break;
    }
    await this.#quit();
    return result;
  }

  async #greet(): Promise<Trouble> {
    if (this.#plan.tls === 'implicit') {
      const trouble = await this.#secure();
      if (trouble !== undefined) return trouble;
    }
    return troubleOf(await this.#connection.read(this.#plan.timeout));
  }

  async #hello(): Promise<Trouble> {
    const { helo } = this.#plan;
    const result = await this.#ask(`EHLO ${helo}`);
    if (result.kind === 'reply' && isPositive(result.reply)) {
      this.#offer = parseEhlo(result.reply.lines);
      return undefined;
    }
    this.#offer = {};
    // RFC 5321 §3.2: a server that does not know EHLO
    const isUnknown = result.kind === 'reply' && [500, 502].includes(result.reply.code);
    return troubleOf(isUnknown ? await this.#ask(`HELO ${helo}`) : result);
  }

  async #startTls(): Promise<Trouble> {
    const { tls } = this.#plan;
    if (tls === 'none' || tls === 'implicit') return undefined;
    if (this.#offer.startTls !== true) {
      return tls === 'opportunistic' ? undefined : 'the server does not offer STARTTLS';
    }
    const trouble = troubleOf(await this.#ask('STARTTLS'));
    if (trouble !== undefined) return trouble;
    // RFC 3207 §4.2: what came in clear after this reply may be anybody's
    if (this.#connection.unread) return 'octets in clear came after the reply to STARTTLS';
    return (await this.#secure()) ?? (await this.#hello());
  }

  async #secure(): Promise<Trouble> {
    const { host, tls, timeout } = this.#plan;
    const { recorder, monotonic, ca } = this.#parts;
    const released = this.#connection.releaseSocket();
    const result = await handshake(released, {
      serverName: host,
      timeoutMs: timeout,
      ...(ca && { ca }),
    });
    if (result.kind === 'failed') {
      this.#connection.hangUp();
      return `the TLS handshake failed: ${result.detail}`;
    }
    this.#connection.replaceSocket(result.socket);
    this.#secured = result.socket;
    recorder.tls(monotonic(), result.facts);
    const { peer } = result.facts;
    return tls === 'verified' && peer.kind === 'unverified'
      ? `the certificate is not proven: ${peer.reason}`
      : undefined;
  }

  async #authenticate(): Promise<Trouble> {
    const { credentials, address, timeout } = this.#plan;
    if (credentials === undefined) return undefined;
    const socket = this.#secured;
    const certificate = socket?.getPeerX509Certificate()?.raw;
    const refused = await authenticate(this.#connection, {
      credentials,
      offered: this.#offer.auth ?? [],
      bindings: socket === undefined ? undefined : channelBindings(socket, 'client', certificate),
      allowClear: address.address === '::1' || address.address.startsWith('127.'),
      nonce: this.#parts.randomBytes(18),
      timeoutMs: timeout,
    });
    return refused && causeText(refused.cause);
  }

  async #mail(): Promise<Trouble> {
    const { mail } = this.#plan;
    return mail === undefined ? undefined : troubleOf(await this.#ask(`MAIL ${mail}`));
  }

  /** Every recipient is asked for, so that all answers are seen; one that is taken is enough to go on. */
  async #recipients(): Promise<Trouble> {
    let trouble: Trouble = 'no recipient was given';
    let isTaken = false;
    for (const recipient of this.#plan.recipients) {
      const refused = troubleOf(await this.#ask(`RCPT TO:<${recipient}>`));
      if (refused === undefined) isTaken = true;
      else trouble = refused;
      if (this.#connection.end !== undefined) return trouble;
    }
    return isTaken ? undefined : trouble;
  }

  async #data(): Promise<Trouble> {
    const result = await this.#ask('DATA');
    if (result.kind !== 'reply' || replyClass(result.reply.code) !== 'intermediate') {
      return troubleOf(result) ?? `the server did not ask for the content: ${textOf(result)}`;
    }
    const { content, timeout } = this.#plan;
    const stuffer = new DotStuffer();
    this.#connection.recordContent(content.length);
    this.#connection.write(stuffer.push(content));
    this.#connection.write(stuffer.end());
    return troubleOf(await this.#connection.read(timeout));
  }

  async #quit(): Promise<void> {
    if (this.#connection.end === undefined) {
      await this.#connection.ask('QUIT', SMTP_CLIENT_LIMITS.quitMs);
    }
    this.#connection.finish();
  }

  #ask(line: string): Promise<ReadResult> {
    return this.#connection.ask(line, this.#plan.timeout);
  }
}

function troubleOf(result: ReadResult): Trouble {
  return result.kind === 'reply' && isPositive(result.reply) ? undefined : textOf(result);
}

function textOf(result: ReadResult): string {
  return result.kind === 'reply' ? replyOf(result.reply) : causeText(result);
}

function replyOf(reply: Reply): string {
  return `the server answers ${replyText(reply)}`;
}

function causeText(cause: Cause): string {
  if (cause.kind === 'reply') return replyOf(cause.reply);
  if (cause.kind === 'not-smtp') return `the server does not speak SMTP: ${cause.line}`;
  return cause.detail;
}
