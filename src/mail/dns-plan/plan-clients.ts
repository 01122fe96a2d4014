/** How mail programs find this server: SRV names (RFC 6186, RFC 8314 §5.1) and the web names that serve settings and the MTA-STS policy. */
import { webNames } from '#mail/publish/web-names';
import type { OfferedServices, PartFacts } from './facts.ts';
import { textStrings, type PlannedRecord, type Purpose } from './record.ts';

/** TLS from the first octet is preferred (RFC 8314 §3). */
const SERVICES = [
  { name: '_submissions', key: 'submissions', priority: 0, purpose: 'srv-submissions' },
  { name: '_submission', key: 'submission', priority: 10, purpose: 'srv-submission' },
  { name: '_imaps', key: 'imaps', priority: 0, purpose: 'srv-imaps' },
  { name: '_imap', key: 'imap', priority: 10, purpose: 'srv-imap' },
] as const satisfies readonly {
  key: keyof OfferedServices;
  purpose: Purpose;
  [x: string]: unknown;
}[];

/** Not spoken here: a program that prefers it need not try. */
const NOT_OFFERED = ['_pop3s', '_pop3'];

export function clientRecords({ domain, host, services }: PartFacts): PlannedRecord[] {
  return [
    ...SERVICES.map(({ name, key, priority, purpose }) => {
      const port = services[key];
      return port === undefined
        ? notOffered(name, domain)
        : srv(name, domain, { priority, weight: 1, port, target: host }, purpose);
    }),
    ...NOT_OFFERED.map((name) => notOffered(name, domain)),
  ];
}

/** RFC 6186 §3.4: a target of `.` says that there is no such service. */
function notOffered(service: string, domain: string): PlannedRecord {
  const data = { priority: 0, weight: 0, port: 0, target: '.' };
  return srv(service, domain, data, 'srv-not-offered');
}

function srv(
  service: string,
  domain: string,
  data: { priority: number; weight: number; port: number; target: string },
  purpose: Purpose,
): PlannedRecord {
  const name = `${service}._tcp.${domain}`;
  return { type: 'SRV', name, data, purpose, need: 'publish', zone: 'domain' };
}

/** Aliases of the host, which answers for all of them; a host that has such a name itself needs none. */
export function webRecords({ domain, host, mtaStsId }: PartFacts): PlannedRecord[] {
  const names = webNames(domain);
  const alias = (name: string, purpose: Purpose): PlannedRecord[] =>
    name === host
      ? []
      : [{ type: 'CNAME', name, data: host, purpose, need: 'publish', zone: 'domain' }];
  const policy: PlannedRecord = {
    type: 'TXT',
    name: `_mta-sts.${domain}`,
    data: textStrings(`v=STSv1; id=${mtaStsId}`),
    purpose: 'mta-sts',
    need: 'publish',
    zone: 'domain',
  };
  return [
    ...(mtaStsId === undefined ? [] : [policy, ...alias(names.mtaSts, 'mta-sts-host')]),
    ...alias(names.autoconfig, 'autoconfig'),
    ...alias(names.autodiscover, 'autodiscover'),
  ];
}
