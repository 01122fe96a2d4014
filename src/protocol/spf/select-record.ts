/** Which of the TXT records of a domain is its SPF record (RFC 7208 §4.5), and which look as if they were meant to be one. */
import { txtText, type RecordData } from '#protocol/dns/resolver';

export type Selected =
  | { readonly kind: 'record'; readonly text: string }
  | { readonly kind: 'none'; readonly nearMiss: string | undefined }
  | { readonly kind: 'several'; readonly count: number };

/** The version alone, or followed by a space; nothing before it. */
const RECORD = /^v=spf1(?: |$)/i;
/** With quotes or spaces before it, another version, another sign behind it: what people publish by mistake. */
const NEAR_MISS = /^[\s"'\\]{0,5}(?:v\s{0,5}[=:]\s{0,5})?spf[\s"';,:\d.]/i;
/** Characters that decide whether it is a record. */
const BEGINNING = 16;

export function selectRecord(records: readonly RecordData['TXT'][]): Selected {
  const found: string[] = [];
  let nearMiss: string | undefined;
  for (const record of records) {
    const text = txtText(record);
    if (RECORD.test(text)) found.push(text);
    else if (NEAR_MISS.test(text.slice(0, BEGINNING))) nearMiss ??= text;
  }
  if (found.length > 1) return { kind: 'several', count: found.length };
  const [text] = found;
  return text === undefined ? { kind: 'none', nearMiss } : { kind: 'record', text };
}
