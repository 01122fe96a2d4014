/**
 * Makes `docs/settings.md`: every setting with what it is for, how it is written, its defaults and its name in the environment. Read
 * from the table that the program itself uses. `bin/node tools/settings-page.ts` writes it; `npm run check` fails when it is stale.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { envName, FIELDS, KEYS, type Field, type Key, type Mode } from '#config/fields';
import { ROOT } from './check/source-tree.ts';
import { choicesText, kindOf, measuredText, type Kind } from '#config/written';

export const SETTINGS_PAGE = 'docs/settings.md';

const WRITTEN: Readonly<Record<Kind, string>> = {
  duration: 'a time: `90s`, `15m`, `4h`, `5d`',
  octets: 'a size: `500K`, `25M`, `1G`',
  switch: '`true` or `false`',
  number: 'a whole number',
  list: 'a list: `["a", "b"]`, in the environment `a, b`',
  text: 'text',
};

const INTRODUCTION = `# Settings

Made by \`bin/node tools/settings-page.ts\` from \`src/config/fields.ts\`; not edited by hand.

A setting is given as a flag (\`--set smtp.port=2526\`), in the environment, or in \`hikyaku.toml\` in the working directory (another file
by \`--config\` or \`HIKYAKU_CONFIG\`); a flag wins over the environment, that over the file, that over the default. A relative path in the file starts
where the file lies, elsewhere in the working directory. In the file, what stands before the dot is a table:

\`\`\`toml
hostname = "mail.example.com"

[smtp]
port = 25
\`\`\`

\`hikyaku config show --origin\` tells what holds now and why, \`hikyaku config check\` whether a server would start with it. Domains, accounts,
routes and keys are no settings: they live in the database and have commands of their own.
`;

/** The page as Markdown, in the order of the table. */
export function formatSettingsPage(): string {
  const groups = Map.groupBy(KEYS, (key) => (key.includes('.') ? key.split('.')[0]! : ''));
  const parts = [...groups].map(([group, keys]) =>
    [`## ${group === '' ? 'In general' : group}`, ...keys.map(section)].join('\n\n'),
  );
  return `${[INTRODUCTION.trimEnd(), ...parts].join('\n\n')}\n`;
}

function section(key: Key): string {
  const field = FIELDS[key] as Field<unknown>;
  const kind = kindOf(field);
  const name = envName(key);
  const secret = field.secret === true ? `, or a file that holds it as \`${name}_FILE\`` : '';
  return [
    `### ${key}`,
    field.doc,
    [
      `- Written as ${choicesText(field) ?? WRITTEN[kind]}.`,
      `- In the environment: \`${name}\`${secret}.`,
      `- ${defaultText(field, kind)}`,
    ].join('\n'),
  ].join('\n\n');
}

function defaultText({ defaults }: Field<unknown>, kind: Kind): string {
  const text = (mode: Mode): string => valueText(defaults[mode], kind);
  const [dev, serve] = [text('dev'), text('serve')];
  if (defaults.serve === undefined)
    return `Default: ${dev} in \`dev\`; in \`serve\` it has to be set.`;
  return dev === serve ? `Default: ${dev}.` : `Default: ${dev} in \`dev\`, ${serve} in \`serve\`.`;
}

function valueText(value: unknown, kind: Kind): string {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return 'empty';
  return `\`${measuredText(value, kind) ?? String(value)}\``;
}

if (import.meta.main) {
  writeFileSync(path.join(ROOT, SETTINGS_PAGE), formatSettingsPage());
  // made from the same table, so that it goes stale by the same change
  void import('./settings-example.ts').then(({ writeSettingsExample }) => writeSettingsExample());
}
