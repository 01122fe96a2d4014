/** The TLS report in a mail (RFC 8460 §5.3). Pure but for the decompression. */
import { decodeUtf8 } from '#bytes';
import { eachPart } from '#protocol/message/body/each-part';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';
import { parseTlsReport, type TlsReport } from '#protocol/tlsrpt/report';
import { attachedFile, gunzipped } from './report-file.ts';

export type FoundReport =
  | { readonly kind: 'report'; readonly report: TlsReport }
  | { readonly kind: 'none' }
  /** A part says that it is one. */
  | { readonly kind: 'broken'; readonly why: 'encoding' | 'compression' | 'content' };

export function findTlsReport(message: Uint8Array): FoundReport {
  const { part: root } = parseStructure(message);
  for (const part of eachPart(root)) {
    const form = formOf(part);
    if (form !== undefined) return readReport(message, part, form);
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

function readReport(message: Uint8Array, part: Part, form: 'gzip' | 'json'): FoundReport {
  const attached = attachedFile(message, part);
  if (attached.kind === 'broken') return attached;
  const json = form === 'gzip' ? gunzipped(attached.bytes) : attached;
  if (json.kind === 'broken') return json;
  const report = parseTlsReport(decodeUtf8(json.bytes) ?? '');
  return report ? { kind: 'report', report } : { kind: 'broken', why: 'content' };
}
