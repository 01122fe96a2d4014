/** `hikyaku queue`: what waits to go out. */
import { Option, type Command } from 'commander';
import { tellHeldBack } from '#mail/story/tell/tell-warm-up';
import type { RowOf, ValueOf } from '#servers/admin/calls';
import { callRows, callValue } from '#cli/control';
import { usualLanguage } from '#cli/language';
import { limited } from '#cli/terminal/limited';
import { recipientsAre } from '#cli/terminal/message-count';
import {
  printDone,
  printJson,
  printRows,
  printText,
  remark,
  timeColumn,
} from '#cli/terminal/output';
import type { Column } from '#cli/terminal/table';
import { localTime, shortDuration, shortSize } from '#cli/terminal/terminal';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';

type Recipient = RowOf<'queue/list'>;

/** What people see of a long queue unless they ask for more; programs get all of it. */
const SHOWN = 1000;
const SHOWN_DOMAINS = 100;

interface ListOptions extends CommonOptions {
  readonly status?: Recipient['status'];
  readonly limit?: number;
}

export function queue(noun: Command): void {
  const list = addVerb(
    noun,
    'list [what]',
    'show the recipients that wait: all, or those of a message or a domain',
    'hikyaku queue list',
    'hikyaku queue list relay.test --status deferred',
  ).addOption(
    new Option('--status <status>', 'only those').choices([
      'waiting',
      'deferred',
      'active',
      'held',
    ]),
  );
  addLimit(list, `at most so many (without --json: ${SHOWN})`).action(
    async (what: string | undefined, options: ListOptions) => {
      const { rows, tell } = limited(options, SHOWN, 'the oldest', (limit) =>
        callRows(options, 'queue/list', { what, status: options.status, limit }),
      );
      const where = what === undefined ? 'in the queue' : `for ${what}`;
      await printRows(rows, COLUMNS, options, `Nothing waits ${where}.`);
      tell();
    },
  );

  addVerb(
    noun,
    'show <id>',
    'show one message and its recipients that wait',
    'hikyaku queue show 00e2xk3v40g41',
  ).action(showMessage);

  addChange(noun, 'retry', 'try now what waits', 'tried now');
  addChange(noun, 'hold', 'keep it in the queue until a release', 'held');
  addChange(noun, 'release', 'let go what is held', 'released');
  addRemove(noun);

  const shape = addVerb(
    noun,
    'shape',
    'show how many recipients wait, by domain and age in minutes',
    'hikyaku queue shape',
  );
  addLimit(shape, `at most so many domains (without --json: ${SHOWN_DOMAINS})`).action(showShape);
}

/** Exported for its test. */
export const COLUMNS: readonly Column<Recipient>[] = [
  { title: 'MESSAGE', value: (row) => row.messageId },
  timeColumn('ARRIVED', (row) => row.arrivedAt),
  { title: 'SIZE', value: (row) => shortSize(row.size), align: 'right' },
  { title: 'FROM', value: (row) => row.reversePath ?? '<>', below: true },
  { title: 'TO', value: (row) => row.forwardPath, shrinks: true },
  { title: 'STATUS', value: statusText },
  { title: 'TRIES', briefTitle: 'TRY', value: (row) => row.attempts, align: 'right' },
  { title: 'NEXT', value: (row) => nextText(row), brief: (row) => nextText(row, true) },
  { title: 'LAST REPLY', value: (row) => row.lastReply ?? '', below: true },
];

function statusText({ status, held }: Recipient): string {
  return held === null ? status : `${status}: ${held}`;
}

/** When it is tried next, as the server's calendar has it. */
export function nextText(
  { status, nextAt, heldBack, asOf }: Pick<Recipient, 'status' | 'nextAt' | 'heldBack' | 'asOf'>,
  isBrief = false,
): string {
  if (status === 'held' || status === 'active') return '-';
  const left = (until: string): string => {
    const milliseconds = Date.parse(until) - Date.parse(asOf);
    return milliseconds <= 0 ? 'due' : `${isBrief ? '' : 'in '}${shortDuration(milliseconds)}`;
  };
  if (!heldBack) return left(nextAt);
  return isBrief || heldBack.until === null ? 'warm-up' : `warm-up: ${left(heldBack.until)}`;
}

function addChange(
  noun: Command,
  verb: 'retry' | 'hold' | 'release',
  summary: string,
  done: string,
): void {
  addVerb(
    noun,
    `${verb} [what]`,
    `${summary}: a message, a domain, or everything`,
    `hikyaku queue ${verb} relay.test`,
    `hikyaku queue ${verb} --all`,
  )
    .option('--all', 'everything in the queue')
    .action(async (what: string | undefined, options: CommonOptions & { all?: boolean }) => {
      const changed = await callValue(options, `queue/${verb}`, { what, all: options.all });
      printDone(options, changed, `${recipientsAre(changed.recipients)} ${done}.`);
    });
}

interface RemoveOptions extends CommonOptions {
  readonly all?: boolean;
  readonly silent?: boolean;
}

function addRemove(noun: Command): void {
  addVerb(
    noun,
    'remove [what]',
    'take it out of the queue for good, and tell its authors: a message, a domain, or everything',
    'hikyaku queue remove 00e2xk3v40g41',
    'hikyaku queue remove relay.test --silent',
  )
    .option('--all', 'everything in the queue')
    .option('--silent', 'tell no author that the message was not delivered')
    .action(async (what: string | undefined, options: RemoveOptions) => {
      const { all, silent } = options;
      const removed = await callValue(options, 'queue/remove', { what, all, silent });
      const told = silent === true ? 'nobody is told' : 'their authors are told where they may be';
      const lines = [`${recipientsAre(removed.recipients)} removed; ${told}.`];
      if (removed.underWay > 0) {
        lines.push(
          `${removed.underWay} more ${removed.underWay === 1 ? 'is' : 'are'} being tried at this moment: each leaves when its attempt ends, unless it is delivered.`,
        );
      }
      printDone(options, removed, lines.join('\n'));
    });
}

async function showMessage(id: string, options: CommonOptions): Promise<void> {
  const message = await callValue(options, 'queue/show', { id });
  if (options.json === true) {
    printJson(message);
    return;
  }
  const cause = message.parentId === null ? '' : ` (because of ${message.parentId})`;
  const account = message.account === null ? '' : ` (${message.account})`;
  printText(
    [
      `Message  ${message.messageId}${cause}`,
      `From     ${message.reversePath ?? '<>'}${account}`,
      `Arrived  ${localTime(message.arrivedAt)}, given up at ${localTime(message.expiresAt)}`,
      `Size     ${message.size} octets`,
      '',
    ].join('\n'),
  );
  await printRows(
    message.recipients,
    COLUMNS.filter(({ title }) => !['MESSAGE', 'ARRIVED', 'SIZE', 'FROM'].includes(title)),
    options,
    'No recipient waits.',
  );
  for (const { forwardPath, heldBack } of message.recipients) {
    if (!heldBack) continue;
    const time = heldBack.until === null ? undefined : localTime(heldBack.until);
    printText(`${forwardPath}: ${tellHeldBack(time, usualLanguage())}`);
  }
}

type Shape = ValueOf<'queue/shape'>;

async function showShape(options: CommonOptions & { limit?: number }): Promise<void> {
  const limit = options.limit ?? (options.json === true ? undefined : SHOWN_DOMAINS);
  const shape = await callValue(options, 'queue/shape', { limit });
  if (options.json === true) {
    for (const { domain, recipients, byAge } of shape.domains) {
      printJson({ domain, recipients, byAge, minutes: shape.minutes });
    }
    tellLeftOut(shape);
    return;
  }
  await printRows(
    shape.domains.length === 0 ? [] : [{ domain: 'TOTAL', ...shape.total }, ...shape.domains],
    [
      { title: 'DOMAIN', value: (row) => row.domain },
      { title: 'ALL', value: (row) => row.recipients, align: 'right' },
      ...[...shape.minutes.map(String), `${shape.minutes.at(-1)}+`].map(
        (title, i): Column<Shape['domains'][number]> => ({
          title,
          value: (row) => row.byAge[i] ?? 0,
          align: 'right',
        }),
      ),
    ],
    options,
    'Nothing waits in the queue.',
  );
  tellLeftOut(shape);
}

function tellLeftOut({ domains, leftOut }: Shape): void {
  if (leftOut === 0) return;
  remark(
    `These are the fullest ${domains.length} domains; ${leftOut} more are in the total alone.`,
  );
}
