/** The listeners of SMTP and submission, as the settings have them. */
import type { Config } from '#config';
import { SMTP_LIMITS } from '#servers/smtp/limits';
import type { SmtpServices } from '#servers/smtp/settings';
import { startSmtp, type SmtpServer } from '#servers/smtp/start';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { StartFailure } from '#server/failure';
import type { Doors } from './doors.ts';
import { badListener, listenerOf } from './places.ts';

export async function openSmtp(
  config: Config,
  doors: Doors,
  tls: { readonly current: TlsIdentity },
  services: SmtpServices,
): Promise<SmtpServer | StartFailure> {
  const smtp = await startSmtp({
    hostname: config.hostname,
    listeners: {
      mx: listenerOf(config, doors, 'smtp'),
      submission: listenerOf(config, doors, 'submission'),
      submissions: listenerOf(config, doors, 'submissions'),
    },
    tls,
    limits: {
      ...SMTP_LIMITS,
      messageSize: config['limits.message_size'],
      recipients: config['limits.recipients'],
      greetingDelay: config['smtp.greet_delay'],
    },
    connections: {
      total: config['limits.connections'],
      perAddress: config['limits.connections_per_address'],
    },
    services,
  });
  return smtp.kind === 'failed' ? badListener(smtp) : smtp;
}
