/** A promise of the mailbox contract (`contract.ts`), and how it asks whether something is refused. */
import assert from 'node:assert/strict';
import { Refusal, type Feature, type MailDriver } from './driver.ts';

/** By what they do; the value does it, on an account that is as new. */
export type Behaviours = Readonly<Record<string, Behaviour>>;

export type Behaviour =
  | ((driver: MailDriver) => Promise<void>)
  | { readonly needs: Feature | 'limited'; readonly run: (driver: MailDriver) => Promise<void> };

/** That the server refuses, for this reason where one is given. */
export async function refused(work: Promise<unknown>, kind?: Refusal['kind']): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    if (kind !== undefined) assert.equal(error.kind, kind, error.message);
    return true;
  });
}
