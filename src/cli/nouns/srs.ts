/** `hikyaku srs`: the reverse-paths under which aliases send on. */
import type { Command } from 'commander';
import { callValue } from '#cli/control';
import { printDone } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

export function srs(noun: Command): void {
  addVerb(
    noun,
    'read <address>',
    'tell whose reverse-path was rewritten to this one',
    'hikyaku srs read SRS0=ABCDEFGH=QR=example.org=ann@example.test',
  ).action(async (address: string, options: CommonOptions) => {
    const read = await callValue(options, 'srs/read', { address });
    printDone(options, read, `Notices of failure to it go to ${read.author}.`);
  });

  addVerb(
    noun,
    'rotate',
    'make reverse-paths with a new secret from now on; those of the one before stay valid',
    'hikyaku srs rotate',
  ).action(async (options: CommonOptions) => {
    const rotated = await callValue(options, 'srs/rotate', {});
    printDone(
      options,
      rotated,
      'A new secret is in use. Rotate once more only in three weeks: until then old addresses are out.',
    );
  });
}
