/** The scripts of ImapTest (imaptest/SOURCE.md) with the messages that each appends. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseMbox, type MboxMessage } from './imaptest-mbox.ts';
import { parseScript, type Script } from './imaptest-script.ts';

export interface SuiteCase {
  /** Its path below the folder of scripts. */
  readonly name: string;
  readonly script: Script;
  readonly messages: readonly MboxMessage[];
}

/** How many scripts there are; `broken/` holds one that its authors keep apart. */
export const CASES = 73;

const FOLDER = new URL('./imaptest/scripts/', import.meta.url);

export function imaptestCases(): SuiteCase[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !name.endsWith('.mbox') && name !== 'broken')
    .toSorted()
    .map((name) => {
      const mbox = existsSync(new URL(`${name}.mbox`, FOLDER)) ? `${name}.mbox` : 'default.mbox';
      try {
        return { name, script: parseScript(read(name)), messages: parseMbox(read(mbox)) };
      } catch (error) {
        throw new Error(`imaptest script ${name}`, { cause: error });
      }
    });
}

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'latin1');
}
