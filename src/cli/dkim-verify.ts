/** `hikyaku dkim verify`: who signed a message, and is it as it was signed? Asks the DNS by itself. */
import type { Command } from 'commander';
import { systemClock } from '#clock';
import type { Json } from '#events';
import { DKIM_PIECES } from '#mail/story/dkim-texts';
import { say } from '#mail/story/phrase';
import { tellDkimResult, tellDkimStep } from '#mail/story/tell-dkim';
import { keyLookup } from '#protocol/dkim/key-lookup';
import { allSteps, type DkimReport, type ReportStep } from '#protocol/dkim/report';
import { verifyMessage } from '#protocol/dkim/verify';
import { splitHeader } from '#protocol/message/fields';
import { printExplained } from './explained.ts';
import { addLanguage, type LanguageOptions } from './language.ts';
import { readMessageFile } from './message-file.ts';
import { waiting } from './progress.ts';
import { addResolver, cliResolver, type ResolverOptions } from './resolver.ts';
import type { ExitCode } from './run.ts';
import { addVerb } from './verb.ts';

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
    const { name, bytes } = await readMessageFile(file);
    const report = await verifyBytes(bytes, options);
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

async function verifyBytes(bytes: Uint8Array, options: VerifyOptions): Promise<DkimReport> {
  using resolver = await cliResolver(options);
  const { bodyStart } = splitHeader(bytes);
  const report = await waiting(
    'asking the DNS for the keys of the signatures',
    verifyMessage({
      header: bytes.subarray(0, bodyStart),
      body: [bytes.subarray(bodyStart)],
      lookup: keyLookup(resolver),
      now: systemClock.now() / 1000,
    }),
  );
  resolver.assertReached();
  return report;
}

/** What led from the signature that was read to what it comes to. */
function isDetail({ step }: ReportStep): boolean {
  return !['signature-read', 'concluded', 'no-signature', 'signatures-left-out'].includes(step);
}

/** The steps of all signatures stand together in what is printed. */
function withoutSteps({ signatures, ignored }: DkimReport): object {
  return { signatures: signatures.map(({ steps: _steps, ...rest }) => rest), ignored };
}
