/**
 * The configuration of peer.test's Postfix: postconf(5), master(5), virtual(8), socketmap_table(5). It listens and sends at addresses of
 * the practice Internet alone, and asks no DNS itself: where mail goes is told to it by `ways.ts`.
 */

export interface PostfixPlace {
  /** Folder of the instance: etc/, queue/, data/, mail/, maillog. */
  readonly home: string;
  readonly hostname: string;
  readonly domain: string;
  readonly people: readonly string[];
  readonly address: string;
  readonly port: number;
  /** Where `ways.ts` answers. */
  readonly waysPort: number;
}

/** Owner of the mailboxes: `nobody`, who exists everywhere and owns nothing else. */
export const MAIL_OWNER = 65_534;
const MESSAGE_SIZE = 25 * 1024 * 1024;
/** Octets of a mailbox. */
const MAILBOX_SIZE = 100 * 1024 * 1024;
/** Processes of one kind: a small machine. */
const PROCESSES = 10;

/** File name in etc/ → its text. */
export function postfixFiles(place: PostfixPlace): Readonly<Record<string, string>> {
  return {
    'main.cf': mainCf(place),
    'master.cf': masterCf(place),
    mailboxes: place.people.map((name) => `${name}@${place.domain} ${name}/\n`).join(''),
  };
}

function mainCf({ home, hostname, domain, address, waysPort }: PostfixPlace): string {
  const settings: Readonly<Record<string, string>> = {
    compatibility_level: '3.6',
    queue_directory: `${home}/queue`,
    data_directory: `${home}/data`,
    maillog_file: `${home}/maillog`,
    maillog_file_prefixes: home,
    myhostname: hostname,
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    local_recipient_maps: '',
    // one that an interface has; where it listens says master.cf
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    smtp_bind_address: address,
    mynetworks: `${address}/32`,
    smtp_dns_support_level: 'disabled',
    smtp_host_lookup: 'native',
    smtpd_peername_lookup: 'no',
    smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
    virtual_mailbox_domains: domain,
    virtual_mailbox_maps: `texthash:${home}/etc/mailboxes`,
    virtual_mailbox_base: `${home}/mail`,
    virtual_mailbox_limit: String(MAILBOX_SIZE),
    virtual_uid_maps: `static:${MAIL_OWNER}`,
    virtual_gid_maps: `static:${MAIL_OWNER}`,
    transport_maps: `socketmap:inet:${address}:${waysPort}:ways`,
    default_transport: 'error:5.4.4 no way leads there',
    message_size_limit: String(MESSAGE_SIZE),
    mailbox_size_limit: '0',
    default_process_limit: String(PROCESSES),
    notify_classes: '',
    smtp_tls_security_level: 'may',
    smtpd_tls_security_level: 'may',
    smtpd_tls_chain_files: `${home}/etc/identity.pem`,
    // what is deferred is tried again while its learner still sits there
    minimal_backoff_time: '60s',
    maximal_backoff_time: '600s',
    queue_run_delay: '30s',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function masterCf({ address, port }: PostfixPlace): string {
  return [
    // a process for each session: one that stays remembers for half a minute where mail for an address goes
    `${address}:${port} inet n - n - - smtpd -o max_use=1`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');
}
