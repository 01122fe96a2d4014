/**
 * `hikyaku dkim`: the keys that sign, the records that let others verify, and what the signatures of a message are worth; the last
 * without a server.
 */
import type { Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { addDkimRotate, keyStory } from './dkim/rotate.ts';
import { addDkimVerify } from './dkim/verify.ts';
import { printDone, printLine, printJson, remark } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { styled } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';
import { zoneLine } from '#mail/dns-plan/zone-line';

export function dkim(noun: Command, end: (code: ExitCode) => void): void {
  addDkimVerify(noun, end);
  addDkimRotate(noun);

  addVerb(
    noun,
    'generate <domain>',
    'make a further pair of keys (RSA-2048 and Ed25519), which sign from now on',
    'hikyaku dkim generate example.org',
  ).action(async (name: string, options: CommonOptions) => {
    const made = await callValue(options, 'dkim/generate', { domain: name });
    printDone(
      options,
      made,
      `${made.domain} signs with ${made.selectors.join(' and ')} too.\n` +
        `hikyaku dkim list ${made.domain} shows the DNS records to publish.`,
    );
  });

  addVerb(
    noun,
    'list [domain]',
    'show the keys with the DNS records to publish',
    'hikyaku dkim list example.org',
  ).action(async (name: string | undefined, options: CommonOptions) => {
    let count = 0;
    for await (const key of callRows(options, 'dkim/list', { domain: name })) {
      count++;
      if (options.json === true) {
        printJson(key);
        continue;
      }
      const { selector, domain, algorithm } = key;
      const title = `; ${selector} of ${domain}: ${algorithm}, ${keyStory(key)}`;
      printLine(styled('dim', title));
      printLine(`${zoneLine(key.name, key.record)}\n`);
    }
    if (count === 0) remark('There is no DKIM key: hikyaku domain add makes a pair.');
  });
}
