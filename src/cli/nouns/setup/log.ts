/**
 * What set-up said, to be read again: on the screen as it comes, and at its end in a file of the data folder, after those of earlier runs. The
 * password is never part of it. For its owner alone, since it names every address and record.
 */
import { appendFileSync, chmodSync, chownSync, statSync } from 'node:fs';
import path from 'node:path';
import { VERSION } from '#mail/version';
import { printJson, printText, type OutputOptions } from '#cli/terminal/output';

export const SETUP_LOG = 'setup.log';

export class SetupLog {
  readonly #json: boolean;
  readonly #lines: string[] = [];

  constructor({ json }: OutputOptions) {
    this.#json = json === true;
  }

  /** A text for people, and what it is for programs. */
  tell(text: string, value?: object): void {
    if (!this.#json) printText(text);
    else if (value !== undefined) printJson(value);
    this.keep(text);
  }

  /** For programs alone. */
  json(value: object): void {
    if (this.#json) printJson(value);
  }

  /** On the screen by other means: for the file alone. */
  keep(text: string): void {
    this.#lines.push(text);
  }

  /** For the screen of people alone, which the file has in another form. */
  show(print: () => void): void {
    if (!this.#json) print();
  }

  /** @param now real time @returns the file; undefined where it cannot be written, which is no reason to fail */
  write(dataDir: string, now: number): string | undefined {
    const file = path.join(dataDir, SETUP_LOG);
    const head = `# ${new Date(now).toISOString()} hikyaku ${VERSION} setup`;
    try {
      // the folder is made by whoever it is to belong to, or was not needed
      const { uid, gid } = statSync(dataDir);
      appendFileSync(file, [head, ...this.#lines, '', ''].join('\n'), { mode: 0o600 });
      chmodSync(file, 0o600);
      if (process.geteuid!() === 0) chownSync(file, uid, gid);
      return file;
    } catch {
      return undefined;
    }
  }
}
