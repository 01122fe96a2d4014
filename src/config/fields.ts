/**
 * Every setting: its key in `hikyaku.toml`, its type, its defaults and what it is for. The reference page and `config show` are made
 * from this table. The environment's name follows from the key (`smtp.port` is HIKYAKU_SMTP_PORT), unless it has its own.
 */
import { z } from 'zod';
import { DEFAULT_DATA_DIR } from './data-dir.ts';
import { readDoctorList } from './doctor-list.ts';
import {
  acmeDirectory,
  count,
  databaseUrl,
  delay,
  duration,
  field,
  hostName,
  httpsUrl,
  ipAddress,
  letterAddress,
  limit,
  list,
  listOf,
  listZone,
  number,
  octets,
  ON_LOOPBACK,
  ports,
  publicPort,
  rspamdUrl,
  sourceAddress,
  sparedSender,
  switchOn,
  timeZone,
  type Field,
} from './kinds.ts';

export type { Field, Mode } from './kinds.ts';

export const FIELDS = {
  hostname: {
    schema: hostName,
    doc: 'The name of this host: in the greeting, in EHLO, in Received and Message-ID. In production it has an A or AAAA record, and the PTR record of the address names it.',
    defaults: { dev: 'mail.example.test' },
  } as Field<string>,
  data_dir: field(
    z.string().min(1),
    'Folder of the embedded database, the certificate and the control socket.',
    DEFAULT_DATA_DIR,
    { isPath: true },
  ),
  user: field(
    z.string(),
    'Account that the server becomes once it has its ports, where root starts it: by name, with its groups. It has to be able to read certificate and key, and to write to data_dir. Empty: it stays who it is.',
    '',
  ),
  group: field(z.string(), 'Group that it becomes with `user`. Empty: that of the user.', ''),
  workers: field(
    number(z.number().int().min(1).max(64)),
    'Processes that share the ports and the work: with TLS, DKIM, mailboxes and the content of messages each keeps a processor busy. Each is a node with connections of its own to PostgreSQL (about fifteen; the embedded one has enough for two). Limits hold for all of them together, and where one dies the others go on. For machines with more than two processors: on two a second one made it slower, since PostgreSQL needs the other.',
    1,
  ),
  database_url: field(
    databaseUrl,
    'PostgreSQL to use instead of the embedded one: postgresql://user:password@host/database. Version 15 or newer, encoded in UTF-8.',
    '',
    { secret: true, env: 'DATABASE_URL' },
  ),
  allow_unsafe: field(
    listOf(z.enum(['fsync', 'full_page_writes', 'synchronous_commit'])),
    'Durability settings of PostgreSQL that may be off: fsync, full_page_writes, synchronous_commit. Each one off can lose acknowledged mail.',
    [],
  ),
  lang: field(
    z.enum(['en', 'ja']),
    'Language of what the server writes by itself: notices (in which the other language follows), letters about alerts and of the doctor, and its pages where a reader asks for none. Commands do not read it in hikyaku.toml: --lang says theirs, else HIKYAKU_LANG, else the locale.',
    'en',
  ),
  log_level: field(
    z.enum(['debug', 'info', 'warn', 'error']),
    'Least level that is logged.',
    'info',
  ),
  delivery: field(
    z.enum(['deliver', 'hold']),
    'hold keeps mail for other hosts in the queue until it is released (`hikyaku queue release`).',
    'deliver',
  ),
  dns: field(
    list,
    'Resolvers to ask, address:port (53 where there is no port), instead of those in /etc/resolv.conf. In dev none is asked unless this is set, but that of the practice Internet.',
    [],
  ),
  dns_trusted: field(
    switchOn,
    'The resolvers named by `dns` validate DNSSEC, and nobody can tamper with what they say on its way here (a network of your own). Without it DANE is used only with a resolver on this machine.',
    false,
  ),
  'lab.on': {
    schema: switchOn,
    doc: 'The practice Internet stands around the server, on the loopback: names below test, providers that judge mail, a clock that may run fast. Nothing leaves the machine while it is on: what is said here about resolvers, source addresses, certificates, reports, letters about alerts and whom the doctor asks gives way to what it has of its own. It is for dev alone, and stays off where `dns` names a resolver.',
    defaults: { dev: true, serve: false },
  } as Field<boolean>,
  'lab.network': field(
    z
      .string()
      .refine(
        (text) => /^127\.(\d{1,3})$/.test(text) && Number(text.slice(4)) <= 255,
        'is not 127. and a number up to 255',
      ),
    'The first two numbers of the addresses of the practice Internet. Another one lets a second run on the same machine.',
    '127.20',
  ),
  'lab.seed': field(
    number(
      z
        .number()
        .int()
        .nonnegative()
        .max(2 ** 31),
    ),
    'What chance in a new practice Internet is made from: the same seed gives the same people.',
    1,
  ),
  dev_password: field(
    z.string().default(''),
    'Password of the accounts that the first start in dev makes. Empty: one is made up and printed.',
    '',
    { secret: true },
  ),

  'smtp.port': ports(2525, 25, 'Port of the MX listener.'),
  'smtp.address': ON_LOOPBACK,
  'smtp.proxy_from': field(
    list,
    'Networks (CIDR) whose connections begin with a PROXY protocol header.',
    [],
  ),
  'smtp.greet_delay': field(
    delay,
    'How long the MX listener waits before its greeting: a client that speaks meanwhile is a junk program and is sent away. Every honest client waits as long, unless it is known: by its history (receive.reputation), by receive.greylist_spare or by abuse.trusted.',
    0,
  ),
  'receive.honour_dmarc': field(
    switchOn,
    'Refuses, or puts into Junk, what fails DMARC where the domain of its author asks for that. Off: it is only told.',
    true,
  ),
  'receive.spf_fail': field(
    z.enum(['note', 'junk', 'reject']),
    'What becomes of mail whose sender’s SPF record forbids the client, unless DMARC passes by a signature. Forwarders that do not rewrite the sender fail so: reject loses what they forward.',
    'junk',
  ),
  'receive.arc': field(
    switchOn,
    'Verifies the seals (ARC) of servers that a message came past, so that they can speak for forwarders that are trusted.',
    false,
  ),
  'receive.suspicions': field(
    number(z.number().int().nonnegative()),
    'So many weak signs (no reverse name, no full name in EHLO, SPF softfail, no Date …) together make junk. 0: they never do.',
    3,
  ),
  'receive.dns_lists': field(
    listOf(listZone),
    'DNS lists that are asked about clients, zone=meaning: note tells it, junk puts the mail into Junk, reject refuses it. Read the terms of a list first; many refuse public resolvers.',
    [],
  ),
  'receive.reputation': field(
    switchOn,
    'Keeps a history of what became of mail, by network and by domain that SPF or DKIM vouches for: who is good is spared greylisting, who is bad is taken for junk, nobody is refused for it. Off: none is kept, and none is asked.',
    true,
  ),
  'receive.greylist': field(
    switchOn,
    'Puts off the first message of a sender that nobody here knows: honest servers send it again, most programs that send junk do not. First mail of strangers is late by some minutes.',
    false,
  ),
  'receive.greylist_delay': field(
    duration,
    'After which time a message that was put off is taken when it comes again.',
    5 * 60e3,
  ),
  'receive.greylist_spare': field(
    listOf(sparedSender),
    'Whom greylisting spares: networks and addresses of clients, which need not wait for the greeting either (smtp.greet_delay), and domains (with those below them) that SPF or DKIM vouches for.',
    [],
  ),
  'receive.patience': field(
    duration,
    'How long a client waits after its final dot for look-ups that are still under way. What is not there by then counts as unknown.',
    10e3,
  ),
  'forward.arc_seal': field(
    switchOn,
    'Seals (ARC) what an alias sends on to other hosts, with the key of its domain, so that a host that trusts this one learns what was found out here. Seals that come in are then verified, as by receive.arc.',
    false,
  ),
  'rspamd.url': field(
    rspamdUrl,
    'Rspamd that is asked about the content of mail, http://127.0.0.1:11333 for one on this machine. Empty: none is. When it is down, mail is taken without it.',
    '',
  ),
  'rspamd.learn': field(
    rspamdUrl,
    'Controller of Rspamd, http://127.0.0.1:11334, that learns from what owners move into Junk and out of it. Empty: nothing is learned.',
    '',
  ),
  'rspamd.password': field(
    z.string(),
    'Password of Rspamd, where it wants one: its controller mostly does.',
    '',
    { secret: true },
  ),
  'rspamd.timeout': field(
    duration,
    'How long Rspamd may take for a message. Never longer than most of receive.patience.',
    8e3,
  ),
  'rspamd.message_size': field(
    octets,
    'Larger messages are taken without asking Rspamd, and nothing is learned from them. Junk is rarely large.',
    10 * 1024 * 1024,
  ),

  'submission.port': ports(2587, 587, 'Port of submission with STARTTLS.'),
  'submission.address': ON_LOOPBACK,
  'submission.proxy_from': field(
    list,
    'Networks (CIDR) whose connections begin with a PROXY protocol header.',
    [],
  ),
  'submission.take_bounces': field(
    switchOn,
    'Bulk mail leaves under a reverse-path of its own for each recipient, in the same domain as that of the author, so that what bounces is noticed here. To be off where mail for the domains of authors goes to another server.',
    true,
  ),
  'submission.hide_author_address': field(
    switchOn,
    'Leaves the author’s IP address out of the Received field of submitted mail.',
    true,
  ),
  'unsubscribe.offer': field(
    switchOn,
    'Bulk mail that is handed in without List-Unsubscribe gets one for each recipient, with one-click (RFC 8058), before it is signed.',
    true,
  ),
  'unsubscribe.url': field(
    httpsUrl,
    'Where readers leave lists, as an https URL whose requests come to the port of HTTPS here, such as https://mail.example.com. Empty: the name of this host at https.public_port; where that is off, they leave by mail alone.',
    '',
  ),
  'submission.messages_a_day': {
    schema: limit,
    doc: 'Messages that an account may submit in a day (UTC), on all nodes together; `account limit` sets it for one account. What a stolen password is worth to a thief. 0: no limit.',
    defaults: { dev: 0, serve: 2000 },
  } as Field<number>,
  'submission.new_recipients_a_day': {
    schema: limit,
    doc: 'Recipients to whom an account has never written before, in a day (UTC): people write to few new ones, thieves to nobody else. `account limit` sets it for one account. 0: no limit.',
    defaults: { dev: 0, serve: 1000 },
  } as Field<number>,
  'submission.messages_a_minute': {
    schema: limit,
    doc: 'Messages that an account may submit in a minute, on all nodes together; more is put off (450) until the next one begins. `account limit` sets it for one account. 0: no limit.',
    defaults: { dev: 0, serve: 100 },
  } as Field<number>,
  'submission.messages_an_hour': {
    schema: limit,
    doc: 'Messages that an account may submit in an hour, counted and put off as those of submission.messages_a_minute. 0: no limit.',
    defaults: { dev: 0, serve: 1000 },
  } as Field<number>,
  'submissions.port': ports(2465, 465, 'Port of submission under TLS from the first octet.'),
  'submissions.address': ON_LOOPBACK,
  'submissions.proxy_from': field(
    list,
    'Networks (CIDR) whose connections begin with a PROXY protocol header.',
    [],
  ),
  'imap.port': ports(2143, 143, 'Port of IMAP with STARTTLS.'),
  'imap.address': ON_LOOPBACK,
  'imap.proxy_from': field(
    list,
    'Networks (CIDR) whose connections begin with a PROXY protocol header.',
    [],
  ),
  'imap.time_zone': field(
    timeZone,
    'Time zone, by its name (`Asia/Tokyo`), in which IMAP tells when a message came, and whose days SEARCH SINCE, ON and BEFORE mean.',
    'UTC',
  ),
  'imaps.port': ports(2993, 993, 'Port of IMAP under TLS from the first octet.'),
  'imaps.address': ON_LOOPBACK,
  'imaps.proxy_from': field(
    list,
    'Networks (CIDR) whose connections begin with a PROXY protocol header.',
    [],
  ),
  'http.port': ports(8025, 8025, 'Port of health, metrics and the landing page.'),
  'http.address': field(
    ipAddress,
    'Address of the HTTP listener. Metrics and health are for this machine.',
    '127.0.0.1',
  ),
  'http.published_address': field(
    z.union([z.literal(''), ipAddress]),
    'Address under which the machine publishes this listener, where it is in a container: there it listens on every address, and only this one tells the doctor who can reach it. Empty: http.address says so.',
    '',
  ),
  'http.names': field(
    listOf(hostName),
    'Names by which this listener is called besides its address, localhost and the host name: that of a container, for whoever reads the metrics. Requests for other names are refused.',
    [],
  ),

  'https.public_port': publicPort(
    443,
    'Port of HTTPS for everybody: MTA-STS policies, the settings for mail programs, the page by which readers leave lists, and the challenge tls-alpn-01.',
  ),
  'https.public_address': ON_LOOPBACK,
  'http.public_port': publicPort(
    80,
    'Port of HTTP for everybody: it answers certificate authorities (the challenge http-01) and leads everything else to HTTPS.',
  ),
  'http.public_address': ON_LOOPBACK,

  'dkim.rotate_every': {
    schema: delay,
    doc: 'After so long the DKIM keys of a domain are followed by others: `hikyaku domain dns` then shows records to publish, and the new keys sign once these are seen. 0: only by `hikyaku dkim rotate`.',
    defaults: { dev: 0, serve: 365 * 864e5 },
  } as Field<number>,

  'abuse.trusted': field(
    list,
    'Networks (CIDR) that are never banned and have no rates: a backup MX, a monitoring host. Private networks, gateways and proxies never are.',
    [],
  ),
  'abuse.bans': field(
    switchOn,
    'Refuses connections for a growing time from addresses that fail to log in by many names, harvest recipients, break the protocol or speak too early. Off: only bans by hand hold (`hikyaku ban`).',
    true,
  ),
  'abuse.connections_a_minute': field(
    limit,
    'SMTP and IMAP connections a minute from one address (an IPv6 /64 counts as one); its network (/24, /48) may open three times as many. 0: no limit.',
    600,
  ),
  'abuse.messages_a_minute': field(
    limit,
    'Messages a minute that the MX listener takes from one address, and three times as many from its network; more are put off. 0: no limit.',
    300,
  ),
  'abuse.recipients_a_minute': field(
    limit,
    'Recipients a minute that the MX listener takes from one address, and three times as many from its network; more are put off. 0: no limit.',
    1000,
  ),

  'tls.certificate': field(
    z.string(),
    'PEM file with the certificate chain. Empty: certificates are ordered by ACME (acme.directory), and until there is one a self-signed one in the data folder is used.',
    '',
    { isPath: true },
  ),
  'tls.key': field(z.string(), 'PEM file with the private key of the certificate.', '', {
    isPath: true,
  }),

  'acme.directory': {
    schema: acmeDirectory,
    doc: 'Certificate authority that certificates are ordered from by ACME: the https URL of its directory, letsencrypt, staging (of Let’s Encrypt, for tests: nobody trusts what it issues), or off.',
    defaults: { dev: 'off', serve: 'letsencrypt' },
  } as Field<string>,
  'acme.terms_agreed': field(
    switchOn,
    'You have read the terms of service of the certificate authority and agree to them. Nothing is ordered before. Those of Let’s Encrypt: https://letsencrypt.org/repository/',
    false,
  ),
  'acme.contact': field(
    z
      .string()
      .refine((text) => text === '' || /^[^\s@,:?]+@[^\s@,:?]+$/.test(text), 'is no mail address'),
    'Mail address for the account at the certificate authority, which may write to it about trouble. Empty: none.',
    '',
  ),
  'acme.challenge': field(
    z.enum(['http-01', 'tls-alpn-01', 'dns-01']),
    'How names are proved to be ours: http-01 needs port 80 open to everybody, tls-alpn-01 port 443, dns-01 a command that writes into the DNS (acme.dns_hook).',
    'http-01',
  ),
  'acme.key_type': field(
    z.enum(['ecdsa', 'rsa']),
    'Keys of certificates: ecdsa (P-256), or rsa (2048 bits) for clients of long ago.',
    'ecdsa',
  ),
  'acme.same_key': field(
    switchOn,
    'Renews with the key there is, so that a TLSA record (DANE) of the key stays right. `hikyaku certificate renew --new-key` takes the next one, whose record `hikyaku certificate show` tells long before.',
    true,
  ),
  'acme.dns_hook': field(
    list,
    'Program and arguments, run without a shell, that puts a TXT record into the DNS and takes it out: ACME_ACTION is add or remove, ACME_NAME and ACME_VALUE say which. In hikyaku.toml as an array where an argument has a space or a comma.',
    [],
  ),
  'acme.dns_hook_timeout': field(
    duration,
    'How long the command of acme.dns_hook may take.',
    2 * 60e3,
  ),
  'acme.dns_patience': field(
    duration,
    'How long the name servers of a zone may take to show what the command of acme.dns_hook wrote.',
    10 * 60e3,
  ),
  'acme.eab_key_id': field(
    z.string(),
    'Identifier of an account that you have at the certificate authority already, where it wants one (external account binding).',
    '',
  ),
  'acme.eab_mac_key': field(
    z.string().regex(/^[\w-]*={0,2}$/, 'is not base64url'),
    'MAC key of the account that acme.eab_key_id names, in base64url.',
    '',
    { secret: true },
  ),
  'acme.ca_file': field(
    z.string(),
    'PEM file with the roots by which the certificate authority itself is known, for one of your own. Empty: those that Node.js has.',
    '',
    { isPath: true },
  ),

  'tls.session_tickets': field(
    switchOn,
    'Let clients resume TLS sessions by tickets. Off for clients that break off right after STARTTLS; then TLS ends at 1.2 too, since 1.3 cannot do without.',
    true,
  ),

  // what is for an operator to choose; servers/smtp/limits.ts and servers/imap/limits.ts have the limits of a session
  'limits.message_size': field(
    octets,
    'Largest message that is taken, by SMTP and by IMAP. Large providers take 25 to 50 MB: what is larger would come back from most.',
    50 * 1024 * 1024,
  ),
  'limits.recipients': field(
    count,
    'Recipients of one message. RFC 5321 asks for 100 at least; more than the default is work for a list, which sends in parts.',
    1000,
  ),
  'limits.connections': field(
    count,
    'SMTP connections at once, all listeners together. A hundred keep disk and database busy; more only wait with their memory, and the rest of the place is for clients that are slow.',
    1000,
  ),
  'limits.connections_per_address': field(
    count,
    'SMTP connections at once from one address (an IPv6 /64 counts as one). A busy relay or an office behind one address opens some tens; the limit keeps one client from taking every place.',
    100,
  ),
  'limits.imap_connections': field(
    count,
    'IMAP connections at once, both listeners together. An idle one costs some 60 KB.',
    20_000,
  ),
  'limits.imap_connections_per_address': field(
    count,
    'IMAP connections at once from one address (an IPv6 /64 counts as one). A mail program keeps up to ten; a whole office may share an address.',
    500,
  ),

  'queue.lifetime': field(
    duration,
    'How long delivery is tried before the author is told that it failed.',
    5 * 864e5,
  ),
  'queue.first_retry': field(
    duration,
    'About how long after a first failure the next attempt follows; each later gap is twice the one before, up to queue.longest_gap.',
    60e3,
  ),
  'queue.longest_gap': field(duration, 'The longest gap between two attempts.', 4 * 36e5),
  'queue.delay_notice': field(
    duration,
    'After this long the author is told once that a message is still waiting.',
    4 * 36e5,
  ),
  'queue.attempts': field(
    count,
    'Deliveries under way at once in this server, all its processes together.',
    50,
  ),
  'queue.source_addresses': field(
    listOf(sourceAddress),
    'Local addresses to send from, in equal shares unless a warm-up plan says otherwise (`hikyaku warm-up`). Empty: the system chooses.',
    [],
  ),

  'doctor.addresses': field(
    listOf(sourceAddress),
    'Public addresses of this host as others see them, where its interfaces do not have them (behind NAT). Empty: queue.source_addresses, else what the interfaces have.',
    [],
  ),
  'doctor.public_resolver': field(
    list,
    'Resolver of others, address:port, that the doctor asks too, to tell what is wrong from what is only not known everywhere yet. It sees the names of your domains. Empty: none.',
    [],
  ),
  'doctor.time_server': field(
    z.string().max(253),
    'Time server that the doctor compares the clock with (SNTP). Empty: none.',
    '',
  ),
  'doctor.mail_exchanges': {
    schema: list,
    doc: 'Domains whose mail exchanges the doctor connects to, to see whether port 25 is open to the outside: the greeting is read and no mail is sent.',
    defaults: { dev: [], serve: ['gmail.com', 'outlook.com', 'yahoo.com'] },
  } as Field<string[]>,
  'doctor.dns_lists': field(
    listOf(
      z
        .string()
        .refine((text) => readDoctorList(text) !== undefined, 'is not zone=major or zone=minor'),
    ),
    'DNS lists that the doctor looks for itself on, zone=major or zone=minor by what being listed means; a zone for domains is written domain:zone=major. Read the terms of a list first; many refuse public resolvers.',
    [],
  ),
  'doctor.rdap': {
    schema: httpsUrl,
    doc: 'Where the RDAP servers of registries are listed (RFC 9224), to see since when a domain is registered. Empty: not asked.',
    defaults: { dev: '', serve: 'https://data.iana.org/rdap/dns.json' },
  } as Field<string>,
  'doctor.node_releases': {
    schema: httpsUrl,
    doc: 'Where the releases of Node.js are listed, to see whether one mends security holes of this one. Empty: not asked.',
    defaults: { dev: '', serve: 'https://nodejs.org/dist/index.json' },
  } as Field<string>,
  'doctor.releases': field(
    httpsUrl,
    'Where the releases of Hikyaku are listed, in the form of the list of Node.js: an array of objects with `version` and `security`. Empty: not asked.',
    '',
  ),
  'doctor.probe': field(
    httpsUrl,
    'Page on another host, an https URL, that connects to this one when the doctor asks: it is fetched with `host` and `port` in its query, and answers in text/plain, 200 where the port was answered, 502 or 504 where it was not. Empty: nobody looks from outside.',
    '',
  ),
  'doctor.issuer': field(
    z.string().max(253).toLowerCase(),
    'Certificate authority as CAA records name it, for the plan of DNS records (`hikyaku domain dns`) and the doctor: to be changed with acme.directory. Empty: the plan has no CAA records.',
    'letsencrypt.org',
  ),
  'doctor.documentation': field(
    httpsUrl,
    'Where the documentation is published that the doctor leads to, an https URL whose end is the folder with doctor.md. Empty: the docs folder of this installation.',
    '',
  ),
  'doctor.daily': {
    schema: switchOn,
    doc: 'Examines this server once a day, by one of its nodes, and writes to postmaster when something differs from the last letter.',
    defaults: { dev: false, serve: true },
  } as Field<boolean>,

  'alerts.mail': {
    schema: switchOn,
    doc: 'Writes to `alerts.to` when an alert goes on, and when it is over (`hikyaku alert list`). Alerts are looked after in any case: events, log and metrics tell of them.',
    defaults: { dev: false, serve: true },
  } as Field<boolean>,
  'alerts.to': field(
    letterAddress,
    'Who is written to about alerts. Empty: postmaster of the domain that the host is in, or of the first one here. An address elsewhere hears of trouble with mailboxes here too.',
    '',
  ),

  'reports.tls': {
    schema: switchOn,
    doc: 'Sends TLS reports (RFC 8460) once a day to the domains that ask for them. Those that come in are read in any case.',
    defaults: { dev: false, serve: true },
  } as Field<boolean>,
  'reports.dmarc': {
    schema: switchOn,
    doc: 'Sends DMARC aggregate reports (RFC 9990) once a day to the domains that ask for them, on mail that came in their name. Those that come in are read in any case.',
    defaults: { dev: false, serve: true },
  } as Field<boolean>,

  'backup.every': field(
    delay,
    'How often a backup is made by itself, by one of the nodes; 0 makes none. `hikyaku backup create` makes one by hand.',
    0,
  ),
  'backup.folder': field(
    z.string(),
    'Folder of backups, best on another disk, or copied to another machine. Empty: `backups` in the data folder.',
    '',
    { isPath: true },
  ),
  'backup.keep': field(
    z.coerce.number().int().min(1).max(10_000),
    'Backups that are kept of those that were made by themselves; older ones are removed after a new one is whole.',
    7,
  ),

  'retention.events': field(
    duration,
    'How long the story of messages is kept, and what complaints, reports and alerts told.',
    90 * 864e5,
  ),
  'retention.dialogues': field(duration, 'How long SMTP dialogues are kept.', 14 * 864e5),
  'retention.expunged': field(
    duration,
    'How long an expunged message can be brought back (`hikyaku mail undelete`).',
    14 * 864e5,
  ),
  'retention.removed_accounts': field(
    duration,
    'How long after its removal an account is erased.',
    30 * 864e5,
  ),
} as const satisfies Record<
  string,
  Field<never> | Field<unknown> | Field<string> | Field<number> | Field<boolean> | Field<string[]>
>;

export type Key = keyof typeof FIELDS;
export type ValueOf<K extends Key> = (typeof FIELDS)[K] extends Field<infer T> ? T : never;
export const KEYS = Object.keys(FIELDS) as Key[];

/** `smtp.port` is HIKYAKU_SMTP_PORT. */
export function envName(key: Key): string {
  const { env } = FIELDS[key] as Field<unknown>;
  return env ?? `HIKYAKU_${key.toUpperCase().replaceAll('.', '_')}`;
}
