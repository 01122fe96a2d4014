/** `hikyaku dkim verify`: who signed a message, and is it as it was signed? Asks the DNS by itself. */
import type { Command } from 'commander';
import type { Json } from '#events';
import { DKIM_PIECES } from '#mail/story/texts/dkim-texts';
import { say } from '#mail/story/phrase';
import { tellDkimResult, tellDkimStep } from '#mail/story/tell/tell-dkim';
import { allSteps, type DkimReport, type ReportStep } from '#protocol/dkim/report';
import { verifyMessage } from '#protocol/dkim/verify';
import { printExplained } from '#cli/terminal/explained';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { addResolver, type ResolverOptions } from '#cli/resolver';
import type { ExitCode } from '#cli/exit-code';
import { addVerb } from '#cli/verb';
import { verifyFile } from '#cli/verify-file';

type VerifyOptions = ResolverOptions & LanguageOptions;

export function addDkimVerify(noun: Command, end: (code: ExitCode) => void): void {
  const verify = addVerb(
    noun,
    'verify <file>',
    'verify the DKIM signatures of a message, step by step; - is standard input',
    'hikyaku dkim verify message.eml',
    'hikyaku dkim verify - --lang ja < message.eml',
  );
  addLanguage(addResolver(verify)).action(async (file: string, options: VerifyOptions) => {
    const asking = 'asking the DNS for the keys of the signatures';
    const { name, report } = await verifyFile(file, options, asking, verifyMessage);
    const { lang } = options;
    const { signatures } = report;
    const passes = signatures.some(({ result }) => result === 'pass');
    const steps = allSteps(report);
    printExplained(
      options,
      {
        title: say(DKIM_PIECES.title, lang, { file: name }),
        result: tellDkimResult(report, lang),
        well: signatures.length === 0 ? undefined : passes,
        steps: steps.map((step) => ({
          text: tellDkimStep(step as unknown as Json, lang),
          rfc: step.rfc,
          depth: isDetail(step) ? 1 : 0,
          isAdvice: step.step === 'weakness',
        })),
      },
      { ...withoutSteps(report), steps },
    );
    end(passes ? 0 : 1);
  });
}

/** What led from the signature that was read to what it comes to. */
function isDetail({ step }: ReportStep): boolean {
  return !['signature-read', 'concluded', 'no-signature', 'signatures-left-out'].includes(step);
}

/** The steps of all signatures stand together in what is printed. */
function withoutSteps({ signatures, ignored }: DkimReport): object {
  return { signatures: signatures.map(({ steps: _steps, ...rest }) => rest), ignored };
}
