/** `--runbook`: a page that says what to do, which is there now. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CommandFailure } from '#cli/failure';

/** A URL, or an absolute path with the `#…` that was given; '' takes it away. @throws CommandFailure */
export function readRunbook(given: string): string {
  if (given === '') return '';
  if (/^https?:/i.test(given)) {
    if (URL.canParse(given)) return given;
    throw new CommandFailure(
      `--runbook ${given} is no URL`,
      'Write it like https://wiki.example.org/mail.',
    );
  }
  const hash = given.indexOf('#');
  const file = path.resolve(hash < 0 ? given : given.slice(0, hash));
  if (existsSync(file)) return file + (hash < 0 ? '' : given.slice(hash));
  throw new CommandFailure(
    `--runbook ${given}: there is no such file`,
    'Name a file that is there, or a URL.',
  );
}
