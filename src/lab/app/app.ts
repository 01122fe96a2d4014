/**
 * The app of the lessons: a small shop's program that was there before the mail server, with a contact form and a newsletter. It knows one
 * way to send: hand the letter to a submission port, with a login. Its settings, subscribers and log lie in files of its own, as those of such a
 * program do, so that its log is a witness even when the server's database is away.
 */
import type { Clock } from '#clock';
import type { LabNetwork } from '#lab/network';

export interface App {
  readonly network: Pick<LabNetwork, 'addressOf' | 'machineDialer'>;
  readonly clock: Clock;
  readonly random: (octets: number) => Uint8Array;
  /** Of its own. It exists. */
  readonly folder: string;
  /** To whom the contact form writes. */
  readonly owner: string;
}

/** How it hands in its mail. */
export interface AppSettings {
  /** A host of the practice Internet, `localhost`, or an IP address. */
  readonly host: string;
  readonly port: number;
  /** From the first octet, or after STARTTLS. It does not ask whom the certificate is for, as too many such programs. */
  readonly tls: 'implicit' | 'starttls';
  readonly user: string;
  readonly password: string;
}

/** How it calls itself. */
export const APP_HOST = 'app.test';
