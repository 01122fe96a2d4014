/**
 * The configuration of a throw-away Dovecot 2.3 (`dovecot.ts`), from its options: one dovecot.conf and a file of
 * users. It offers all of IMAP that this version can; what it stores lies below its folder, and nothing leaves the
 * machine.
 */

export interface DovecotOptions {
  /** Folder below which the instance makes its own, open to every user; the temporary folder unless told. */
  readonly parent?: string;
  /** Address → password; alice and bob at example.test unless told. */
  readonly users?: Readonly<Record<string, string>>;
  /** `mail_location`; a Maildir unless told. */
  readonly mailLocation?: string;
  /** Octets that a user may store; without a bound unless told. */
  readonly quota?: number;
  /** UTC unless told; SEARCH by date goes by it. */
  readonly timeZone?: string;
  /** A socket for Postfix, which asks there who may log in by SASL: `run/postfix-auth`. */
  readonly authSocket?: boolean;
  /** More lines for dovecot.conf, over the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface DovecotPorts {
  readonly imap: number;
  readonly imaps: number;
}

/** Owner of the Maildirs: `nobody`, who exists everywhere and owns nothing else. */
export const MAIL_OWNER = 65_534;

const SPECIAL_USES = ['Archive', 'Drafts', 'Junk', 'Sent', 'Trash'];

const AUTH_SOCKET = `service auth {
  unix_listener postfix-auth {
    mode = 0666
  }
}
`;

export function dovecotConf(home: string, ports: DovecotPorts, options: DovecotOptions): string {
  return `
${settingLines(home, options)}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${home}/etc/users
}
userdb {
  driver = static
  args = uid=${MAIL_OWNER} gid=${MAIL_OWNER} home=${home}/mail/%d/%n
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
${options.authSocket === true ? AUTH_SOCKET : ''}# No delay for who failed to log in before.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
protocol imap {
  mail_plugins = quota imap_quota imap_zlib
  imap_metadata = yes
  mail_max_userip_connections = 0
}
namespace inbox {
  inbox = yes
  separator = /
${SPECIAL_USES.map(specialUse).join('')}}
plugin {
  quota = count:Mail
  quota_vsizes = yes
  quota_rule = *:storage=${options.quota ?? 2 ** 40}B
}
`;
}

function settingLines(home: string, options: DovecotOptions): string {
  const settings: Record<string, string> = {
    protocols: 'imap',
    listen: '127.0.0.1',
    base_dir: `${home}/run`,
    state_dir: `${home}/state`,
    log_path: `${home}/log`,
    ssl: 'yes',
    ssl_cert: `<${home}/etc/certificate.pem`,
    ssl_key: `<${home}/etc/key.pem`,
    disable_plaintext_auth: 'no',
    auth_mechanisms: 'plain login scram-sha-256',
    auth_failure_delay: '0',
    mail_location: options.mailLocation ?? 'maildir:~/Maildir:LAYOUT=fs',
    mail_attribute_dict: 'file:%h/attributes',
    mail_plugins: 'quota',
    first_valid_uid: '1',
    default_client_limit: '4000',
    default_process_limit: '1000',
    default_vsz_limit: '1G',
    ...options.settings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function specialUse(name: string): string {
  return `  mailbox ${name} {\n    auto = create\n    special_use = \\${name}\n  }\n`;
}

/** `user:password:` as passwd-file(5) of Dovecot has it; user and password hold no colon. */
export function userLines(users: Readonly<Record<string, string>>): string {
  return Object.entries(users)
    .map(([user, password]) => `${user}:${password}::::::\n`)
    .join('');
}
