/** `hikyaku dkim rotate`: other keys for a domain, in steps that take their time. */
import type { Command } from 'commander';
import { callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, printJson, printLine, printText } from '#cli/terminal/output';
import { styled, localTime } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';
import { zoneLine } from '#mail/dns-plan/zone-line';

interface RotateOptions extends CommonOptions {
  readonly status?: boolean;
  readonly abort?: boolean;
}

export function addDkimRotate(noun: Command): void {
  addVerb(
    noun,
    'rotate <domain>',
    'have other keys sign, once their records have been seen in the DNS for an hour; the old records stay seven days more',
    'hikyaku dkim rotate example.org',
    'hikyaku dkim rotate example.org --status',
  )
    .option('--status', 'say how far it is')
    .option('--abort', 'give up the new keys, while they sign nothing yet')
    .action(async (domain: string, options: RotateOptions) => {
      if (options.status === true && options.abort === true)
        throw new CommandFailure('--status and --abort are two questions', 'Ask one at a time.');
      if (options.status === true) await printStatus(domain, options);
      else if (options.abort === true) await abort(domain, options);
      else await begin(domain, options);
    });
}

async function begin(domain: string, options: RotateOptions): Promise<void> {
  const begun = await callValue(options, 'dkim/rotate', { domain });
  printDone(
    options,
    begun,
    `New keys of ${begun.domain}: ${begun.selectors.join(' and ')}. Publish their records (hikyaku domain dns ${begun.domain}); nothing signs\n` +
      'with them before every look of an hour has seen these. hikyaku dkim rotate --status tells how far it is.',
  );
}

async function abort(domain: string, options: RotateOptions): Promise<void> {
  const given = await callValue(options, 'dkim/abort', { domain });
  printDone(
    options,
    given,
    `${given.selectors.join(' and ')} of ${given.domain} are given up: their records may be removed.`,
  );
}

const SIGHTS = {
  seen: 'The DNS shows the new records.',
  unseen: 'The DNS does not show all of the new records yet:',
  unknown: 'The DNS gave no answer about the new records:',
} as const;

async function printStatus(domain: string, options: RotateOptions): Promise<void> {
  const rotation = await callValue(options, 'dkim/rotation', { domain });
  if (options.json === true) {
    printJson(rotation);
    return;
  }
  for (const key of rotation.keys)
    printText(`${key.selector.padEnd(12)} ${key.algorithm.padEnd(15)} ${keyStory(key)}`);
  if (rotation.sight === null) {
    printLine('No rotation is under way.');
    return;
  }
  printLine(styled(rotation.sight === 'seen' ? 'green' : 'yellow', SIGHTS[rotation.sight]));
  if (rotation.sight !== 'seen')
    for (const { state, name, record } of rotation.keys)
      if (state === 'pending') printText(zoneLine(name, record));
  if (rotation.switchAt !== null)
    printLine(`They sign from ${localTime(rotation.switchAt)} on, if they are seen until then.`);
}

/** The state of a key and since when. */
export function keyStory(key: {
  readonly state: string;
  readonly createdAt: string;
  readonly activatedAt: string | null;
  readonly retiredAt: string | null;
  readonly revokedAt: string | null;
}): string {
  const since =
    { active: key.activatedAt, retired: key.retiredAt, revoked: key.revokedAt }[key.state] ??
    key.createdAt;
  return `${key.state} since ${localTime(since)}`;
}
