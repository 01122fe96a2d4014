/** `hikyaku arc verify`: is the chain of seals of a message whole, and what do they say? Works without a server. */
import type { Command } from 'commander';
import type { Json } from '#events';
import { ARC_PIECES } from '#mail/story/texts/arc-texts';
import { say } from '#mail/story/phrase';
import { tellArcResult, tellArcStep } from '#mail/story/tell/tell-arc';
import type { ArcStep } from '#protocol/arc/report';
import { verifyChain } from '#protocol/arc/verify-chain';
import { printExplained } from '#cli/terminal/explained';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { addResolver, type ResolverOptions } from '#cli/resolver';
import type { ExitCode } from '#cli/exit-code';
import { addVerb } from '#cli/verb';
import { verifyFile } from '#cli/verify-file';

type VerifyOptions = ResolverOptions & LanguageOptions;

export function arc(noun: Command, end: (code: ExitCode) => void): void {
  const verify = addVerb(
    noun,
    'verify <file>',
    'validate the chain of ARC of a message, step by step; - is standard input',
    'hikyaku arc verify message.eml',
    'hikyaku arc verify - --lang ja < message.eml',
  );
  addLanguage(addResolver(verify)).action(async (file: string, options: VerifyOptions) => {
    const asking = 'asking the DNS for the keys of the seals';
    const { name, report } = await verifyFile(file, options, asking, verifyChain);
    const { lang } = options;
    printExplained(
      options,
      {
        title: say(ARC_PIECES.title, lang, { file: name }),
        result: tellArcResult(report, lang),
        well: { pass: true, fail: false, none: undefined }[report.cv],
        steps: report.steps.map((step) => ({
          text: tellArcStep(step as unknown as Json, lang),
          rfc: step.rfc,
          depth: isDetail(step) ? 1 : 0,
        })),
      },
      report,
    );
    end(report.cv === 'pass' ? 0 : 1);
  });
}

/** What led to the judgement that follows it. */
function isDetail(step: ArcStep): boolean {
  return 'field' in step && step.step !== 'signature-judged';
}
