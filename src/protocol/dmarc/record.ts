/**
 * The DMARC Policy Record (RFC 9989 §4.7, §4.8), read as a receiver must: only the version makes a text a record; whatever
 * else is wrong falls back to its default and leaves a remark, so that whoever published it can be told. Records
 * written for RFC 7489 are read too: their `pct`, `rf`, `ri` and sizes mean nothing any more.
 * Text is one character per octet. Time is linear; what is kept is bounded.
 *
 * Readings where the RFC is silent or says two things. Names of tags are compared without case, as RFC 7489 had them. A known
 * tag that stands twice has no valid value (§4.8 «syntax errors … discarded in favor of default values»), so that one slip
 * does not hide the record from the tree walk, as the whole rule of RFC 6376 §3.2 would.
 */
import { parseReportUris, type ReportUri } from './report-uri.ts';

/** Domain Owner Assessment Policy. */
export type Policy = 'none' | 'quarantine' | 'reject';

/** `r` relaxed, `s` strict. */
export type AlignmentMode = 'r' | 's';

/** `y`: at a public suffix; `n`: at an Organizational Domain; `u`: the tree walk decides. */
export type Psd = 'y' | 'n' | 'u';

export interface DmarcRecord {
  /** Undefined where the tag is absent or has no valid value: see `policiesOf` in policy.ts. */
  readonly p: Policy | undefined;
  readonly sp: Policy | undefined;
  readonly np: Policy | undefined;
  readonly adkim: AlignmentMode;
  readonly aspf: AlignmentMode;
  readonly psd: Psd;
  /** Test mode. */
  readonly t: 'y' | 'n';
  readonly rua: readonly ReportUri[];
  readonly ruf: readonly ReportUri[];
  /** `0`, `1`, `d`, `s`; what stands here without `ruf` means nothing. */
  readonly fo: readonly string[];
  /** Known tags that stand there without a valid value. */
  readonly invalid: readonly DmarcTag[];
  readonly remarks: readonly RecordRemark[];
}

export type DmarcTag = (typeof TAG_NAMES)[number];

/**
 * bad-value: no valid value, the default holds · repeated: the tag stands more than once, the default holds ·
 * bad-uri: one address of the list is no URI · size: the obsolete `!10m` · too-many-uris: the rest is left out ·
 * removed: a tag of RFC 7489 that means nothing any more · unknown · no-tag: text without `=` · upper-case: the name of a
 * tag is not in lower case, which not everybody reads · fo-without-ruf.
 */
export type RemarkKind =
  | 'bad-value'
  | 'repeated'
  | 'bad-uri'
  | 'size'
  | 'too-many-uris'
  | 'removed'
  | 'unknown'
  | 'no-tag'
  | 'upper-case'
  | 'fo-without-ruf';

export interface RecordRemark {
  readonly kind: RemarkKind;
  /** As the record has it; '' for `no-tag`. A stranger's text, at most 80 characters. */
  readonly tag: string;
  readonly value: string;
}

/** §4.7: the first tag, its value to the letter; the name by its ABNF in any case. */
const VERSION = /^[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/;
const REMOVED = new Set(['pct', 'rf', 'ri']);
const MAX_REMARKS = 30;
const MAX_SHOWN = 80;

/** Whether a TXT record is one of DMARC at all; others are discarded before records are counted (§4.10). */
export function isDmarcRecord(text: string): boolean {
  return VERSION.test(text);
}

/** Reads a record; undefined where the text is none. */
export function parseRecord(text: string): DmarcRecord | undefined {
  const version = VERSION.exec(text);
  if (!version) return undefined;
  const remarks: RecordRemark[] = [];
  const remark = (kind: RemarkKind, tag: string, value = ''): void => {
    if (remarks.length >= MAX_REMARKS) return;
    remarks.push({ kind, tag: tag.slice(0, MAX_SHOWN), value: value.slice(0, MAX_SHOWN) });
  };
  const { values, repeated } = readTags(text.slice(version[0].length), remark);
  const invalid: DmarcTag[] = [...repeated];
  const one = <T extends string>(tag: DmarcTag, valid: readonly T[]): T | undefined => {
    const value = values.get(tag);
    if (value === undefined) return undefined;
    // literals of ABNF have no case (RFC 5234 §2.3)
    const found = valid.find((each) => each === value.toLowerCase());
    if (found === undefined) {
      remark('bad-value', tag, value);
      invalid.push(tag);
    }
    return found;
  };
  const uris = (tag: 'rua' | 'ruf'): readonly ReportUri[] => {
    const value = values.get(tag);
    if (value === undefined) return [];
    const read = parseReportUris(value, (kind, uri) => remark(kind, tag, uri));
    if (read.length === 0) invalid.push(tag);
    return read;
  };
  const record = {
    p: one('p', POLICIES),
    sp: one('sp', POLICIES),
    np: one('np', POLICIES),
    adkim: one('adkim', MODES) ?? 'r',
    aspf: one('aspf', MODES) ?? 'r',
    psd: one('psd', PSD) ?? 'u',
    t: one('t', YES_NO) ?? 'n',
    rua: uris('rua'),
    ruf: uris('ruf'),
    fo: readFailureOptions(values.get('fo'), remark),
  };
  if (values.has('fo') && !values.has('ruf')) remark('fo-without-ruf', 'fo', values.get('fo'));
  return { ...record, invalid, remarks };
}

const POLICIES = ['none', 'quarantine', 'reject'] as const;
const MODES = ['r', 's'] as const;
const PSD = ['y', 'n', 'u'] as const;
const YES_NO = ['y', 'n'] as const;
const TAG_NAMES = ['p', 'sp', 'np', 'adkim', 'aspf', 'psd', 't', 'rua', 'ruf', 'fo'] as const;
const TAGS = new Set<string>(TAG_NAMES);

type Remark = (kind: RemarkKind, tag: string, value?: string) => void;

/** The known tags that stand once, with their values, and those that stand more often. */
function readTags(
  text: string,
  remark: Remark,
): { values: ReadonlyMap<DmarcTag, string>; repeated: ReadonlySet<DmarcTag> } {
  const values = new Map<DmarcTag, string>();
  const repeated = new Set<DmarcTag>();
  for (const part of text.split(';')) {
    const trimmed = trimWsp(part);
    if (trimmed === '') continue;
    const equals = trimmed.indexOf('=');
    const name = equals < 0 ? '' : trimWsp(trimmed.slice(0, equals));
    if (name === '') {
      remark('no-tag', '', trimmed);
      continue;
    }
    const value = trimWsp(trimmed.slice(equals + 1));
    const tag = name.toLowerCase();
    if (!isTag(tag)) {
      remark(REMOVED.has(tag) ? 'removed' : 'unknown', name, value);
    } else if (values.has(tag) || repeated.has(tag)) {
      remark('repeated', name, value);
      values.delete(tag);
      repeated.add(tag);
    } else {
      if (tag !== name) remark('upper-case', name, value);
      values.set(tag, value);
    }
  }
  return { values, repeated };
}

function isTag(name: string): name is DmarcTag {
  return TAGS.has(name);
}

/** dmarc-fo: `0` and `1` exclude each other, each option stands once. */
function readFailureOptions(value: string | undefined, remark: Remark): readonly string[] {
  if (value === undefined) return ['0'];
  const options = value.split(':', 5).map((option) => trimWsp(option).toLowerCase());
  const valid =
    options.every((option) => ['0', '1', 'd', 's'].includes(option)) &&
    new Set(options).size === options.length &&
    !(options.includes('0') && options.includes('1'));
  if (!valid) remark('bad-value', 'fo', value);
  return valid ? options : ['0'];
}

function trimWsp(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWsp(text, start)) start++;
  while (end > start && isWsp(text, end - 1)) end--;
  return text.slice(start, end);
}

function isWsp(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
