/** What a check can come to. */

export const STATUSES = ['pass', 'warn', 'fail', 'skip', 'unknown'] as const;

/**
 * pass: as it should be · warn: works, and will hurt · fail: mail is lost, refused or in danger · skip: not needed here, with the reason ·
 * unknown: it could not be found out, which is never told as pass.
 */
export type Status = (typeof STATUSES)[number];
