/**
 * The configuration of a throw-away Exim (`exim.ts`), from its options, as its specification has it: chapter 14 (main options), 15 to 24
 * (routers, transports), 32 (retry), 43 (ACLs). Nothing in it leaves the machine: loopback only, and no DNS but the one that is named.
 */

export interface EximOptions {
  /** Addresses delivered to a Maildir each. Others of their domains get 550. */
  readonly mailboxes?: readonly string[];
  /** Address → what RCPT is answered with 550. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** Domain → port of 127.0.0.1 where its mail goes. */
  readonly routes?: Readonly<Record<string, number>>;
  /** STARTTLS when it sends: not at all, where offered (unless told), or only so. */
  readonly sendTls?: 'none' | 'may' | 'encrypt';
  /** BDAT when it sends, where offered; unless told. */
  readonly chunking?: boolean;
  /** STARTTLS when it receives, with this certificate. */
  readonly certificate?: { readonly certificateFile: string; readonly keyFile: string };
  /** Address of the DNS server, on port 53, that its DKIM verification asks. Without one it verifies nothing. */
  readonly nameserver?: string;
}

/** What it calls itself, in EHLO and in Authentication-Results. */
export const EXIM_HOST = 'exim.test';

export function eximConf(
  home: string,
  program: string,
  port: number,
  options: EximOptions,
): string {
  return [
    main(home, program, port, options),
    'begin acl',
    acls(options),
    'begin routers',
    routers(home, options),
    'begin transports',
    transports(home, options),
    'begin retry',
    '* * F,1h,10m',
    '',
  ].join('\n');
}

function main(home: string, program: string, port: number, options: EximOptions): string {
  const { certificate, nameserver } = options;
  return lines({
    // it runs itself again for each message
    exim_path: program,
    primary_hostname: EXIM_HOST,
    local_interfaces: '127.0.0.1',
    daemon_smtp_ports: String(port),
    spool_directory: `${home}/spool`,
    log_file_path: `${home}/log/%s`,
    pid_file_path: `${home}/spool/pid`,
    log_selector: '+pipelining +8bitmime +smtp_confirmation +received_recipients +dkim_verbose',
    keep_environment: '',
    host_lookup: '',
    rfc1413_query_timeout: '0s',
    message_size_limit: '100M',
    smtputf8_advertise_hosts: '*',
    dsn_advertise_hosts: '*',
    tls_advertise_hosts: certificate === undefined ? '' : '*',
    ...(certificate !== undefined && {
      tls_certificate: certificate.certificateFile,
      tls_privatekey: certificate.keyFile,
    }),
    ...(nameserver === undefined && { dkim_verify_signers: '' }),
    acl_smtp_rcpt: 'acl_rcpt',
    acl_smtp_data: 'acl_data',
  });
}

function acls({ refuse = {}, nameserver }: EximOptions): string {
  return [
    'acl_rcpt:',
    ...Object.entries(refuse).map(
      ([address, text]) => `deny recipients = ${address}\n message = ${text}`,
    ),
    'require verify = recipient',
    'accept',
    'acl_data:',
    ...(nameserver === undefined
      ? []
      : [`warn add_header = :at_start:\${authresults {${EXIM_HOST}}}`]),
    'accept',
  ].join('\n');
}

function routers(home: string, { routes = {} }: EximOptions): string {
  return [
    ...Object.entries(routes).map(
      ([domain, port], index) =>
        `route_${index}:\n driver = manualroute\n domains = ${domain}\n transport = remote\n` +
        ` route_data = 127.0.0.1::${port}\n self = send`,
    ),
    // what a look-up brings is not tainted, as the address is that it was looked up by
    'mailbox:\n driver = accept\n transport = maildir',
    ` address_data = \${lookup{$local_part@$domain}lsearch{${home}/etc/mailboxes}{$value}fail}`,
  ].join('\n');
}

function transports(home: string, { sendTls = 'may', chunking = true }: EximOptions): string {
  return [
    'remote:\n driver = smtp\n helo_data = $primary_hostname',
    ...(sendTls === 'none' ? [' hosts_avoid_tls = *'] : []),
    ...(sendTls === 'encrypt' ? [' hosts_require_tls = *'] : []),
    ...(chunking ? [] : [' hosts_try_chunking =']),
    // nobody vouches for the certificates of a test
    ' tls_verify_hosts =\n tls_try_verify_hosts =',
    `maildir:\n driver = appendfile\n directory = ${home}/mail/$address_data\n maildir_format`,
    ' create_directory\n delivery_date_add\n envelope_to_add\n return_path_add',
  ].join('\n');
}

/** Address → Maildir below the folder of mail. */
export function eximMailboxes({ mailboxes = [] }: EximOptions): string {
  return mailboxes.map((address) => `${address}: ${maildirOf(address)}\n`).join('');
}

/** `bob@relay.test` → `relay.test/bob` */
export function maildirOf(address: string): string {
  const [user, domain] = address.split('@');
  return `${domain}/${user}`;
}

function lines(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}
