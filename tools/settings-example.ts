/**
 * Makes `hikyaku.example.toml`: every setting with what it is for and its default in `serve`, commented out, from the table that the
 * program itself uses. `bin/node tools/settings-example.ts` writes it; `npm run check` fails when it is stale.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { envName, FIELDS, KEYS, type Field, type Key } from '#config/fields';
import { ROOT } from './check/source-tree.ts';
import { choicesOf, kindOf, measuredText } from '#config/written';

export const SETTINGS_EXAMPLE = 'hikyaku.example.toml';

/** Columns of the explanations. */
const WIDTH = 100;

const INTRODUCTION = `Settings of Hikyaku, all of them, with their defaults in production (hikyaku serve). Made by
bin/node tools/settings-example.ts from src/config/fields.ts; not edited by hand.

Copy it to hikyaku.toml, in the working directory of the server or where HIKYAKU_CONFIG says, take away the # before
what you want to change, and let others not read it where it holds a secret (chmod 600). hikyaku setup writes one with what is
needed and nothing else. hikyaku config check --mode serve says whether a server would start with it, kill -HUP what
of it holds at once. A relative path starts where this file lies. Whatever stands here gives way to the environment, and that to --set.`;

/** What the settings without a default are in the example. */
const EXAMPLES: Partial<Record<Key, string>> = { hostname: 'mail.example.org' };

/** The file as TOML, in the order of the table, which has settings without a table first. */
export function formatSettingsExample(): string {
  const groups = Map.groupBy(KEYS, (key) => (key.includes('.') ? key.split('.')[0]! : ''));
  const parts = [...groups]
    .toSorted(([a], [b]) => Number(a !== '') - Number(b !== ''))
    .map(([group, keys]) => {
      const settings = keys.map(setting).join('\n\n');
      return group === '' ? settings : `[${group}]\n\n${settings}`;
    });
  return `${[comment(INTRODUCTION), ...parts].join('\n\n')}\n`;
}

function setting(key: Key): string {
  const field = FIELDS[key] as Field<unknown>;
  const name = key.slice(key.indexOf('.') + 1);
  const example = EXAMPLES[key];
  const choices = choicesOf(field)?.join(', ');
  const about = [
    field.doc.replaceAll('`', ''),
    ...(choices === undefined ? [] : [`It is one of ${choices}.`]),
    ...(field.secret === true ? [`Better in a file that ${envName(key)}_FILE names.`] : []),
  ].join(' ');
  const line =
    example === undefined
      ? `#${name} = ${valueText(field)}`
      : `${name} = ${JSON.stringify(example)}`;
  return `${comment(about)}\n${line}`;
}

function valueText(field: Field<unknown>): string {
  const value = field.defaults.serve;
  const measured = measuredText(value, kindOf(field));
  return measured === undefined ? JSON.stringify(value) : JSON.stringify(measured);
}

/** Lines of a comment, no longer than they have to be. */
function comment(text: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n\n')) {
    if (lines.length > 0) lines.push('#');
    let line = '#';
    for (const word of paragraph.split(/\s+/)) {
      if (line.length + word.length >= WIDTH && line !== '#') {
        lines.push(line);
        line = '#';
      }
      line += ` ${word}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

export function writeSettingsExample(): void {
  writeFileSync(path.join(ROOT, SETTINGS_EXAMPLE), formatSettingsExample());
}

if (import.meta.main) writeSettingsExample();
