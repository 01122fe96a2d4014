/** A request that was signed and believed (RFC 8555 §6.2), and what is answered to it. */
import type { z } from 'zod';
import type { Core } from '#lab/ca/core';
import type { PublicKey } from '#lab/ca/memory/jwk';
import type { Account } from '#lab/ca/memory/records';
import { malformed } from '#lab/ca/problem';
import { jsonIn, whatIn, type Jws } from './jws.ts';

export interface Asked {
  readonly core: Core;
  /** `https://` and the authority as it was asked. */
  readonly base: string;
  /** The part of the path that names a resource. */
  readonly id: string;
  readonly url: string;
  readonly jws: Jws;
  /** By which it is signed. */
  readonly key: PublicKey;
  /** Undefined where it is signed by a key that was sent along. */
  readonly account: Account | undefined;
  /** IP address of the client. */
  readonly from: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, but where it is a text. */
  readonly body?: object | string;
}

export type Answer = (asked: Asked) => Reply | Promise<Reply>;

/** For resources that only accounts ask for. */
export function accountOf({ account }: Asked): Account {
  if (account === undefined) throw malformed('the request must be signed by an account ("kid")');
  return account;
}

/** @throws AcmeProblem where the payload is not like that */
export function payloadOf<T>({ jws }: Asked, schema: z.ZodType<T>): T {
  const read = schema.safeParse(jsonIn(jws.payload, 'the payload'));
  if (read.success) return read.data;
  throw malformed(`the payload is not right: ${whatIn(read.error)}`);
}

/** POST-as-GET (§6.3). */
export function isGet({ jws }: Asked): boolean {
  return jws.payload.length === 0;
}

export function assertGet(asked: Asked): void {
  if (!isGet(asked)) throw malformed('this resource is only read: the payload must be empty');
}

export const urls = {
  account: (base: string, { id }: { readonly id: string }) => `${base}/account/${id}`,
  order: (base: string, { id }: { readonly id: string }) => `${base}/order/${id}`,
  authorization: (base: string, { id }: { readonly id: string }) => `${base}/authorization/${id}`,
  challenge: (base: string, token: string) => `${base}/challenge/${token}`,
  certificate: (base: string, serial: string) => `${base}/certificate/${serial}`,
} as const;
