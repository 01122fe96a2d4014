/** What the calls of the control socket work with. */
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Guard } from '#mail/abuse/guard';
import type { AdministerContext } from '#mail/accounts/administer';
import type { DoctorDesk } from '#mail/doctor/desk';
import type { AcmeSettings } from '#mail/certificates/acme-settings';
import type { CertificateKeeper } from '#mail/certificates/keeper';
import type { CertificateState } from '#mail/certificates/states';
import type { PublishingDesk } from '#mail/publish/desk';
import type { SenderHistory } from '#mail/reputation/history';
import type { Queue } from '#mail/queue/options';
import type { Language } from '#protocol/dsn/language';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Directory } from '#store/directory/directory';
import type { SendingLimits } from '#store/abuse/daily-limits';
import type { Store } from '#store/database/open';

export interface AdminContext {
  readonly queue: Pick<Queue, 'remove'>;
  readonly guard: Pick<Guard, 'bans' | 'banByHand' | 'liftBan' | 'isProtected'>;
  /** Of senders. Undefined: none is kept, and what was is only read. */
  readonly history: Pick<SenderHistory, 'forget' | 'flush'> | undefined;
  /** Of accounts that have none of their own. */
  readonly sendingLimits: SendingLimits;
  readonly doctor: DoctorDesk;
  /** Where backups go unless told; absolute. */
  readonly backupFolder: string;
  readonly publishing: PublishingDesk;
  readonly store: Store;
  readonly mail: MailStore;
  readonly directory: Directory;
  readonly administer: AdministerContext;
  readonly certificates: AdminCertificates;
  readonly warmUp: AdminWarmUp;
  readonly clock: Clock;
  readonly log: Log;
  /** Of traces, where the caller asks for none. */
  readonly lang: Language;
}

export interface AdminWarmUp {
  /** The addresses that mail leaves from; '' where the system chooses. */
  readonly sources: readonly string[];
  /** Where mail for a domain goes now; undefined: nowhere. */
  readonly siteOf: (domain: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Called after the commit. */
  readonly happened: (events: readonly Event[]) => void;
}

export interface AdminCertificates {
  readonly keeper: Pick<CertificateKeeper, 'lines' | 'renew' | 'revoke' | 'bringIn'>;
  /** Undefined: nothing is ordered. */
  readonly settings: AcmeSettings | undefined;
  readonly states: () => Promise<readonly CertificateState[]>;
}
