/**
 * What Rspamd answers, read from JSON: the answer to `/checkv2`, what it wants done, for which score and because of which symbols. Nothing of it is believed
 * before it was looked at: it quotes messages of strangers. Pure.
 */
import { z } from 'zod';
import type { Answered } from './exchange.ts';
import { failure, type Failure } from './failure.ts';

/** Rspamd's own words; `other` is an action that somebody set up, named by `said`. */
export type Action = (typeof ACTIONS)[number] | 'other';

const ACTIONS = [
  'no action',
  'greylist',
  'add header',
  'rewrite subject',
  'soft reject',
  'quarantine',
  'reject',
  'discard',
] as const;

export interface Judged {
  readonly kind: 'judged';
  readonly action: Action;
  /** The word as it came. */
  readonly said: string;
  readonly score: number;
  /** From which on it refuses. */
  readonly required: number;
  /** Those that weigh most; `more` others were left out. */
  readonly symbols: readonly ScoredSymbol[];
  readonly more: number;
  /** What it would have the client told. */
  readonly message: string | undefined;
}

export interface ScoredSymbol {
  readonly name: string;
  readonly score: number;
  readonly about: string | undefined;
}

/** Symbols that are kept. */
const MAX_SYMBOLS = 15;
/** Characters. */
const MAX_WORD = 100;
const MAX_SENTENCE = 200;

const scored = z.object({
  score: z.number(),
  description: z.string().optional().catch(undefined),
});
const checked = z.object({
  action: z.string().min(1),
  score: z.number(),
  required_score: z.number().nullish(),
  symbols: z.record(z.string(), z.unknown()).optional(),
  messages: z.object({ smtp_message: z.string() }).optional().catch(undefined),
});
const complaint = z.object({ error: z.string() });

export function readJudged(answered: Answered): Judged | Failure {
  const wrong = complaintOf(answered);
  if (wrong !== undefined) return wrong;
  const { success, data } = checked.safeParse(parsed(answered));
  if (!success) return failure('garbage', 'the answer is none of Rspamd');
  const symbols = Object.entries(data.symbols ?? {}).flatMap(([name, value]) => {
    const symbol = scored.safeParse(value);
    return symbol.success ? [symbolOf(name, symbol.data)] : [];
  });
  // the same order whatever order they came in
  symbols.sort((a, b) => Math.abs(b.score) - Math.abs(a.score) || (a.name < b.name ? -1 : 1));
  return {
    kind: 'judged',
    action: ACTIONS.find((action) => action === data.action) ?? 'other',
    said: data.action.slice(0, MAX_WORD),
    score: rounded(data.score),
    required: rounded(data.required_score ?? 0),
    symbols: symbols.slice(0, MAX_SYMBOLS),
    more: Math.max(0, symbols.length - MAX_SYMBOLS),
    message: data.messages?.smtp_message.slice(0, MAX_SENTENCE),
  };
}

function symbolOf(name: string, { score, description }: z.infer<typeof scored>): ScoredSymbol {
  return {
    name: name.slice(0, MAX_WORD),
    score: rounded(score),
    about: description?.slice(0, MAX_SENTENCE),
  };
}

export interface Learned {
  readonly kind: 'learned' | 'known';
}

/** 208: it has learned this very message before. */
export function readLearned(answered: Answered): Learned | Failure {
  if (answered.status === 208) return { kind: 'known' };
  const wrong = complaintOf(answered);
  if (wrong !== undefined) return wrong;
  const { success } = z.object({ success: z.literal(true) }).safeParse(parsed(answered));
  return success ? { kind: 'learned' } : failure('garbage', 'the answer is none of Rspamd');
}

function complaintOf(answered: Answered): Failure | undefined {
  const { status, reason } = answered;
  if (status === 200) return undefined;
  const said = complaint.safeParse(parsed(answered));
  const text = `${status} ${said.success ? said.data.error : reason}`;
  if (status === 401 || status === 403) return failure('password', text);
  return failure(OF_THE_MESSAGE.has(status) ? 'message' : 'status', text);
}

/** 204: there is not enough in it to learn from. */
const OF_THE_MESSAGE: ReadonlySet<number> = new Set([204, 400, 413, 422]);

function parsed({ body }: Answered): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** To two digits, as people read scores. */
function rounded(score: number): number {
  return Math.round(score * 100) / 100;
}
