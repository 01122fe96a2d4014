/**
 * The configuration files of a throw-away Postfix (`postfix.ts`), from its options: postconf(5), master(5),
 * access(5), transport(5), virtual(8). Nothing in them leaves the machine: no DNS, loopback only.
 */

export interface PostfixOptions {
  /** Folder below which the instance makes its own, open to every user; the temporary folder unless told. */
  readonly parent?: string;
  /** Addresses delivered to a Maildir each. Others of their domains get 550 5.1.1. */
  readonly mailboxes?: readonly string[];
  /** Address → what RCPT is answered, as in access(5): `550 5.7.1 no`, `451 4.3.0 later`. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** Takes mail for every other domain and throws it away. */
  readonly discardRest?: boolean;
  /** Domain, or `*`, → port of 127.0.0.1 where its mail goes. */
  readonly routes?: Readonly<Record<string, number>>;
  /** STARTTLS when it sends: not at all, where offered (unless told), or only so. */
  readonly sendTls?: 'none' | 'may' | 'encrypt';
  /** STARTTLS when it receives, with this certificate. */
  readonly certificate?: { readonly certificateFile: string; readonly keyFile: string };
  /** Offers and uses SMTPUTF8; on unless told. */
  readonly smtputf8?: boolean;
  /** Unix sockets of milters for what comes by SMTP, in their order. */
  readonly milter?: string | readonly string[];
  /** Processes of one kind at most; 100 unless told. */
  readonly processLimit?: number;
  /** More lines for main.cf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** More lines for master.cf. */
  readonly services?: readonly string[];
  /** What its programs read as /etc/resolv.conf. */
  readonly resolvConf?: string;
}

/** main.cf; `mailOwner` is the user id that owns the Maildirs. */
export function mainCf(home: string, options: PostfixOptions, mailOwner: number): string {
  const settings: Record<string, string> = {
    compatibility_level: '3.6',
    queue_directory: `${home}/queue`,
    data_directory: `${home}/data`,
    maillog_file: `${home}/maillog`,
    maillog_file_prefixes: home,
    myhostname: 'postfix.test',
    mydestination: '',
    alias_maps: '',
    alias_database: '',
    local_recipient_maps: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mynetworks: '127.0.0.0/8',
    smtp_dns_support_level: 'disabled',
    smtp_host_lookup: 'native',
    smtpd_peername_lookup: 'no',
    smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
    smtpd_recipient_restrictions: `check_recipient_access texthash:${home}/etc/recipient-access`,
    smtputf8_enable: options.smtputf8 === false ? 'no' : 'yes',
    message_size_limit: '104857600',
    mailbox_size_limit: '0',
    notify_classes: '',
    ...destinations(home, options, mailOwner),
    ...performance(options),
    ...encryption(options),
    ...(options.milter !== undefined && {
      smtpd_milters: [options.milter]
        .flat()
        .map((socket) => `unix:${socket}`)
        .join(', '),
      milter_default_action: 'tempfail',
    }),
    ...options.settings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function destinations(
  home: string,
  options: PostfixOptions,
  mailOwner: number,
): Record<string, string> {
  const domains = new Set((options.mailboxes ?? []).map((address) => address.split('@')[1]));
  const all = options.routes?.['*'];
  return {
    virtual_mailbox_domains: [...domains].join(', '),
    virtual_mailbox_maps: `texthash:${home}/etc/mailboxes`,
    virtual_mailbox_base: `${home}/mail`,
    virtual_mailbox_limit: '0',
    virtual_uid_maps: `static:${mailOwner}`,
    virtual_gid_maps: `static:${mailOwner}`,
    transport_maps: `texthash:${home}/etc/transport`,
    default_transport: options.discardRest
      ? 'discard:'
      : all === undefined
        ? 'error:5.4.4 no route'
        : `smtp:[127.0.0.1]:${all}`,
  };
}

/** Postfix does not hold itself back: no delay of input, as many processes and deliveries as asked for. */
function performance(options: PostfixOptions): Record<string, string> {
  const limit = String(options.processLimit ?? 100);
  return {
    in_flow_delay: '0s',
    default_process_limit: limit,
    default_destination_concurrency_limit: limit,
    initial_destination_concurrency: '20',
    smtpd_client_connection_count_limit: '0',
    minimal_backoff_time: '1s',
    maximal_backoff_time: '2s',
    queue_run_delay: '1s',
  };
}

function encryption(options: PostfixOptions): Record<string, string> {
  const { certificate } = options;
  return {
    smtp_tls_security_level: options.sendTls ?? 'may',
    smtpd_tls_security_level: certificate === undefined ? 'none' : 'may',
    ...(certificate !== undefined && {
      smtpd_tls_cert_file: certificate.certificateFile,
      smtpd_tls_key_file: certificate.keyFile,
    }),
  };
}

/** master.cf with the services that SMTP in, Maildir and SMTP out need, none of them in a chroot. */
export function masterCf(port: number, { services = [] }: PostfixOptions = {}): string {
  return [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'proxywrite unix - - n - 1 proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'showq unix n - n - - showq',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'local unix - n n - - local',
    'virtual unix - n n - - virtual',
    'lmtp unix - - n - - lmtp',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
    ...services,
    '',
  ].join('\n');
}

/** Address → Maildir below the mailbox base; the final slash makes it one. */
export function virtualMailboxes({ mailboxes = [] }: PostfixOptions): string {
  return mailboxes
    .map((address) => {
      const [user, domain] = address.split('@');
      return `${address} ${domain}/${user}/\n`;
    })
    .join('');
}

export function recipientAccess({ refuse = {} }: PostfixOptions): string {
  return lines(Object.entries(refuse));
}

export function transportMap({ routes = {} }: PostfixOptions): string {
  return lines(
    Object.entries(routes)
      .filter(([domain]) => domain !== '*')
      .map(([domain, port]) => [domain, `smtp:[127.0.0.1]:${port}`]),
  );
}

function lines(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([key, value]) => `${key} ${value}\n`).join('');
}
