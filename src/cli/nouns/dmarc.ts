/**
 * `hikyaku dmarc check`: the policy of a domain, how it was found, what its owner should mend, and whether given results of SPF and DKIM would
 * let mail in its name pass. Works without a server.
 */
import type { Command } from 'commander';
import type { Json } from '#events';
import { DMARC_CHECK, DMARC_POLICIES, DMARC_RESULTS } from '#mail/story/texts/dmarc-texts';
import { say } from '#mail/story/phrase';
import { tellDmarcStep } from '#mail/story/tell/tell-dmarc';
import { adviseOn, type Advice } from '#protocol/dmarc/advice';
import { dnsName } from '#protocol/dmarc/domain-name';
import { judgeDmarc } from '#protocol/dmarc/judge';
import type { DmarcReport, DmarcStep } from '#protocol/dmarc/report';
import type { Language } from '#protocol/dsn/language';
import { addReports } from './dmarc/reports.ts';
import { printExplained } from '#cli/terminal/explained';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { waiting } from '#cli/terminal/progress';
import { addResolver, cliResolver, type ResolverOptions } from '#cli/resolver';
import type { ExitCode } from '#cli/exit-code';
import { addVerb } from '#cli/verb';

interface CheckOptions extends ResolverOptions, LanguageOptions {
  readonly spf?: Identifier;
  readonly dkim?: readonly Identifier[];
}

interface Identifier {
  readonly domain: string;
  readonly result: string;
}

export function dmarc(noun: Command, end: (code: ExitCode) => void): void {
  const check = addVerb(
    noun,
    'check <domain>',
    'show the DMARC policy of a domain, how it is found, and what aligns with it',
    'hikyaku dmarc check example.org',
    'hikyaku dmarc check news.example.org --spf bounce.example.org --dkim mail.example.net:fail --lang ja',
  )
    .option(
      '--spf <domain:result>',
      'what SPF said of the reverse-path (pass, unless told)',
      identifierOf('--spf', SPF_RESULTS),
    )
    .option(
      '--dkim <domain:result>',
      'what came of a signature of this domain (pass, unless told; repeatable)',
      (given: string, before: readonly Identifier[] | undefined) => [
        ...(before ?? []),
        identifierOf('--dkim', DKIM_RESULTS)(given),
      ],
    );
  addLanguage(addResolver(check)).action(async (domain: string, options: CheckOptions) => {
    end(await checkDomain(domain, options));
  });
  addReports(noun);
}

const SPF_RESULTS = ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror'];
const DKIM_RESULTS = ['pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'];

function identifierOf(option: string, results: readonly string[]): (given: string) => Identifier {
  return (given) => {
    const colon = given.lastIndexOf(':');
    const domain = dnsName(colon < 0 ? given : given.slice(0, colon));
    const result = colon < 0 ? 'pass' : given.slice(colon + 1).toLowerCase();
    if (domain !== undefined && results.includes(result)) return { domain, result };
    throw new CommandFailure(
      `${option} ${given} is no domain with its result`,
      `Write it like ${option} example.org:pass; results are ${results.join(', ')}.`,
    );
  };
}

async function checkDomain(given: string, options: CheckOptions): Promise<ExitCode> {
  const author = dnsName(given.slice(given.lastIndexOf('@') + 1));
  if (author === undefined) {
    throw new CommandFailure(`${given} is no domain name`, 'Write it like example.org.');
  }
  const { spf, dkim = [], lang } = options;
  using resolver = await cliResolver(options);
  const report = await waiting(
    `asking for the policy of ${author}`,
    judgeDmarc({ author, spf, dkim, resolver, wholeWalk: true }),
  );
  resolver.assertReached();
  const compares = spf !== undefined || dkim.length > 0;
  const shown = compares ? report : withoutComparison(report);
  const steps = [...shown.steps, ...adviseOn(report)];
  const { result, well } = answerOf(report, compares, lang);
  printExplained(
    options,
    {
      title: say(DMARC_CHECK.title, lang, { domain: author }),
      result,
      well,
      steps: steps.map((step) => ({
        text: tellDmarcStep(step as unknown as Json, lang),
        rfc: step.rfc,
        isAdvice: step.step === 'advice',
      })),
    },
    { ...shown, steps },
  );
  return well === false ? 1 : 0;
}

type Shown = Partial<DmarcReport> & { readonly steps: readonly (DmarcStep | Advice)[] };

/** Where nothing was given to compare, nothing has failed: the result of the judgement would say so. */
function withoutComparison(report: DmarcReport): Shown {
  if (report.result !== 'fail') return report;
  const { result: _result, identifiers: _identifiers, aligned: _aligned, ...rest } = report;
  const steps = rest.steps.filter(({ step }) => step !== 'no-identifier' && step !== 'concluded');
  return { ...rest, steps };
}

function answerOf(
  { domain, policyDomain, policy, result }: DmarcReport,
  compares: boolean,
  lang: Language,
): { readonly result: string; readonly well: boolean | undefined } {
  const asks = DMARC_POLICIES[policy][lang];
  if (!compares && result === 'fail' && policyDomain !== undefined) {
    const values = { domain, policyDomain, policy: asks };
    const well = policy === 'none' ? undefined : true;
    return { result: say(DMARC_CHECK.policy, lang, values), well };
  }
  return { result: say(DMARC_RESULTS[result], lang, { policy: asks }), well: result === 'pass' };
}
