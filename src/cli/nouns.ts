/** The nouns of the command line, each in a file of its own that is loaded when its turn comes. */
import type { Noun } from './noun.ts';

export const NOUNS: Readonly<Record<string, Noun>> = {
  dev: {
    summary: 'run the development server: everything on this machine, nothing leaves it',
    load: async () => (await import('./serve.ts')).dev,
  },
  serve: {
    summary: 'run the server',
    load: async () => (await import('./serve.ts')).serve,
  },
  setup: {
    summary: 'prepare a server for a domain of yours: settings, keys, an account, DNS records',
    load: async () => (await import('./setup.ts')).setup,
  },
  domain: {
    summary: 'the domains of this server',
    load: async () => (await import('./domain.ts')).domain,
  },
  dkim: {
    summary: 'the keys that sign, their DNS records, and the signatures of a message',
    load: async () => (await import('./dkim.ts')).dkim,
  },
  dmarc: {
    summary: 'the policy of a domain for mail in its name, and what others report of such mail',
    load: async () => (await import('./dmarc.ts')).dmarc,
  },
  arc: {
    summary: 'the seals of servers that a message came past',
    load: async () => (await import('./arc.ts')).arc,
  },
  certificate: {
    summary: 'the certificates of TLS, and their orders by ACME',
    load: async () => (await import('./certificate.ts')).certificate,
  },
  account: {
    summary: 'who has a mailbox here',
    load: async () => (await import('./account.ts')).account,
  },
  'app-password': {
    summary: 'passwords of an account for one device or program each',
    load: async () => (await import('./app-password.ts')).appPassword,
  },
  alias: {
    summary: 'addresses that lead to others',
    load: async () => (await import('./alias.ts')).alias,
  },
  route: {
    summary: 'hosts that mail is handed to instead of the MX of its domain',
    load: async () => (await import('./route.ts')).route,
  },
  trust: {
    summary: 'lists and forwarders that may pass on mail of others',
    load: async () => (await import('./trust.ts')).trust,
  },
  reputation: {
    summary: 'what became of mail, by who brought it',
    load: async () => (await import('./reputation.ts')).reputation,
  },
  srs: {
    summary: 'the reverse-paths under which aliases send on',
    load: async () => (await import('./srs.ts')).srs,
  },
  ban: {
    summary: 'addresses and networks whose connections are refused',
    load: async () => (await import('./ban.ts')).ban,
  },
  alert: {
    summary: 'rules on what happens, and what they tell postmaster of',
    load: async () => (await import('./alert.ts')).alert,
  },
  'warm-up': {
    summary: 'how much goes to a site that does not know us yet',
    load: async () => (await import('./warm-up.ts')).warmUp,
  },
  queue: {
    summary: 'what waits to go out',
    load: async () => (await import('./queue.ts')).queue,
  },
  suppression: {
    summary: 'whom bulk mail is not sent to any more, and why',
    load: async () => (await import('./suppression.ts')).suppression,
  },
  complaint: {
    summary: 'which readers complained, and what share of the mail that is',
    load: async () => (await import('./complaint.ts')).complaint,
  },
  message: {
    summary: 'find messages and read their stories',
    load: async () => (await import('./message.ts')).message,
  },
  mail: {
    summary: 'what is in the mailboxes',
    load: async () => (await import('./mail.ts')).mail,
  },
  smtp: {
    summary: 'speak SMTP to any server and have every line explained',
    load: async () => (await import('./smtp.ts')).smtp,
  },
  tls: {
    summary: 'what TLS with other domains must be, by their own word',
    load: async () => (await import('./tls.ts')).tls,
  },
  spf: {
    summary: 'whether an address may send for a domain',
    load: async () => (await import('./spf.ts')).spf,
  },
  doctor: {
    summary: 'what is not well with this server and its domains, and how to mend it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  backup: {
    summary: 'copies of everything, taken while the server runs, checked and put back',
    load: async () => (await import('./backup.ts')).backup,
  },
  lab: {
    summary:
      'the practice Internet around a development server: its clock, DNS, providers, lessons',
    load: async () => (await import('./lab.ts')).lab,
  },
  config: {
    summary: 'the settings and where they come from',
    load: async () => (await import('./config.ts')).config,
  },
};
