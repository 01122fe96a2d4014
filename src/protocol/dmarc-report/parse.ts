/**
 * Reads a report of RFC 9990 or RFC 7489 piece by piece, so that who reads a long one can let others have their turn. Tolerant: elements in
 * any order and namespace, values in any case, broken XML as far as it goes. A document type is refused: no report has one, and its entities
 * are how XML becomes a bomb. Pure. Whoever calls bounds the length; what is kept of it is bounded here.
 */
import { SaxesParser } from 'saxes';
import { formatIp, parseIp } from '#protocol/address/ip-address';
import {
  DISPOSITIONS,
  type DkimResult,
  type DmarcAggregateReport,
  type OverrideReason,
  type ReportedRow,
  type SpfResult,
} from './report.ts';

/** What is longer is cut, since the rest of it still says something. */
const MOST = { rows: 10_000, listed: 100, reasons: 10, characters: 500 } as const;
/** A broken place costs more than a sound one. */
const MOST_FAULTS = 100;
const HOPELESS = new Error('more faults than are worth it');
/** Characters between two looks at whether the rest is worth it. */
const PIECE = 16 * 1024;
/** `feedback` to `reason/type` is six deep. */
const DEEPEST = 32;
/** Seconds: the end of the year 9999. */
const LAST_SECOND = 253_402_300_799;
/** Line ends within a value too: none has several lines. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** What is looked at, below `feedback`; all else is passed over, with everything in it. */
const ELEMENTS: ReadonlySet<string> = new Set(
  [
    [
      'report_metadata',
      'org_name',
      'email',
      'extra_contact_info',
      'report_id',
      'error',
      'generator',
    ],
    ['report_metadata/date_range', 'begin', 'end'],
    [
      'policy_published',
      'domain',
      'discovery_method',
      'p',
      'sp',
      'np',
      'fo',
      'adkim',
      'aspf',
      'testing',
    ],
    ['record/row', 'source_ip', 'count'],
    ['record/row/policy_evaluated', 'disposition', 'dkim', 'spf'],
    ['record/row/policy_evaluated/reason', 'type', 'comment'],
    ['record/identifiers', 'header_from', 'envelope_from', 'envelope_to'],
    ['record/auth_results/dkim', 'domain', 'selector', 'result'],
    ['record/auth_results/spf', 'domain', 'scope', 'result'],
    ['record/auth_results'],
    ['record'],
  ].flatMap(([parent, ...children]) =>
    [parent!].concat(children.map((name) => `${parent}/${name}`)),
  ),
);
/** Their children are of one part of a row, of which there may be several. */
const REASON = 'record/row/policy_evaluated/reason';
const DKIM = 'record/auth_results/dkim';
const SPF = 'record/auth_results/spf';

/** Texts by the path of their element, the first of each. */
type Texts = Map<string, string>;

interface Draft {
  readonly texts: Texts;
  readonly reasons: OverrideReason[];
  readonly dkim: DkimResult[];
  readonly spf: SpfResult[];
}

export class DmarcReportReader {
  readonly #xml = new SaxesParser({ xmlns: false, position: false });
  /** Of each element that is open, its path below `feedback`; undefined where it is passed over. */
  readonly #path: (string | undefined)[] = [];
  /** Of the element that is open. */
  #text = '';
  readonly #report: Texts = new Map();
  readonly #errors: string[] = [];
  readonly #rows: ReportedRow[] = [];
  #draft = newDraft();
  /** Of a reason or a result. */
  #part: Texts = new Map();
  #isRefused = false;
  #faults = 0;

  constructor() {
    this.#xml.on('error', () => {
      if (++this.#faults > MOST_FAULTS) throw HOPELESS;
    });
    this.#xml.on('doctype', () => {
      this.#isRefused = true;
    });
    this.#xml.on('opentag', ({ name }) => this.#open(localName(name)));
    this.#xml.on('closetag', () => this.#close());
    this.#xml.on('text', (text) => this.#add(text));
    this.#xml.on('cdata', (text) => this.#add(text));
  }

  /** @returns whether more of it is wanted */
  push(text: string): boolean {
    for (let at = 0; at < text.length && !this.#isDone(); at += PIECE)
      this.#unlessHopeless(() => this.#xml.write(text.slice(at, at + PIECE)));
    return !this.#isDone();
  }

  /** A piece may be broken at each of its characters: the parser is left in the middle of it. */
  #unlessHopeless(parse: () => unknown): void {
    try {
      parse();
    } catch (error) {
      if (error !== HOPELESS) throw error;
    }
  }

  /** Undefined where it is no report: another document, or one without its period, its policy or a row. */
  end(): DmarcAggregateReport | undefined {
    if (!this.#isDone()) this.#unlessHopeless(() => this.#xml.close());
    if (this.#isRefused || this.#rows.length === 0) return undefined;
    const text = (path: string): string => this.#report.get(path) ?? '';
    const begin = timeOf(text('report_metadata/date_range/begin'));
    const end = timeOf(text('report_metadata/date_range/end'));
    const domain = nameOf(text('policy_published/domain'));
    if (begin === undefined || end === undefined || end < begin || domain === '') return undefined;
    const published = (tag: string): string => text(`policy_published/${tag}`).toLowerCase();
    return {
      organization: text('report_metadata/org_name'),
      email: text('report_metadata/email'),
      extraContact: text('report_metadata/extra_contact_info'),
      reportId: text('report_metadata/report_id'),
      begin,
      end,
      errors: this.#errors,
      generator: text('report_metadata/generator'),
      policy: {
        domain,
        discovery: published('discovery_method'),
        p: published('p'),
        sp: published('sp'),
        np: published('np'),
        fo: published('fo'),
        adkim: published('adkim'),
        aspf: published('aspf'),
        testing: published('testing'),
      },
      rows: this.#rows,
    };
  }

  #isDone(): boolean {
    return (
      this.#isRefused ||
      this.#rows.length === MOST.rows ||
      this.#path.length > DEEPEST ||
      this.#faults > MOST_FAULTS
    );
  }

  #open(name: string): void {
    const parent = this.#path.at(-1);
    const path = parent === undefined ? rootOf(name) : parent === '' ? name : `${parent}/${name}`;
    const known = path === '' || (path !== undefined && ELEMENTS.has(path)) ? path : undefined;
    this.#path.push(known);
    this.#text = '';
    if (known === 'record') this.#draft = newDraft();
    if (known === REASON || known === DKIM || known === SPF) this.#part = new Map();
  }

  #add(text: string): void {
    const room = MOST.characters - this.#text.length;
    if (room > 0) this.#text += text.slice(0, room);
  }

  #close(): void {
    const path = this.#path.pop();
    const text = this.#text.replaceAll(CONTROL, ' ').trim();
    this.#text = '';
    if (path === undefined) return;
    if (path === 'record' || path.startsWith('record/')) this.#closeInRecord(path, text);
    else if (path === 'report_metadata/error') pushBounded(this.#errors, text, MOST.listed);
    else putFirst(this.#report, path, text);
  }

  #closeInRecord(path: string, text: string): void {
    const { texts, reasons, dkim, spf } = this.#draft;
    const part = (name: string): string => this.#part.get(name) ?? '';
    const word = (name: string): string => part(name).toLowerCase();
    const result = { domain: nameOf(part('domain')), result: word('result') };
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (path === 'record') {
      const row = rowOf(this.#draft);
      if (row) pushBounded(this.#rows, row, MOST.rows);
    } else if (path === REASON) {
      const reason = { type: word('type'), comment: part('comment') };
      // some write an empty one where there is none
      if (reason.type !== '' || reason.comment !== '') pushBounded(reasons, reason, MOST.reasons);
    } else if (path === DKIM)
      pushBounded(dkim, { ...result, selector: part('selector') }, MOST.listed);
    else if (path === SPF) pushBounded(spf, { ...result, scope: word('scope') }, MOST.listed);
    else if (parent === REASON || parent === DKIM || parent === SPF)
      putFirst(this.#part, path.slice(parent.length + 1), text);
    else putFirst(texts, path.slice('record/'.length), text);
  }
}

/** A whole document. */
export function parseDmarcReport(text: string): DmarcAggregateReport | undefined {
  const reader = new DmarcReportReader();
  reader.push(text);
  return reader.end();
}

function newDraft(): Draft {
  return { texts: new Map(), reasons: [], dkim: [], spf: [] };
}

/** Undefined without an address or a number: nobody could say what it tells of. */
function rowOf({ texts, reasons, dkim, spf }: Draft): ReportedRow | undefined {
  const text = (path: string): string => texts.get(path) ?? '';
  const source = parseIp(text('row/source_ip'));
  const messages = Number(text('row/count') || Number.NaN);
  if (!source || !Number.isSafeInteger(messages) || messages <= 0) return undefined;
  const evaluated = (name: string): string => text(`row/policy_evaluated/${name}`).toLowerCase();
  return {
    sourceIp: formatIp(source),
    messages,
    disposition: DISPOSITIONS.find((one) => one === evaluated('disposition')) ?? 'none',
    dkimAligned: evaluated('dkim') === 'pass',
    spfAligned: evaluated('spf') === 'pass',
    reasons,
    headerFrom: nameOf(text('identifiers/header_from')),
    envelopeFrom: nameOf(text('identifiers/envelope_from')),
    envelopeTo: nameOf(text('identifiers/envelope_to')),
    dkim,
    spf,
  };
}

/** `dmarc:record`: whatever namespace the prefix stands for. */
function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** The one element that others count from; some write a schema around it. */
function rootOf(name: string): string | undefined {
  return name === 'feedback' ? '' : undefined;
}

function putFirst(texts: Texts, path: string, text: string): void {
  if (!texts.has(path)) texts.set(path, text);
}

function nameOf(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

function timeOf(text: string): number | undefined {
  const seconds = text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= LAST_SECOND
    ? seconds * 1000
    : undefined;
}

function pushBounded<Item>(list: Item[], item: Item, most: number): void {
  if (list.length < most) list.push(item);
}
