/** Whether the message goes in circles (RFC 5321 §6.3): by the number of its Received fields, and by our own Delivered-To in it. */
import { formatMailbox } from '#protocol/address/mailbox';
import { fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import type { Check } from '#mail/receive/inquiry/check';

/** A message that came past this many servers goes in circles. */
export const MAX_HOPS = 100;

export const loop: Check<'loop', 'end'> = {
  gather({ content: { head, header }, recipients }) {
    const hops = fieldsNamed(header, 'Received').length;
    const fields = fieldsNamed(header, 'Delivered-To');
    if (fields.length === 0) return { hops, deliveredBefore: [] };
    const before = new Set(fields.map((field) => fieldValue(head, field).toLowerCase()));
    const again = recipients.filter(({ mailbox }) =>
      before.has(formatMailbox(mailbox).toLowerCase()),
    );
    return { hops, deliveredBefore: again.map(({ id }) => id) };
  },

  outline: ({ hops, deliveredBefore }) => ({
    result: hops > MAX_HOPS || deliveredBefore.length > 0 ? 'fail' : 'pass',
    steps: [
      { step: 'hops-counted', rfc: 'RFC 5321 §6.3', hops, limit: MAX_HOPS },
      ...(deliveredBefore.length === 0
        ? []
        : [{ step: 'delivered-before', recipients: deliveredBefore.length }]),
    ],
  }),

  find: ({ hops, deliveredBefore }) => [
    ...(hops > MAX_HOPS ? [{ check: 'loop', reason: 'too-many-hops' } as const] : []),
    ...deliveredBefore.map(
      (recipientId) => ({ check: 'loop', reason: 'delivered-before', recipientId }) as const,
    ),
  ],
};
