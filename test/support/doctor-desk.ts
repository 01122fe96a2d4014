/** What the doctor's calls are answered by, where a test has no server: facts are gathered by who asks for them in earnest. */
import { randomBytes } from 'node:crypto';
import { doctorDesk, type DoctorDesk } from '#mail/doctor/desk';
import { EchoBox } from '#mail/doctor/echo-box';
import type { Store } from '#store/open';
import { SETTINGS } from './doctor-facts.ts';

export function testDesk({ pool, clock }: Pick<Store, 'pool' | 'clock'>): DoctorDesk {
  return doctorDesk({
    settings: SETTINGS,
    facts: () => Promise.reject(new Error('this test has no server')),
    echo: new EchoBox(clock, randomBytes),
    pool,
    clock,
  });
}
