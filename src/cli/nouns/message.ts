/** `hikyaku message`: finding messages and reading their stories. */
import { Option, type Command } from 'commander';
import type { RowOf } from '#servers/admin/calls';
import { MESSAGE_STATUSES, type MessageStatus } from '#servers/admin/message-statuses';
import { callRows, callValue } from '#cli/control';
import { limited } from '#cli/terminal/limited';
import { printJson, printLine, printRows, timeColumn } from '#cli/terminal/output';
import { readSince, SINCE_EXAMPLES, type Since } from '#cli/since';
import { terminalColumns, wantsColor } from '#cli/terminal/terminal';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

type Story = RowOf<'message/follow'>;

const DEFAULT_SINCE: Since = { within: 7 * 24 * 60 * 60 * 1000 };

/** What people see of many messages unless they ask for more; programs get all of them. */
const SHOWN = 100;

interface FindOptions extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly since?: Since;
  readonly status?: MessageStatus;
  readonly limit?: number;
  readonly all?: boolean;
}

interface ExplainOptions extends CommonOptions {
  readonly lang?: 'en' | 'ja';
}

interface TraceOptions extends CommonOptions {
  readonly lang?: 'en' | 'ja';
  readonly follow?: boolean;
  readonly utc?: boolean;
}

export function message(noun: Command): void {
  const find = addVerb(
    noun,
    'find',
    'find messages, newest first',
    'hikyaku message find --to bob@example.test --since 2h',
    'hikyaku message find --from alice --status failed',
  )
    .option('--from <address>', 'whose reverse-path has this in it')
    .option('--to <address>', 'that go to an address with this in it')
    .option('--since <time>', `${SINCE_EXAMPLES} (7d)`, readSince)
    .addOption(new Option('--status <status>', 'how a recipient stands').choices(MESSAGE_STATUSES))
    .option('--all', 'those too that the doctor sends to itself');
  addLimit(find, `at most so many (without --json: ${SHOWN})`).action(findMessages);

  addVerb(
    noun,
    'trace <id>',
    'tell the story of a message: every step, what was said, and why',
    'hikyaku message trace 00e2xk3v40g41',
    'hikyaku message trace 00e2xk3v40g41 --lang ja --follow',
  )
    .addOption(new Option('--lang <language>', 'of the story').choices(['en', 'ja']))
    .option('--follow', 'go on until nobody waits for it any more')
    .option('--utc', 'times in UTC, not in the time zone here')
    .action(trace);

  addVerb(
    noun,
    'explain <id>',
    'tell why a message was taken, put into Junk or refused: every check with its steps',
    'hikyaku message explain 00e2xk3v40g41',
    'hikyaku message explain 00e2xk3v40g41 --lang ja',
  )
    .addOption(new Option('--lang <language>', 'of the explanation').choices(['en', 'ja']))
    .action(explain);
}

async function explain(id: string, options: ExplainOptions): Promise<void> {
  const explained = await callValue(options, 'message/explain', { id, lang: options.lang });
  if (options.json === true) return printJson(explained);
  const { formatExplanation } = await import('#mail/story/format-explanation');
  printLine(formatExplanation(explained, layout()).join('\n'));
}

async function findMessages(options: FindOptions): Promise<void> {
  const { from, to, since = DEFAULT_SINCE, status, all } = options;
  const { rows, tell } = limited(options, SHOWN, 'the newest', (limit) =>
    callRows(options, 'message/find', { from, to, ...since, status, all, limit }),
  );
  await printRows(
    rows,
    [
      { title: 'MESSAGE', value: (row) => row.messageId },
      timeColumn('TIME', (row) => row.at),
      { title: 'STATUS', value: (row) => row.status },
      { title: 'FROM', value: (row) => fromText(row.reversePath), shrinks: true },
      { title: 'TO', value: toText, shrinks: true },
    ],
    options,
    'No message was found. --since looks further back than a week.',
  );
  tell();
}

function fromText(reversePath: string | null): string {
  return reversePath === null || reversePath === '' ? '<>' : reversePath;
}

function toText({ recipients, status }: RowOf<'message/find'>): string {
  return recipients
    .map(({ forwardPath, status: own }) => {
      const to = forwardPath ?? '(erased)';
      return status === 'mixed' ? `${to} (${own})` : to;
    })
    .join(', ');
}

/** Columns of a story that goes to a file. */
const FILE_COLUMNS = 100;

async function trace(id: string, options: TraceOptions): Promise<void> {
  const timeZone = options.utc === true ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
  const input = { id, lang: options.lang, timeZone };
  if (options.follow === true) {
    await follow(callRows(options, 'message/follow', input), options);
    return;
  }
  const told = await callValue(options, 'message/trace', input);
  if (options.json === true) printStory(told);
  else printLine((await formatted()).story(told).join('\n'));
}

async function follow(stories: AsyncIterable<Story>, { json }: CommonOptions): Promise<void> {
  const format = await formatted();
  const told = new Map<string, number>();
  for await (const whole of stories) {
    for (const one of [whole, ...whole.children]) {
      const from = told.get(one.messageId) ?? 0;
      told.set(one.messageId, one.entries.length);
      if (json === true) printEntries(one, from);
      else if (from === 0)
        printLine(format.story({ ...one, standing: [], children: [] }).join('\n'));
      else if (one.entries.length > from) printLine(format.entries(one, from).join('\n'));
    }
  }
}

/** One line an entry, then one for each recipient and how it stands. */
function printStory(one: Story): void {
  printEntries(one, 0);
  for (const standing of one.standing) printJson({ messageId: one.messageId, ...standing });
  for (const child of one.children) printStory(child);
}

function printEntries({ messageId, entries }: Story, from: number): void {
  for (const { at, ...entry } of entries.slice(from)) {
    printJson({ messageId, at: new Date(at).toISOString(), ...entry });
  }
}

function layout() {
  return { width: terminalColumns() ?? FILE_COLUMNS, color: wantsColor() };
}

async function formatted() {
  const { formatEntries, formatStory } = await import('#mail/story/format-story');
  const options = layout();
  return {
    story: (one: Story) => formatStory(one, options),
    entries: (one: Story, from: number) => formatEntries(one, options, from),
  };
}
