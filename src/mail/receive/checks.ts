/** The checks of reception after DATA or BDAT, in the order they run. Each is (context) → findings. */
import { formatMailbox } from '#protocol/address/mailbox';
import { fieldsNamed, fieldValue } from '#protocol/message/fields';
import type { Client, Envelope } from './envelope.ts';
import type { Finding } from './findings.ts';
import type { Content } from './intake.ts';
import type { LocalRecipient } from './recipient.ts';

export interface CheckContext {
  readonly client: Client;
  readonly envelope: Envelope;
  readonly recipients: readonly LocalRecipient[];
  readonly content: Content;
}

export type Check = (context: CheckContext) => readonly Finding[] | Promise<readonly Finding[]>;

/** RFC 5321 §6.3: a message that came past this many servers goes in circles. */
export const MAX_HOPS = 100;

const hops: Check = ({ content }) =>
  fieldsNamed(content.header, 'Received').length > MAX_HOPS
    ? [{ check: 'hops', reason: 'too-many-hops', wish: 'reject', recipientId: undefined }]
    : [];

const deliveredBefore: Check = ({ content, recipients }) => {
  const fields = fieldsNamed(content.header, 'Delivered-To');
  if (fields.length === 0) return [];
  const before = new Set(fields.map((field) => fieldValue(content.head, field).toLowerCase()));
  return recipients
    .filter(({ mailbox }) => before.has(formatMailbox(mailbox).toLowerCase()))
    .map(({ id }) => ({
      check: 'loop',
      reason: 'delivered-before',
      wish: 'reject',
      recipientId: id,
    }));
};

export const CHECKS: readonly Check[] = [hops, deliveredBefore];

export async function runChecks(context: CheckContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    const found = check(context);
    findings.push(...(found instanceof Promise ? await found : found));
  }
  return findings;
}
