/** What a person sees when the server is up: how to send, where to read, what to try next. */
import type { Config, Mode } from '#config';
import { asTyped } from '#mail/story/as-typed';
import type { RunningServer } from '#server';
import type { Sights } from '#servers/http/landing-page';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

/**
 * Lines for standard error; the machine's half is on standard output.
 * @param around where things of the practice Internet are; undefined: the server stands alone
 */
export function banner(server: RunningServer, config: Config, mode: Mode, around?: Sights): string {
  const { ports, firstAccounts } = server;
  const facts = [
    ['receives', at(config['smtp.address'], ports.smtp), 'SMTP: mail for the domains here'],
    [
      'sends',
      at(config['submission.address'], ports.submission),
      'submission: STARTTLS, then AUTH',
    ],
    [
      '',
      at(config['submissions.address'], ports.submissions),
      'submissions: TLS from the start, then AUTH',
    ],
    ['is read', at(config['imap.address'], ports.imap), 'IMAP: STARTTLS, then the login'],
    ['', at(config['imaps.address'], ports.imaps), 'IMAP under TLS from the start'],
    [
      'shows',
      `http://${at(config['http.address'], ports.http)}/`,
      'health, metrics, what to do next',
    ],
  ] as const;
  const lines = ['', `Hikyaku is up as ${config.hostname}.`, ''];
  for (const [what, where, how] of facts)
    lines.push(`  ${what.padEnd(9)} ${where.padEnd(26)} ${how}`);
  lines.push('');
  if (mode === 'dev') lines.push(...devLines(firstAccounts, ports), ...aroundLines(around));
  return `${lines.map((line) => asTyped(line)).join('\n')}\n`;
}

/** RFC 3986 §3.2.2: an IPv6 address stands in brackets before a port. */
function at(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function devLines(first: RunningServer['firstAccounts'], ports: RunningServer['ports']): string[] {
  const lines =
    first.kind === 'made' && first.madeUp
      ? [
          `  ${ALICE} and ${BOB} have the password  ${first.password}`,
          '  (shown once; change it with: hikyaku account passwd)',
        ]
      : [`  Accounts: ${ALICE}, ${BOB} (a lost password: hikyaku account passwd ${ALICE})`];
  return [
    ...lines,
    '',
    '  Send one:   swaks --server 127.0.0.1:' +
      ports.submission +
      ` -tls --auth-user ${ALICE} --from ${ALICE} --to ${BOB}`,
    `  Read it:    hikyaku mail list ${BOB}, or any mail program by IMAP`,
    '  Its story:  hikyaku message trace ID',
    '',
  ];
}

function aroundLines(around: Sights | undefined): string[] {
  if (around === undefined) {
    return [
      '  Nothing leaves this machine: mail for other domains waits in the queue until a route is set.',
      '',
    ];
  }
  const { resolver, pages } = around;
  return [
    '  Around it is the practice Internet; nothing leaves this machine.',
    '',
    '  Write to:   hana@bigmail.test, a strict provider; hikyaku lab providers lists the others',
    '  There:      hikyaku lab mailbox hana@bigmail.test, and hikyaku lab why ID',
    `  Its DNS:    dig @${resolver.address} -p ${resolver.port} MX bigmail.test`,
    `  Its pages:  http://${at(pages.address, pages.port)}/ (registrar, DNS panel, reverse names, what the resolver remembers, …)`,
    '  Lessons:    hikyaku lab lessons, the first one: hikyaku lab start 1.1',
    '',
  ];
}
