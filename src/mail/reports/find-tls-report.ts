/**
 * The TLS report in a mail (RFC 8460 §5.3), decompressed with a cap: what a stranger sends must not fill memory. Pure but for the
 * decompression.
 */
import { gunzipSync } from 'node:zlib';
import { decodeUtf8 } from '#bytes';
import { decodeBody } from '#protocol/message/decode-body';
import { eachPart } from '#protocol/message/each-part';
import { parseStructure } from '#protocol/message/parse-structure';
import type { Part } from '#protocol/message/structure';
import { parseTlsReport, type TlsReport } from '#protocol/tlsrpt/report';

/** Reports of the largest senders have some hundred kilobytes. */
const MAX_JSON = 8 * 1024 * 1024;

export type FoundReport =
  | { readonly kind: 'report'; readonly report: TlsReport }
  | { readonly kind: 'none' }
  /** A part says that it is one. */
  | { readonly kind: 'broken'; readonly why: 'encoding' | 'compression' | 'content' };

export function findTlsReport(message: Uint8Array): FoundReport {
  const { part: root } = parseStructure(message);
  for (const part of eachPart(root)) {
    const form = formOf(part);
    if (form !== undefined)
      return readReport(message.subarray(part.bodyStart, part.bodyEnd), part, form);
  }
  return { kind: 'none' };
}

/** RFC 8460 §5.3, §6.4 and §6.5; some send the file as any archive. */
function formOf({ type, subtype, params, disposition }: Part): 'gzip' | 'json' | undefined {
  const named = [...params, ...(disposition?.params ?? [])];
  const name = named.find(([key]) => key === 'name' || key === 'filename')?.[1] ?? '';
  if (type !== 'application') return undefined;
  if (subtype === 'tlsrpt+gzip') return 'gzip';
  if (subtype === 'tlsrpt+json') return 'json';
  return subtype.endsWith('gzip') && /\.json\.gz$/i.test(name) ? 'gzip' : undefined;
}

function readReport(body: Uint8Array, { encoding }: Part, form: 'gzip' | 'json'): FoundReport {
  const decoded = decodeBody(body, encoding);
  if (!decoded) return { kind: 'broken', why: 'encoding' };
  let json: Uint8Array;
  try {
    json = form === 'gzip' ? gunzipSync(decoded, { maxOutputLength: MAX_JSON }) : decoded;
  } catch {
    return { kind: 'broken', why: 'compression' };
  }
  const report = parseTlsReport(decodeUtf8(json) ?? '');
  return report ? { kind: 'report', report } : { kind: 'broken', why: 'content' };
}
