/**
 * The DMARC aggregate report in a mail (RFC 9990 §3.5.2): XML, alone or by gzip, or in a ZIP as some still send it. A long one is read
 * piece by piece, so that others have their turn meanwhile.
 */
import { setImmediate } from 'node:timers/promises';
import { decodeUtf8, latin1 } from '#bytes';
import { DmarcReportReader } from '#protocol/dmarc-report/parse';
import type { DmarcAggregateReport } from '#protocol/dmarc-report/report';
import { eachPart } from '#protocol/message/body/each-part';
import { fileName } from '#protocol/message/body/file-name';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';
import { attachedFile, decompressed, type ReportFile } from './report-file.ts';

export type FoundDmarcReport =
  | { readonly kind: 'report'; readonly report: DmarcAggregateReport }
  | { readonly kind: 'none' }
  /** A part says that it is one. */
  | { readonly kind: 'broken'; readonly why: 'encoding' | 'compression' | 'content' };

/** Some milliseconds of work, whatever stands in it. */
const AT_ONCE = 16 * 1024;

export async function findDmarcReport(message: Uint8Array): Promise<FoundDmarcReport> {
  for (const part of eachPart(parseStructure(message).part)) {
    if (!mayBeReport(part)) continue;
    const attached = attachedFile(message, part);
    const file: ReportFile = attached.kind === 'file' ? decompressed(attached.bytes) : attached;
    return file.kind === 'file' ? readDmarcReport(file.bytes) : file;
  }
  return { kind: 'none' };
}

/** @param bytes decompressed, and of a bounded length */
export async function readDmarcReport(bytes: Uint8Array): Promise<FoundDmarcReport> {
  // older programs write what their systems have; names and numbers are ASCII in any of them
  const text = decodeUtf8(bytes) ?? latin1(bytes);
  const reader = new DmarcReportReader();
  for (let at = 0; at < text.length; at += AT_ONCE) {
    if (!reader.push(text.slice(at, at + AT_ONCE))) break;
    await setImmediate();
  }
  const report = reader.end();
  return report ? { kind: 'report', report } : { kind: 'broken', why: 'content' };
}

const NAMED = /\.(?:xml|xml\.gz|gz|zip)$/i;
const ARCHIVES = new Set(['gzip', 'x-gzip', 'zip', 'x-zip', 'x-zip-compressed', 'octet-stream']);

/** By its media type and its name: `receiver!domain!begin!end.xml.gz`. */
function mayBeReport(part: Part): boolean {
  const { type, subtype } = part;
  if (subtype === 'xml' && (type === 'text' || type === 'application')) return true;
  if (type !== 'application' || !ARCHIVES.has(subtype)) return false;
  return NAMED.test(fileName(part) ?? '') && !/\.json\.gz$/i.test(fileName(part) ?? '');
}
