/** How a change in the DNS of the practice Internet is told: it is done, and seen by others later; or refused, in the reader's language. */
import { say, type Phrase } from '#mail/story/phrase';
import { callAdded } from '#cli/control';
import type { LanguageOptions } from '#cli/language';
import { printJson, printText } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import type { CommonOptions } from '#cli/verb';

export type ChangeOptions = CommonOptions & LanguageOptions;

/** As the calls answer it; times are RFC 3339, by the calendar of the practice Internet. */
export interface ToldChange {
  readonly name: string;
  readonly servedFrom: string;
  readonly servedByAllFrom: string;
  readonly seenByAllFrom: string;
  /** In the language that was asked for. */
  readonly remarks: readonly string[];
}

const DONE = {
  en: '{name} is changed. Its name servers answer by it from {from}, all of them from {all}; no cache has the old answer after {seen}.',
  ja: '{name} を変更しました。ネームサーバーは {from} から、すべてのネームサーバーは {all} から新しい内容で答えます。{seen} を過ぎれば、古い答えはどのキャッシュにも残りません。',
} as const satisfies Phrase;

const NOTE = { en: 'Note: {remark}', ja: '注意：{remark}' } as const satisfies Phrase;

/** @throws CommandFailure */
export async function makeChange<Change extends ToldChange = ToldChange>(
  options: ChangeOptions,
  call: `lab/${string}`,
  input: object,
): Promise<Change> {
  const { lang } = options;
  const change = await callAdded<Change>(options, call, { ...input, lang });
  if (options.json === true) printJson(change);
  else {
    const values = {
      name: change.name,
      from: localTime(change.servedFrom),
      all: localTime(change.servedByAllFrom),
      seen: localTime(change.seenByAllFrom),
    };
    printText(say(DONE, lang, values));
    for (const remark of change.remarks) printText(say(NOTE, lang, { remark }));
  }
  return change;
}
