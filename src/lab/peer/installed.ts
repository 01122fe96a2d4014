/** Whether a Postfix can be started on this machine. */
import { access, constants } from 'node:fs/promises';

/** Of Debian's package, and of builds from source. */
export const POSTFIX = '/usr/sbin/postfix';

/** Undefined: it can. */
export async function whyNoPostfix(): Promise<string | undefined> {
  try {
    await access(POSTFIX, constants.X_OK);
  } catch {
    return 'Postfix is not installed';
  }
  // its master changes to users of its own
  return process.getuid?.() === 0 ? undefined : 'Postfix starts only as root';
}
