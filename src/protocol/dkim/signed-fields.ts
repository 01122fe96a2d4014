/**
 * Which fields our signatures cover, and how often each is named in h= (RFC 6376 §5.4, §5.4.1).
 * Called by sign.ts.
 */
import type { Field } from '#protocol/message/header/fields';

/**
 * Named once more than they are present: one that is added later breaks the signature (RFC 6376
 * §8.15). They are what readers are shown, and what decides how the body is read.
 */
const OVERSIGNED = [
  'From',
  'To',
  'Cc',
  'Subject',
  'Date',
  'Message-ID',
  'Reply-To',
  'MIME-Version',
  'Content-Type',
] as const;

/**
 * Named as often as they are present: the recommendation of RFC 6376 §5.4.1, the one-click
 * unsubscription that must be signed (RFC 8058 §4), what tells how to decode the body, and the author's
 * other identities. Absent on purpose: trace fields, which grow on the way (Received, Return-Path), and Bcc.
 */
const SIGNED_WHEN_PRESENT = [
  'Sender',
  'In-Reply-To',
  'References',
  'Content-Transfer-Encoding',
  'List-Id',
  'List-Help',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
  'Resent-Date',
  'Resent-From',
  'Resent-Sender',
  'Resent-To',
  'Resent-Cc',
  'Resent-Message-ID',
  'Feedback-ID',
] as const;

const COUNTED = [
  ...OVERSIGNED.map((name) => ({ name, key: name.toLowerCase(), more: 1 })),
  ...SIGNED_WHEN_PRESENT.map((name) => ({ name, key: name.toLowerCase(), more: 0 })),
];

/** The names for h=, in a fixed order. */
export function fieldsToSign(fields: readonly Field[]): string[] {
  const present = new Map<string, number>();
  for (const { name } of fields) {
    const key = name.toLowerCase();
    present.set(key, (present.get(key) ?? 0) + 1);
  }
  const names: string[] = [];
  for (const { name, key, more } of COUNTED) {
    for (let times = (present.get(key) ?? 0) + more; times > 0; times--) names.push(name);
  }
  return names;
}
