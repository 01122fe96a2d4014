/** Which keyword each letter in the names of files stands for: `dovecot-keywords` of a Maildir folder, `0 $Forwarded` for the letter a. */
import path from 'node:path';
import { readOwnText } from './own-file.ts';
import { writeWhole } from './written-file.ts';

const FILE = 'dovecot-keywords';
const FIRST = 'a'.charCodeAt(0);

/** By letter; none where there is no such file. */
export async function keywordNames(folder: string): Promise<Map<string, string>> {
  const text = (await readOwnText(path.join(folder, FILE))) ?? '';
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [number, name] = line.split(' ');
    if (name) names.set(String.fromCharCode(FIRST + Number(number)), name);
  }
  return names;
}

/** On disk when it returns. */
export async function writeKeywordNames(
  folder: string,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const lines = [...names].map(([letter, name]) => `${letter.charCodeAt(0) - FIRST} ${name}\n`);
  await writeWhole(path.join(folder, FILE), lines.join(''));
}
