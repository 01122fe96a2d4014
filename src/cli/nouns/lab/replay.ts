/** `hikyaku lab replay`: a message, a session by SMTP or IMAP, a question by HTTP or of the DNS, step by step: who asked whom what, and why. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Recent, Replayed } from '#lab/replay/calls';
import { callAdded } from '#cli/control';
import { stepLines } from './replay-lines.ts';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printJson, printLine, printRows, remark, timeColumn } from '#cli/terminal/output';
import { goThrough, readMove } from '#cli/terminal/step-keys';
import { terminalColumns, wantsColor } from '#cli/terminal/terminal';
import { wholeNumber, addVerb, type CommonOptions } from '#cli/verb';

interface ReplayOptions extends CommonOptions, LanguageOptions {
  readonly all?: true;
  readonly limit?: number;
  readonly party?: string;
  readonly lesson?: string;
  readonly message?: string;
}

/** Columns where the steps go to a file. */
const FILE_COLUMNS = 100;

export function addReplayVerb(lab: Command): void {
  addLanguage(
    addVerb(
      lab,
      'replay [id]',
      'step through what happened: dialogues, questions of the DNS, rules and decisions, and why; without an id, list what happened last',
      'hikyaku lab replay                    # a list to choose from',
      'hikyaku lab replay 06zgwar4g0400      # a message, by our id or a provider’s',
      'hikyaku lab replay 06zgwar3w0400 --all --lang ja   # a session',
      'hikyaku lab replay dns:412            # a question of the DNS',
      'hikyaku lab replay acme:7             # a conversation with the certificate authority',
      'hikyaku lab replay http:5             # what was asked by HTTP: a policy, a proof, a click',
      'hikyaku lab replay --party imaps      # the list of what mail programs did; the id of one replays it',
      'hikyaku lab replay --party mallory    # the list of what she did',
    ),
  )
    .option('--all', 'everything at once, without waiting for keys')
    .option('--limit <n>', 'of the list: how many at most', wholeNumber('--limit', 1, 200))
    .option(
      '--party <name>',
      'of the list: with whom, a part of a host, a domain, a mailbox or an address',
    )
    .option('--lesson <number>', 'of the list: since this lesson was started, until it was passed')
    .option('--message <id>', 'of the list: what has to do with this message')
    .action(async (id: string | undefined, options: ReplayOptions) => {
      if (id === undefined) await list(options);
      else await replay(id, options);
    });
}

/** On a terminal, one of the list may be named at once. */
async function list(options: ReplayOptions): Promise<void> {
  const { lang, limit, party, lesson, message } = options;
  const isFiltered = party !== undefined || lesson !== undefined || message !== undefined;
  const input = { lang, limit, party, lesson, message };
  const { things } = await callAdded<Recent>(options, 'lab/replay-list', input);
  await printRows(
    things,
    [
      { title: 'ID', value: (row) => row.id },
      timeColumn('AT', (row) => row.at),
      { title: 'KIND', value: (row) => row.kind },
      { title: 'FROM', value: (row) => row.from, shrinks: true },
      { title: 'TO', value: (row) => row.to, shrinks: true },
      { title: 'WHAT', value: (row) => row.what, below: true },
    ],
    options,
    isFiltered
      ? 'Nothing of that is remembered. hikyaku lab replay lists everything that happened last.'
      : 'Nothing has happened yet. Send a letter, for example to hana@bigmail.test.',
  );
  const [first] = things;
  if (first === undefined || !isAsked(options)) return;
  const chosen = await choose(`${CHOOSE[lang]} [${first.id}] `);
  if (chosen !== undefined) await replay(chosen || first.id, options);
}

/** Undefined: left by Ctrl-C or Ctrl-D. */
async function choose(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  const leave = (): void => left.abort();
  lines.once('SIGINT', leave).once('close', leave);
  try {
    return (await lines.question(question, { signal: left.signal })).trim();
  } catch (error) {
    if (!left.signal.aborted) throw error;
    remark('');
    return undefined;
  } finally {
    lines.off('close', leave);
    lines.close();
  }
}

function isAsked({ json, all }: ReplayOptions): boolean {
  return json !== true && all !== true && process.stdin.isTTY && process.stdout.isTTY;
}

const CHOOSE = { en: 'Which one?', ja: 'どれを再生しますか？' } as const;

async function replay(id: string, options: ReplayOptions): Promise<void> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const input = { id, lang: options.lang, timeZone };
  const { steps } = await callAdded<Replayed>(options, 'lab/replay', input);
  if (options.json === true) {
    for (const step of steps) printJson(step);
    return;
  }
  const layout = { width: terminalColumns() ?? FILE_COLUMNS, color: wantsColor() };
  const own = steps.find(({ messageId }) => messageId !== undefined)?.messageId;
  const whole = { of: steps.length, own };
  const asks = isAsked(options);
  if (asks) remark(KEYS[options.lang]);
  await goThrough(
    steps.length,
    (index) => printLine([...stepLines(steps[index]!, whole, layout), ''].join('\n')),
    asks ? () => readMove({ input: process.stdin }) : undefined,
  );
}

const KEYS = {
  en: 'Enter: next step · p: the one before · a: all the rest · q: quit\n',
  ja: 'Enter：次へ · p：前へ · a：残りをすべて表示 · q：終了\n',
} as const;
