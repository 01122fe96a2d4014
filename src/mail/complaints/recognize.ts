/**
 * Which of our messages a feedback report is about, and for whom it was: by what stands in the message that it gives back. What only its recipient can have
 * (the token of its way out, its reverse-path) proves itself; our id in Received tells which it was, and only its Message-ID that somebody had it. Pure.
 */
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { originalValues } from '#protocol/arf/find-feedback';
import type { FeedbackReport } from '#protocol/arf/report';
import { readVerp } from '#protocol/verp/verp';
import { parseMessageIds } from '#protocol/message/header/message-id';
import { openToken, type Subscription, type TokenKeys } from '#mail/unsubscribe/token';

export type Recognized =
  | ({ readonly by: 'token' } & Subscription)
  | { readonly by: 'reverse-path'; readonly messageId: string; readonly recipientId: number }
  | {
      readonly by: 'received';
      readonly messageId: string;
      /** Identifiers in Message-ID. Ours is made of the time and can be guessed; these cannot. */
      readonly identifiers: ReadonlySet<string>;
      /** Whom the report names, as `mailboxKey` has it. */
      readonly named: ReadonlySet<string>;
    };

export interface Recognizing {
  readonly keys: TokenKeys;
  /** Of reverse-paths. */
  readonly secrets: readonly Uint8Array[];
  readonly hostname: string;
}

export function recognize(
  report: FeedbackReport,
  original: Uint8Array | undefined,
  { keys, secrets, hostname }: Recognizing,
): Recognized | undefined {
  for (const token of tokensIn(originalValues(original, 'List-Unsubscribe'))) {
    const subscription = openToken(keys, token);
    if (subscription !== undefined) return { by: 'token', ...subscription };
  }
  const paths = [report.originalMailFrom, ...originalValues(original, 'Return-Path')];
  for (const path of paths.slice(0, MOST_PATHS)) {
    const mailbox = path === undefined ? undefined : parseMailbox(path.replace(/^<|>$/g, ''));
    const read = mailbox && readVerp(mailbox, secrets);
    if (read?.kind === 'recipient') {
      const { messageId, recipientId } = read;
      return { by: 'reverse-path', messageId, recipientId };
    }
  }
  const messageId = receivedId(originalValues(original, 'Received'), hostname);
  return messageId === undefined
    ? undefined
    : {
        by: 'received',
        messageId,
        identifiers: new Set(originalValues(original, 'Message-ID').flatMap(identifiersIn)),
        named: namedIn(report, original),
      };
}

function identifiersIn(value: string): string[] {
  return parseMessageIds(value, MOST_IDENTIFIERS);
}

const MOST_IDENTIFIERS = 5;
const MOST_TOKENS = 10;
const MOST_PATHS = 5;

function tokensIn(values: readonly string[]): string[] {
  return values
    .flatMap((value) => [...value.matchAll(/(?:\/u\/|subject=)([A-Za-z0-9_-]{40,700})/g)])
    .slice(0, MOST_TOKENS)
    .map(([, token]) => token!);
}

/** The id in a Received field that this host writes. */
function receivedId(values: readonly string[], hostname: string): string | undefined {
  for (const value of values) {
    const by = /\bby[ \t]+([A-Za-z0-9.-]{1,253})/i.exec(value)?.[1];
    const id = /\bid[ \t]+([0-9a-z]{13})(?![0-9A-Za-z])/i.exec(value)?.[1];
    if (by?.toLowerCase() === hostname && id !== undefined) return id.toLowerCase();
  }
  return undefined;
}

function namedIn(report: FeedbackReport, original: Uint8Array | undefined): ReadonlySet<string> {
  const named = [
    ...report.originalRcptTo,
    ...originalValues(original, 'X-HmXmrOriginalRecipient'),
    ...originalValues(original, 'Delivered-To'),
  ];
  return new Set(
    named.flatMap((address) => {
      const mailbox = parseMailbox(address.replace(/^<|>$/g, ''));
      return mailbox === undefined ? [] : [mailboxKey(mailbox)];
    }),
  );
}
