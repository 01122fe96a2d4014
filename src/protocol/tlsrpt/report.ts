/** TLS reports as JSON (RFC 8460 §4): written for others, and read from whoever sends one. Pure. */
export interface TlsReport {
  readonly organizationName: string;
  /** Calendar milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly contactInfo: string;
  readonly reportId: string;
  readonly policies: readonly ReportedPolicy[];
}

export interface ReportedPolicy {
  /** `tlsa`, `sts` or `no-policy-found`, if the sender keeps to the RFC. */
  readonly type: string;
  readonly domain: string;
  readonly strings: readonly string[];
  readonly mxHosts: readonly string[];
  readonly successful: number;
  readonly failed: number;
  readonly failures: readonly FailureDetails[];
}

/** RFC 8460 §4.4; '' where nothing is said. */
export interface FailureDetails {
  readonly resultType: string;
  readonly sendingIp: string;
  readonly mxHost: string;
  readonly mxHelo: string;
  readonly receivingIp: string;
  readonly sessions: number;
  readonly information: string;
  readonly reasonCode: string;
}

export function formatTlsReport(report: TlsReport): string {
  return JSON.stringify({
    'organization-name': report.organizationName,
    'date-range': {
      'start-datetime': timestamp(report.start),
      'end-datetime': timestamp(report.end),
    },
    'contact-info': report.contactInfo,
    'report-id': report.reportId,
    policies: report.policies.map((policy) => ({
      policy: {
        'policy-type': policy.type,
        ...(policy.strings.length > 0 && { 'policy-string': policy.strings }),
        'policy-domain': policy.domain,
        ...(policy.mxHosts.length > 0 && { 'mx-host': policy.mxHosts }),
      },
      summary: {
        'total-successful-session-count': policy.successful,
        'total-failure-session-count': policy.failed,
      },
      ...(policy.failures.length > 0 && { 'failure-details': policy.failures.map(detailsOf) }),
    })),
  });
}

function timestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, '');
}

function detailsOf(failure: FailureDetails): object {
  const said = {
    'result-type': failure.resultType,
    'sending-mta-ip': failure.sendingIp,
    'receiving-mx-hostname': failure.mxHost,
    'receiving-mx-helo': failure.mxHelo,
    'receiving-ip': failure.receivingIp,
    'failed-session-count': failure.sessions,
    'additional-information': failure.information,
    'failure-reason-code': failure.reasonCode,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''));
}

/** What a report may have; what is longer is cut, since the rest of it still says something. */
const MOST = { policies: 200, failures: 1000, strings: 100, characters: 1000 } as const;

/** Undefined where it is no report: no JSON, or without its range of time or its policies. */
export function parseTlsReport(text: string): TlsReport | undefined {
  const report = objectOf(jsonOf(text));
  const range = objectOf(report?.['date-range']);
  const start = timeOf(range?.['start-datetime']);
  const end = timeOf(range?.['end-datetime']);
  const policies = report?.['policies'];
  if (!report || start === undefined || end === undefined || !Array.isArray(policies))
    return undefined;
  return {
    organizationName: textOf(report['organization-name']),
    start,
    end,
    contactInfo: textOf(report['contact-info']),
    reportId: textOf(report['report-id']),
    policies: policies
      .slice(0, MOST.policies)
      .map(policyOf)
      .filter((policy) => policy !== undefined),
  };
}

function policyOf(value: unknown): ReportedPolicy | undefined {
  const entry = objectOf(value);
  const policy = objectOf(entry?.['policy']);
  if (!entry || !policy) return undefined;
  const summary = objectOf(entry['summary']);
  const failures = entry['failure-details'];
  return {
    type: textOf(policy['policy-type']),
    domain: textOf(policy['policy-domain']).toLowerCase(),
    strings: textsOf(policy['policy-string']),
    mxHosts: textsOf(policy['mx-host']),
    successful: countOf(summary?.['total-successful-session-count']),
    failed: countOf(summary?.['total-failure-session-count']),
    failures: Array.isArray(failures)
      ? failures
          .slice(0, MOST.failures)
          .map(failureOf)
          .filter((failure) => failure !== undefined)
      : [],
  };
}

function failureOf(value: unknown): FailureDetails | undefined {
  const entry = objectOf(value);
  return (
    entry && {
      resultType: textOf(entry['result-type']),
      sendingIp: textOf(entry['sending-mta-ip']),
      mxHost: textOf(entry['receiving-mx-hostname']),
      mxHelo: textOf(entry['receiving-mx-helo']),
      receivingIp: textOf(entry['receiving-ip']),
      sessions: countOf(entry['failed-session-count']),
      information: textOf(entry['additional-information']),
      reasonCode: textOf(entry['failure-reason-code']),
    }
  );
}

/** `failure-details` are five deep. */
const DEEPEST = 32;

/** What is nested without end takes the parser seconds, and to count brackets takes milliseconds. */
function isShallow(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > DEEPEST) return false;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function jsonOf(text: string): unknown {
  try {
    return isShallow(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST.characters) : '';
}

/** Some write one text where RFC 8460 §4.4 has a list. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [textOf(value)];
  return Array.isArray(value) ? value.slice(0, MOST.strings).map(textOf) : [];
}

/** Some write it as a text. */
function countOf(value: unknown): number {
  const count = Number(value);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function timeOf(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
