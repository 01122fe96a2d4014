/** `hikyaku route`: hosts that mail is handed to instead of the MX of its domain. */
import { Option, type Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { printDone, printRows } from '#cli/terminal/output';
import { readPassword, type SecretOptions } from '#cli/terminal/secret';
import { promptFor } from '#cli/terminal/secret-texts';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';

const TLS = ['none', 'opportunistic', 'required', 'verified', 'implicit'] as const;

interface SetOptions extends CommonOptions, SecretOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: (typeof TLS)[number];
  readonly user?: string;
}

export function route(noun: Command): void {
  addVerb(
    noun,
    'set <domain>',
    'hand mail for a domain, an address literal, or every domain (*) to a host; what waited for it goes out',
    'hikyaku route set relay.test --host 127.0.0.1 --port 10025',
    "hikyaku route set '[192.0.2.1]' --host 192.0.2.1",
    "hikyaku route set '*' --host smtp.example.net --port 587 --tls verified --user me --password-file me.txt",
  )
    .requiredOption('--host <host>', 'its name or address')
    .option('--port <port>', 'its port', wholeNumber('--port', 1, 65_535), 25)
    .addOption(
      new Option(
        '--tls <policy>',
        'none: in clear; opportunistic: STARTTLS where offered; required: STARTTLS or nothing; ' +
          'verified: with a certificate for the host; implicit: TLS from the first octet, verified',
      )
        .choices(TLS)
        .default('opportunistic'),
    )
    .option('--user <name>', 'log in there')
    .option('--password-file <file>', 'read its password from a file, - is standard input')
    .action(async (domain: string, options: SetOptions) => {
      const { host, port, tls, user: username } = options;
      const password =
        username === undefined
          ? undefined
          : await readPassword(options, promptFor('elsewhere', { who: username, host }), false);
      const set = await callValue(options, 'route/set', {
        domain,
        host,
        port,
        tls,
        username,
        password,
      });
      const what = set.domain === '*' ? 'Mail for other domains' : `Mail for ${set.domain}`;
      printDone(options, set, `${what} goes to ${set.host} port ${set.port} (TLS: ${set.tls}).`);
    });

  addVerb(noun, 'list', 'show the routes, never their passwords', 'hikyaku route list').action(
    async (options: CommonOptions) => {
      await printRows(
        callRows(options, 'route/list', {}),
        [
          { title: 'DOMAIN', value: (row) => row.domain },
          { title: 'HOST', value: (row) => row.host },
          { title: 'PORT', value: (row) => row.port, align: 'right' },
          { title: 'TLS', value: (row) => row.tls },
          { title: 'USER', value: (row) => row.username ?? '-' },
        ],
        options,
        'There is no route: mail goes to the MX of its domain (in dev it waits for a route).',
      );
    },
  );

  addVerb(noun, 'remove <domain>', 'take a route away', 'hikyaku route remove relay.test').action(
    async (domain: string, options: CommonOptions) => {
      const removed = await callValue(options, 'route/remove', { domain });
      printDone(options, removed, `${removed.domain} has no route any more.`);
    },
  );
}
