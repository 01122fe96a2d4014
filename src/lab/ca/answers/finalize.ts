/** The end of an order (RFC 8555 §7.4): the request is looked at, CAA once more, and the certificate is made. */
import { z } from 'zod';
import type { Core } from '#lab/ca/core';
import { readCertificateRequest } from '#lab/ca/issue/read-request';
import { CA_LIMITS } from '#lab/ca/limits';
import type { Order } from '#lab/ca/memory/records';
import { AcmeProblem, problemDocument } from '#lab/ca/problem';
import { assertMayIssue } from '#lab/ca/proofs/validate';
import { validationOf } from './authorization.ts';
import { payloadOf, urls, type Asked, type Reply } from './exchange.ts';
import { ownOrder } from './order.ts';
import { orderView } from './views.ts';

const schema = z.object({ csr: z.string().regex(/^[\w-]+$/, 'is not base64url') });

export async function finalize(asked: Asked): Promise<Reply> {
  const { core, base } = asked;
  const order = ownOrder(asked);
  const { csr } = payloadOf(asked, schema);
  assertReady(order);
  const accountKey = order.account.key.key.export({ type: 'spki', format: 'der' });
  const publicKey = await readCertificateRequest(Buffer.from(csr, 'base64url'), {
    names: order.names,
    accountKey,
  });
  // another request may have come meanwhile
  assertReady(order);
  order.status = 'processing';
  try {
    await assertStillAllowed(core, order);
    await issue(core, order, publicKey);
  } catch (error) {
    const problem = error instanceof AcmeProblem ? error : broken(core, error);
    order.status = 'invalid';
    order.error = problemDocument(problem);
    const refused = { step: 'refused', word: problem.word, text: problem.message } as const;
    core.orders.tellOf(order)('RFC 8555 §6.7', refused);
    throw problem;
  }
  return {
    status: 200,
    headers: { location: urls.order(base, order) },
    body: orderView(base, order),
  };
}

function assertReady({ status }: Order): void {
  if (status === 'ready') return;
  throw new AcmeProblem(403, 'orderNotReady', `the order is ${status}, not ready`);
}

function broken({ log }: Core, error: unknown): AcmeProblem {
  log.error('lab.ca.issuance-broken', { error: (error as Error).message });
  return new AcmeProblem(500, 'serverInternal', 'the certificate could not be made');
}

/** RFC 8659 §4: at the time of issuance, not only when the name was proved. */
async function assertStillAllowed(core: Core, order: Order): Promise<void> {
  const signal = AbortSignal.any([
    core.stopping.signal,
    AbortSignal.timeout(CA_LIMITS.validationTime),
  ]);
  const validation = validationOf(core, order, signal);
  for (const one of order.authorizations) {
    const { type } = one.challenges.find(({ status }) => status === 'valid')!;
    await assertMayIssue(validation, one, type);
  }
}

async function issue(core: Core, order: Order, publicKey: Uint8Array): Promise<void> {
  const certificate = await core.issuance.forOrder(order, publicKey);
  const { serial, names, notAfter } = certificate;
  order.certificate = certificate;
  order.status = 'valid';
  if (order.replaces !== undefined) {
    const before = core.issuance.byRenewalId(order.replaces);
    if (before) before.replaced = true;
  }
  core.limits.countCertificate(names);
  const until = new Date(notAfter).toISOString();
  core.orders.tellOf(order)('RFC 8555 §7.4', { step: 'issued', serial, until });
  core.log.info('lab.ca.issued', { names, serial, until });
}
