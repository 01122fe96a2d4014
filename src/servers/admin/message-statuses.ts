/** How a recipient of a message stands, as `message find` names it. Loads nothing: the command line offers these words. */

export const MESSAGE_STATUSES = [
  'delivered',
  'handed-on',
  'sent-on',
  'waiting',
  'held',
  'failed',
  'expired',
  'removed',
  'suppressed',
  'bounced',
  'dropped',
  'refused',
  'unknown',
] as const;

export type MessageStatus = (typeof MESSAGE_STATUSES)[number];
