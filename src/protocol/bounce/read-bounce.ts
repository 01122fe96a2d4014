/**
 * Reads a notice of failure that another server sent: a report by RFC 3464 or RFC 6533, or what servers write that know neither. Bounded: looks
 * at some parts and lines of what it is given, whatever a stranger made of it. Pure. Called by mail/bounces, which knows from the address
 * who it is about.
 */
import { decodeUtf8Lossy } from '#bytes';
import type { Action, RecipientStatus } from '#protocol/dsn/delivery-status';
import { parseDeliveryStatus } from '#protocol/dsn/parse-status';
import { decodeBody } from '#protocol/message/body/decode-body';
import { eachPart } from '#protocol/message/body/each-part';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';
import { failureInText, mildest } from './bounce-text.ts';
import { classifyBounce, type Classified, type Failure } from './reasons.ts';

export interface BounceReport extends Failure, Classified {
  /** A machine-readable report, or prose. */
  readonly form: 'report' | 'text';
}

export type ReadBounce =
  | { readonly kind: 'failed'; readonly report: BounceReport }
  /** It is still tried, or it arrived somewhere: no failure. */
  | { readonly kind: 'no-failure'; readonly action: Exclude<Action, 'failed'> }
  /** A reader complained (RFC 5965). */
  | { readonly kind: 'complaint' }
  /** Somebody, or a program, answered (RFC 3834). */
  | { readonly kind: 'auto-reply' }
  /** Nothing in it is understood. */
  | { readonly kind: 'unclear' };

/** Larger notices bring back what was sent, which stands at their end. */
export const MAX_BOUNCE = 256 * 1024;
const MAX_PARTS = 50;

/** @param message whole, or its first {@link MAX_BOUNCE} octets */
export function readBounce(message: Uint8Array): ReadBounce {
  const bytes = message.subarray(0, MAX_BOUNCE);
  const { text, status, isComplaint } = partsOf(bytes);
  if (isComplaint) return { kind: 'complaint' };
  const said = failureInText(text === undefined ? '' : textOf(bytes, text));
  const read = status && fromStatus(contentOf(bytes, status), said);
  if (read !== undefined) return read;
  if (said !== undefined) return failed(said, 'text');
  return isAutoReply(bytes) ? { kind: 'auto-reply' } : { kind: 'unclear' };
}

interface BounceParts {
  readonly text: Part | undefined;
  readonly status: Part | undefined;
  readonly isComplaint: boolean;
}

/** What a notice brings back is not looked into. */
function partsOf(bytes: Uint8Array): BounceParts {
  const { part: root } = parseStructure(bytes);
  let text: Part | undefined;
  let status: Part | undefined;
  let isComplaint = false;
  let count = 0;
  for (const part of eachPart(
    root,
    ({ type, subtype }) => type !== 'message' || SEEN.has(subtype),
  )) {
    if (++count > MAX_PARTS) break;
    if (part.type === 'text') text ??= part;
    if (part.type === 'message' && STATUS_TYPES.has(part.subtype)) status ??= part;
    if (part.type === 'message' && part.subtype === 'feedback-report') isComplaint = true;
  }
  return { text, status, isComplaint };
}

/** RFC 3464 §2, RFC 6533 §5 */
const STATUS_TYPES = new Set(['delivery-status', 'global-delivery-status']);
const SEEN = new Set([...STATUS_TYPES, 'feedback-report']);

/** The address failed where nobody behind it got the message: one that leads to several may have failed for some of them. */
function fromStatus(
  body: Uint8Array | undefined,
  said: Failure | undefined,
): ReadBounce | undefined {
  const parsed = body && parseDeliveryStatus(body);
  if (parsed?.kind !== 'report') return undefined;
  const { recipients } = parsed.report;
  const other = recipients.find(({ action }) => action !== 'failed');
  if (other !== undefined)
    return { kind: 'no-failure', action: other.action as Exclude<Action, 'failed'> };
  return failed(mildest(recipients.map((recipient) => failureOf(recipient, said))), 'report');
}

function failed(failure: Failure, form: BounceReport['form']): ReadBounce {
  return { kind: 'failed', report: { ...failure, ...classifyBounce(failure), form } };
}

/** The reply in Diagnostic-Code is the word of who refused; Status may be what another made of it. Prose says more where both say little. */
function failureOf(
  { status, diagnosticCode }: RecipientStatus,
  prose: Failure | undefined,
): Failure {
  const diagnostic = diagnosticCode?.value ?? '';
  const reply = failureInText(diagnostic);
  const exact = [reply?.status, status].find((one) => one !== undefined && !one.endsWith('.0.0'));
  const afterContent = prose?.afterContent ?? false;
  if (exact === undefined && diagnostic === '' && prose !== undefined)
    return { ...prose, status: prose.status ?? status };
  const text = diagnostic.slice(0, MAX_TEXT);
  return { status: exact ?? status, code: reply?.code, text, afterContent };
}

const MAX_TEXT = 1000;

function contentOf(bytes: Uint8Array, part: Part): Uint8Array | undefined {
  return decodeBody(bytes.subarray(part.bodyStart, part.bodyEnd), part.encoding);
}

function textOf(bytes: Uint8Array, part: Part): string {
  return decodeUtf8Lossy(contentOf(bytes, part) ?? new Uint8Array(0));
}

/** RFC 3834 §5, and what was written before it. */
function isAutoReply(bytes: Uint8Array): boolean {
  const header = splitHeader(bytes);
  const said = (name: string): string =>
    fieldsNamed(header, name)
      .map((field) => fieldValue(bytes, field).trim().toLowerCase())
      .join();
  return said('Auto-Submitted').startsWith('auto-replied') || said('X-Autoreply') !== '';
}
