/**
 * What the structure of a message is: a tree of parts with exact octet offsets, from which IMAP answers BODYSTRUCTURE
 * and every section without reading the message again (RFC 9051 §6.4.5, §7.5.2; RFC 2045, RFC 2046).
 * A text that comes out of a header raw is `Octets`: one character per octet, never a NUL, CR or LF.
 * Made by parse-structure.ts, stored by stored-structure.ts, read by section.ts, body-structure.ts, part-text.ts.
 */
/** One character (U+0001 to U+00FF) per octet; `octetsText` of charset.ts makes text of it. */
export type Octets = string;

/** The name in lower case; continuations of RFC 2231 §3 joined, an extended value as written under `name*`. */
export type Parameter = readonly [name: string, value: Octets];

export type Disposition = {
  /** Lower case: `inline`, `attachment`, or whatever stands there. */
  readonly type: string;
  readonly params: readonly Parameter[];
};

export type ContentFields = {
  /** Both in lower case; `text` and `plain` where the field is absent or names no type (RFC 2045 §5.2). */
  readonly type: string;
  readonly subtype: string;
  readonly params: readonly Parameter[];
  /** Content-Transfer-Encoding in lower case, `7bit` where it is absent. */
  readonly encoding: string;
  readonly disposition?: Disposition;
  readonly id?: Octets;
  readonly description?: Octets;
  readonly md5?: Octets;
  readonly language?: readonly Octets[];
  readonly location?: Octets;
};

/** A message, one part of a multipart, or the message in a message/rfc822 part. */
export type Part = ContentFields & {
  /** Offsets in the whole message. The header holds its empty line, and ends where the body starts. */
  readonly headerStart: number;
  readonly bodyStart: number;
  /** Before the line end that belongs to the boundary delimiter (RFC 2046 §5.1.1). */
  readonly bodyEnd: number;
  /** Line ends in the body. */
  readonly lines: number;
  /** The parts of a multipart, one at least; absent in every other part. */
  readonly children?: readonly Part[];
  /** The message in a message/rfc822 or message/global part whose octets can be read as they stand. */
  readonly message?: EmbeddedMessage;
};

/** A whole message: the one that is stored, or one in a part of it. */
export type EmbeddedMessage = { readonly envelope: Envelope; readonly part: Part };

/** The ENVELOPE of a message, as envelope.ts reads it: `null` stands for NIL, '' for a field that is there and empty. */
export type Envelope = {
  readonly date: Octets | null;
  readonly subject: Octets | null;
  readonly from: readonly EnvelopeAddress[];
  /** The very list of `from` where the field is absent or empty; so `replyTo`. */
  readonly sender: readonly EnvelopeAddress[];
  readonly replyTo: readonly EnvelopeAddress[];
  readonly to: readonly EnvelopeAddress[];
  readonly cc: readonly EnvelopeAddress[];
  readonly bcc: readonly EnvelopeAddress[];
  readonly inReplyTo: Octets | null;
  readonly messageId: Octets | null;
};

/**
 * An address structure. With host null it is a mark of group syntax: the start with the group's name as mailbox, or, with
 * mailbox null too, the end. An address without a domain has the host ''.
 */
export type EnvelopeAddress = readonly [
  name: Octets | null,
  adl: Octets | null,
  mailbox: Octets | null,
  host: Octets | null,
];
