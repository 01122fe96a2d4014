/** What the pages of settings say around the settings, in both languages. */
import type { Kind } from '#config/written';
import type { Language } from '#protocol/dsn/language';

export interface Words {
  readonly introduction: string;
  /** Heading of what stands in no table. */
  readonly general: string;
  readonly kinds: Readonly<Record<Kind, string>>;
  readonly choices: (words: readonly string[]) => string;
  readonly written: (how: string) => string;
  /** @param file name of the variable that names a file with the value; undefined: there is none */
  readonly environment: (name: string, file: string | undefined) => string;
  readonly empty: string;
  readonly sameDefault: (value: string) => string;
  /** @param serve undefined: it has to be set */
  readonly defaults: (dev: string, serve: string | undefined) => string;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    introduction: `# Settings

[日本語](settings.ja.md)

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
routes and keys are no settings: they live in the database and have commands of their own.`,
    general: 'In general',
    kinds: {
      duration: 'a time: `90s`, `15m`, `4h`, `5d`',
      octets: 'a size: `500K`, `25M`, `1G`',
      switch: '`true` or `false`',
      number: 'a whole number',
      list: 'a list: `["a", "b"]`, in the environment `a, b`',
      text: 'text',
    },
    choices: (words) => `one of ${words.join(', ')}`,
    written: (how) => `Written as ${how}.`,
    environment: (name, file) =>
      `In the environment: ${name}${file === undefined ? '' : `, or a file that holds it as ${file}`}.`,
    empty: 'empty',
    sameDefault: (value) => `Default: ${value}.`,
    defaults: (dev, serve) =>
      serve === undefined
        ? `Default: ${dev} in \`dev\`; in \`serve\` it has to be set.`
        : `Default: ${dev} in \`dev\`, ${serve} in \`serve\`.`,
  },
  ja: {
    introduction: `# 設定

[English](settings.md)

\`src/config/fields.ts\` と \`src/config/texts/ja.ts\` から \`bin/node tools/settings-page.ts\` で作成しています。手では編集しません。

設定は、フラグ（\`--set smtp.port=2526\`）、環境変数、作業フォルダーの \`hikyaku.toml\`（\`--config\` か \`HIKYAKU_CONFIG\` で別のファイルも指定できます）のいずれかで
指定します。優先順位は、フラグ、環境変数、ファイル、既定値の順です。相対パスの起点は、ファイルに書いたものはそのファイルのある場所、それ以外は作業フォルダーです。
ファイルでは、ドットの前の部分がテーブルになります。

\`\`\`toml
hostname = "mail.example.com"

[smtp]
port = 25
\`\`\`

\`hikyaku config show --origin\` で今の値とその出どころを、\`hikyaku config check\` でその設定でサーバーが起動できるかどうかを確かめられます。ドメイン、アカウント、
経路、鍵は設定ではなく、データベースに保存され、それぞれのコマンドで扱います。`,
    general: '全般',
    kinds: {
      duration: '時間（`90s`、`15m`、`4h`、`5d`）',
      octets: '大きさ（`500K`、`25M`、`1G`）',
      switch: '`true` か `false`',
      number: '整数',
      list: 'リスト（`["a", "b"]`、環境変数では `a, b`）',
      text: '文字列',
    },
    choices: (words) => `${words.join('、')} のいずれか`,
    written: (how) => `書き方：${how}`,
    environment: (name, file) =>
      `環境変数：${name}${file === undefined ? '' : `、または値を書いたファイルを指す ${file}`}`,
    empty: '空',
    sameDefault: (value) => `既定値：${value}`,
    defaults: (dev, serve) =>
      serve === undefined
        ? `既定値：\`dev\` では${spaced(dev)}。\`serve\` では必ず設定します`
        : `既定値：\`dev\` では${spaced(dev)}、\`serve\` では${spaced(serve)}`,
  },
};

/** Between Japanese and code there is a space. */
function spaced(value: string): string {
  return value.startsWith('`') ? ` ${value}` : value;
}
