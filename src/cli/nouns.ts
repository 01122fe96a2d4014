/** The nouns of the command line, each in a file of its own that is loaded when its turn comes. */
import type { Noun } from './noun.ts';

export const NOUNS: Readonly<Record<string, Noun>> = {
  dev: {
    summary: 'run the development server: everything on this machine, nothing leaves it',
    load: async () => (await import('./nouns/serve.ts')).dev,
  },
  serve: {
    summary: 'run the server',
    load: async () => (await import('./nouns/serve.ts')).serve,
  },
  setup: {
    summary: 'prepare a server for a domain of yours: settings, keys, an account, DNS records',
    load: async () => (await import('./nouns/setup.ts')).setup,
  },
  domain: {
    summary: 'the domains of this server',
    load: async () => (await import('./nouns/domain.ts')).domain,
  },
  dkim: {
    summary: 'the keys that sign, their DNS records, and the signatures of a message',
    load: async () => (await import('./nouns/dkim.ts')).dkim,
  },
  dmarc: {
    summary: 'the policy of a domain for mail in its name, and what others report of such mail',
    load: async () => (await import('./nouns/dmarc.ts')).dmarc,
  },
  arc: {
    summary: 'the seals of servers that a message came past',
    load: async () => (await import('./nouns/arc.ts')).arc,
  },
  certificate: {
    summary: 'the certificates of TLS, and their orders by ACME',
    load: async () => (await import('./nouns/certificate.ts')).certificate,
  },
  account: {
    summary: 'who has a mailbox here',
    load: async () => (await import('./nouns/account.ts')).account,
  },
  'app-password': {
    summary: 'passwords of an account for one device or program each',
    load: async () => (await import('./nouns/app-password.ts')).appPassword,
  },
  alias: {
    summary: 'addresses that lead to others',
    load: async () => (await import('./nouns/alias.ts')).alias,
  },
  route: {
    summary: 'hosts that mail is handed to instead of the MX of its domain',
    load: async () => (await import('./nouns/route.ts')).route,
  },
  trust: {
    summary: 'lists and forwarders that may pass on mail of others',
    load: async () => (await import('./nouns/trust.ts')).trust,
  },
  reputation: {
    summary: 'what became of mail, by who brought it',
    load: async () => (await import('./nouns/reputation.ts')).reputation,
  },
  srs: {
    summary: 'the reverse-paths under which aliases send on',
    load: async () => (await import('./nouns/srs.ts')).srs,
  },
  ban: {
    summary: 'addresses and networks whose connections are refused',
    load: async () => (await import('./nouns/ban.ts')).ban,
  },
  alert: {
    summary: 'rules on what happens, and what they tell postmaster of',
    load: async () => (await import('./nouns/alert.ts')).alert,
  },
  'warm-up': {
    summary: 'how much goes to a site that does not know us yet',
    load: async () => (await import('./nouns/warm-up.ts')).warmUp,
  },
  queue: {
    summary: 'what waits to go out',
    load: async () => (await import('./nouns/queue.ts')).queue,
  },
  suppression: {
    summary: 'whom bulk mail is not sent to any more, and why',
    load: async () => (await import('./nouns/suppression.ts')).suppression,
  },
  complaint: {
    summary: 'which readers complained, and what share of the mail that is',
    load: async () => (await import('./nouns/complaint.ts')).complaint,
  },
  message: {
    summary: 'find messages and read their stories',
    load: async () => (await import('./nouns/message.ts')).message,
  },
  mail: {
    summary: 'what is in the mailboxes',
    load: async () => (await import('./nouns/mail.ts')).mail,
  },
  smtp: {
    summary: 'speak SMTP to any server and have every line explained',
    load: async () => (await import('./nouns/smtp.ts')).smtp,
  },
  tls: {
    summary: 'what TLS with other domains must be, by their own word',
    load: async () => (await import('./nouns/tls.ts')).tls,
  },
  spf: {
    summary: 'whether an address may send for a domain',
    load: async () => (await import('./nouns/spf.ts')).spf,
  },
  doctor: {
    summary: 'what is not well with this server and its domains, and how to mend it',
    load: async () => (await import('./nouns/doctor.ts')).doctor,
  },
  backup: {
    summary: 'copies of everything, taken while the server runs, checked and put back',
    load: async () => (await import('./nouns/backup.ts')).backup,
  },
  lab: {
    summary:
      'the practice Internet around a development server: its clock, DNS, providers, lessons',
    load: async () => (await import('./nouns/lab.ts')).lab,
  },
  config: {
    summary: 'the settings and where they come from',
    load: async () => (await import('./nouns/config.ts')).config,
  },
};
