/**
 * The address plan of the practice Internet: which host has which address. All are loopback addresses below one /16, whose first two
 * numbers are a setting (`lab.network`), so that several may run on one machine.
 */

/** Host name → the last two numbers of its address. One line, one host. */
export const HOSTS = {
  'a.root-servers.test': '0.1',
  'ns.registry.test': '0.2',
  'ns1.dnshost.test': '0.3',
  'ns2.dnshost.test': '0.4',
  'ca.test': '0.14',
  'resolver.test': '0.53',
  'mx.bigmail.test': '1.25',
  'out.bigmail.test': '1.26',
  'mx.hottest.test': '2.25',
  'out.hottest.test': '2.26',
  'mx.purple.test': '3.25',
  'out.purple.test': '3.26',
  'mx.keitai.test': '4.25',
  'out.keitai.test': '4.26',
  'mx.grey.test': '5.25',
  'out.grey.test': '5.26',
  'ns.dnsbl.test': '6.53',
  'web.lab.test': '6.80',
  'mx.peer.test': '7.25',
  'app.test': '8.10',
  /** A service that sends newsletters for others. */
  'out.mailtools.test': '8.20',
  'mx.forward.test': '9.25',
  'mx.circle.test': '9.26',
  /** The learner's own server, as the hosting company gave it to them. */
  'mail.example.test': '25.25',
  'relay.mallory.test': '66.5',
} as const;

export type LabHost = keyof typeof HOSTS;

/** Where several addresses are one party's: the first of the last two numbers. */
export const MALLORY = 66;
export const LEARNER = 25;
/** Networks that mallory rents for an attack begin here: nothing else is in the upper half. */
export const RENTED = 128;
