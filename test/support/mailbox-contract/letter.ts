/** Messages for the tests of mailboxes: a few fields, and a body as it is. */

export interface Letter {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly date?: string;
  readonly messageId?: string;
  /** More fields, whole lines. */
  readonly more?: readonly string[];
  readonly body?: string | Uint8Array;
}

export function letter(parts: Letter = {}): Buffer {
  const fields = [
    `From: ${parts.from ?? 'Ann <ann@sender.test>'}`,
    `To: ${parts.to ?? 'Bob <bob@example.test>'}`,
    `Subject: ${parts.subject ?? 'a letter'}`,
    `Date: ${parts.date ?? 'Tue, 14 Jan 2025 09:30:00 +0000'}`,
    ...(parts.messageId === undefined ? [] : [`Message-ID: ${parts.messageId}`]),
    ...(parts.more ?? []),
  ];
  const head = Buffer.from(fields.map((field) => `${field}\r\n`).join('') + '\r\n');
  return Buffer.concat([head, Buffer.from(parts.body ?? 'Dear Bob\r\n')]);
}
