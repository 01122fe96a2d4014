/** What the receiver hears (receiver.ts). */
import type { Command, MessageHead } from '#protocol/imap/command';

export type ReceiverEvent =
  | { readonly kind: 'command'; readonly tag: string; readonly command: Command }
  /** A literal of a command is awaited: say `+`. */
  | { readonly kind: 'continue' }
  /** APPEND or REPLACE brings a message: `takeMessage` or `refuseMessage` must follow. `first`: of its command. */
  | {
      readonly kind: 'message-begin';
      readonly tag: string;
      readonly command: Extract<Command, { verb: 'APPEND' | 'REPLACE' }>;
      readonly first: boolean;
      readonly head: MessageHead;
    }
  /** A piece of the message, never empty. */
  | { readonly kind: 'message-piece'; readonly bytes: Uint8Array }
  | { readonly kind: 'message-end' }
  /** The end of APPEND or REPLACE was no end: nothing of its messages may be kept. BAD. */
  | { readonly kind: 'message-error'; readonly tag: string; readonly text: string }
  /** A refused message, and the rest of its command, are gone. */
  | { readonly kind: 'refused'; readonly tag: string }
  /** DONE, or anything else, after `expectLine`. */
  | { readonly kind: 'line'; readonly line: Uint8Array }
  /** BAD, or NO where it has a response code; without a tag where none could be read. */
  | {
      readonly kind: 'error';
      readonly tag: string | undefined;
      readonly text: string;
      readonly code?: string | undefined;
    }
  /** A TLS handshake where a command was due. Last event. */
  | { readonly kind: 'tls-handshake' }
  /** A request of HTTP where a command was due. Last event: BYE and close. */
  | { readonly kind: 'http-request' }
  /** More was thrown away than the limit allows. Last event: BYE and close. */
  | { readonly kind: 'runaway' };
